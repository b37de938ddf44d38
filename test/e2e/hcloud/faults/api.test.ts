import assert from "node:assert/strict";
import { hetzner } from "../../../pair/platforms/hcloud";
import type { CloudPair } from "../../cloud/cloudPair";
import { withCloudPair } from "../../cloud/cloudPair";
import { apiFaults } from "../../cloud/faults/api";
import { hetznerCloud } from "../tested";

apiFaults(hetznerCloud);

describe("Hetzner's API", () => {
  let cloudPair: CloudPair;
  withCloudPair(hetznerCloud, (ready) => {
    cloudPair = ready;
  });

  it("was asked as its document has it, whatever it did", async () => {
    assert.deepEqual(await hetzner(cloudPair.lab).violations(), []);
  });
});
