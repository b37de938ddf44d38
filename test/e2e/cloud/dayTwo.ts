// What operators do to a pair that serves on a cloud, beside changing what it does: other keys, newer packages, drills.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import { publishNewer, unpublish, versions } from "../../pair/newerPackages";
import { other, type PairSettings } from "../../pair/pair";
import { newKeyPair } from "../newKeyPair";
import { type CloudPair, cloudPairSettings } from "./cloudPair";
import { type Onlooker, withOnlookerAtRest } from "./onlooker";
import type { TestedCloud } from "./tested";

const drill = resolve(__dirname, "../../../src/drill/main.ts");
const authorizedKeys = "/root/.ssh/authorized_keys /home/*/.ssh/authorized_keys";

export function dayTwo(cloud: TestedCloud): void {
  describe(`a pair on ${cloud.title} that operators work on, under load,`, function () {
    this.timeout(300_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;

    withOnlookerAtRest(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });

    it("is reached by another SSH key, with the same machines, and moves nothing", async () => {
      const { pair, lab } = cloudPair;
      const machines = loadBalancers.map((name) => cloudPair.idOf(name));
      const [privateKey, publicKey] = await newKeyPair(lab);
      const admitted = `key=$(cat); for file in ${authorizedKeys}; do
        [ ! -e "$file" ] || { cp --preserve "$file" "$file.before" && echo "$key" >"$file"; }
      done`;
      await onBoth(admitted, publicKey);
      await update({ privateKey });
      await onBoth(`for file in ${authorizedKeys}; do [ ! -e "$file.before" ] || mv "$file.before" "$file"; done`);
      await update({});
      assert.deepEqual(
        loadBalancers.map((name) => cloudPair.idOf(name)),
        machines,
      );
      assert.deepEqual(await cloudPair.moves(), []);
      await auditNodes(pair);
    });

    it("gets newer packages on the standby first, and hands over before the other node's", async () => {
      const { pair } = cloudPair;
      const installed = await onBoth(versions);
      await Promise.all(loadBalancers.map((name) => publishNewer(pair.host(name), "newer")));
      await update({ packages: { upgrade: "latest" } });
      const newer = installed.map((text) => text.replaceAll(" ", "+newer "));
      assert.deepEqual(await onBoth(versions), newer);
      const moves = await cloudPair.moves();
      assert.ok(moves.length >= 1 && moves.length <= 2, `the address moved to ${moves.join(", then ")}`);
      await Promise.all(loadBalancers.map((name) => unpublish(pair.host(name))));
      await update({});
      assert.deepEqual(await onBoth(versions), newer);
      await auditNodes(pair);
    });

    it("passes a drill", async () => {
      const { pair, lab } = cloudPair;
      const active = await pair.active();
      const known = join(lab.stateDir, "known-nodes");
      const nodes = loadBalancers.map((name) => pair.host(name));
      writeFileSync(known, nodes.map(({ sshAddress, hostKey }) => `${sshAddress} ${hostKey}\n`).join(""));
      const ssh = `ssh -F none -i ${join(lab.stateDir, "id_ed25519")} -o BatchMode=yes -o UserKnownHostsFile=${known}`;
      const stack = ["--stack", pair.pulumi.stackName, "--fault", "switchover"];
      const { code, stdout, stderr } = await lab.operator.runScript(
        drill,
        [...stack, "--ssh", ssh, "--ssh-user", cloud.sshUser],
        { cwd: pair.pulumi.programDir, env: pair.pulumi.environment(), timeoutMs: 240_000 },
      );
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, new RegExp(`${active} -> ${other(active)}: \\d+ ms without an answer`));
      await auditNodes(pair);
    });

    it("has lost no request but what was under way when the address moved", async () => {
      const requests = await onlooker.lostNothingElse();
      assert.ok(requests > 500, `${requests} requests`);
    });

    async function update(different: PairSettings): Promise<void> {
      await cloudPair.pair.configure({ ...cloudPairSettings, ...different });
      await cloudPair.pair.up();
    }

    function onBoth(command: string, input?: string): Promise<string[]> {
      return Promise.all(loadBalancers.map((name) => cloudPair.pair.host(name).must(command, { input })));
    }
  });
}
