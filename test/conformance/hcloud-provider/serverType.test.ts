// Another server type: the one change that takes a server down. The lab's API has no other sizes to give, so this is
// about what the API would be asked.
import assert from "node:assert/strict";
import type { Hetzner } from "../../lab/providers/hcloud/api/client";
import type { Server } from "../../lab/providers/hcloud/api/types";
import { changeServer } from "../../lab/providers/hcloud/resources/serverChanges";

describe("hcloud provider: another server type", () => {
  async function asked(status: string, inputs: { readonly serverType: string; readonly keepDisk: boolean }) {
    const requests: unknown[] = [];
    const hetzner = { act: async (...request: unknown[]) => void requests.push(request) } as unknown as Hetzner;
    const server = { id: 4711, status } as Server;
    const change = { id: "4711", state: {}, inputs, changed: new Set(["serverType"]) };
    await changeServer(hetzner, server, change, async () => []);
    return requests;
  }

  it("is given to a server that is off, and powered off before", async () => {
    assert.deepEqual(await asked("running", { serverType: "cx33", keepDisk: false }), [
      ["/servers/4711/actions/poweroff"],
      ["/servers/4711/actions/change_type", { server_type: "cx33", upgrade_disk: true }],
    ]);
  });

  it("leaves the disk where it is to be kept", async () => {
    assert.deepEqual(await asked("off", { serverType: "cx33", keepDisk: true }), [
      ["/servers/4711/actions/change_type", { server_type: "cx33", upgrade_disk: false }],
    ]);
  });
});
