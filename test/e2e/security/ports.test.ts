// What of a node answers on the network, seen from outside: all 65535 ports of both nodes, and who gets which answer.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { defaultPorts } from "../../../src/keepalived/model";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { Namespace } from "../../lab/namespace";
import type { Pair } from "../../pair/pair";
import { ports, withSecuredPair } from "./securedPair";

const SSH = 22;
const { statusPort, peersPort } = defaultPorts;
const MONITORING = 8404;
const asked = inOrder(SSH, ...Object.values(ports));

describe("the network of a pair", function () {
  this.timeout(300_000);
  let lab: Lab;
  let pair: Pair;
  let neighbour: Namespace;
  let peer: Namespace;

  withSecuredPair((secured) => {
    pair = secured;
    lab = pair.lab;
    neighbour = new Namespace(lab.name, "web1");
    peer = new Namespace(lab.name, "lb2");
  });

  it("finds, in public, SSH and the ports of the frontends, and no other", async () => {
    for (const name of loadBalancers) {
      const { publicAddress, publicAddress6 } = lab.hosts[name];
      for (const address of [publicAddress, publicAddress6]) {
        assert.deepEqual(await openPorts(lab.client, address), asked, `${name}, ${address}`);
      }
    }
  });

  it("finds, on the network between the nodes, what each needs of the other, and monitoring where it is", async () => {
    for (const name of loadBalancers) {
      const open = await openPorts(neighbour, lab.hosts[name].privateAddress);
      assert.deepEqual(open, inOrder(...asked, statusPort, peersPort, MONITORING), name);
    }
  });

  it("finds no UDP at all, and of other protocols VRRP alone", async () => {
    for (const name of loadBalancers) {
      const host = pair.host(name);
      assert.equal(await host.must("ss -Hlnu"), "");
      const raw = (await host.must("ss -Hlnwp")).split("\n").filter(Boolean);
      for (const socket of raw) assert.match(socket, /:(vrrp|112) .*"keepalived"|ipv6-icmp.*"systemd-network"/);
    }
  });

  it("gets the state of a node only as its peer", async () => {
    const ask = (who: Namespace) =>
      who.run("timeout", ["5", "bash", "-c", `cat </dev/tcp/${lab.hosts.lb1.privateAddress}/${statusPort}`]);
    assert.equal(JSON.parse((await ask(peer)).stdout).node, "lb1");
    const { code, stdout } = await ask(neighbour);
    assert.deepEqual([code, stdout], [0, ""], "ended, without a byte");
  });

  it("is told nothing of clients without the key of the pair", async () => {
    const [own, foreign] = [lab.sshKey.privateKey, "another key"].map((secret) => derivedIdentity(secret, "peers"));
    assert.doesNotMatch(await greet(own), /alert/);
    assert.match(await greet(foreign), /alert (unknown ca|decrypt error|bad certificate)/);
    assert.match(await greet(undefined), /alert certificate required/);
  });

  /** What a TLS client says that shows this certificate, or none, and waits for two seconds. */
  async function greet(identity: string | undefined): Promise<string> {
    const file = join(lab.stateDir, "identity.pem");
    await writeFile(file, identity ?? "", { mode: 0o600 });
    const shown = identity ? ["-cert", file, "-key", file] : [];
    const client = ["openssl", "s_client", "-connect", `${lab.hosts.lb1.privateAddress}:${peersPort}`, "-ign_eof"];
    const { stdout, stderr } = await neighbour.run("timeout", ["2", ...client, ...shown]);
    assert.match(stdout, /^New, TLSv1\.3/m);
    return stderr;
  }
});

function inOrder(...numbers: readonly number[]): number[] {
  return [...numbers].sort((one, other) => one - other);
}

async function openPorts(from: Namespace, address = ""): Promise<number[]> {
  const scan = ["-B", join(__dirname, "scan.py"), address];
  const { code, stdout, stderr } = await from.run("python3", scan, { timeoutMs: 120_000 });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as number[];
}
