// TLS as Mozilla recommends it, held to that by sslyze, which has the recommendations as data.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority } from "../../certificates";
import { type Lab, sharedAddress } from "../../lab/lab";
import { ports, withSecuredPair } from "./securedPair";

describe("TLS of a frontend", function () {
  this.timeout(300_000);
  let lab: Lab;

  withSecuredPair((pair) => {
    lab = pair.lab;
  });

  for (const [profile, port] of [
    ["intermediate", ports.safe],
    ["modern", ports.modern],
  ] as const) {
    it(`is Mozilla's ${profile}, as sslyze sees it`, async () => {
      const { code, stdout } = await sslyze(profile, port);
      assert.match(stdout, /OK - Compliant/, stdout);
      assert.equal(code, 0, stdout);
    });
  }

  it("is not Mozilla's modern where it is to be intermediate", async () => {
    const { code, stdout } = await sslyze("modern", ports.safe);
    assert.equal(code, 1, stdout);
  });

  function sslyze(profile: string, port: number) {
    const directory = process.env.HA_LB_PYTHON_BIN;
    assert.ok(directory, "There is no sslyze here: start tests with `npm test`, or with `bash test/setup/run`.");
    const file = join(lab.stateDir, "authority.pem");
    writeFileSync(file, authority());
    const target = `example.com:${port}{${sharedAddress.ipv4}}`;
    return lab.operator.run(join(directory, "sslyze"), [
      `--mozilla_config=${profile}`,
      `--certinfo_ca_file=${file}`,
      target,
    ]);
  }
});
