// Hosts that are not as they should be: `up` fails, says why, changes nothing that runs, and the next good one recovers.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { must, until } from "../lab/command";
import type { Host } from "../lab/host";
import type { Lab } from "../lab/lab";
import { auditNodes, fetchFrom } from "../pair/audit";
import { failureOf } from "../pair/failure";
import { Pair, type PairSettings, url } from "../pair/pair";
import { withLab } from "./labForTests";

/** A program that takes a lock as dpkg does, says so, and keeps it. */
const holdLock = `use Fcntl;
$| = 1;
open(my $lock, ">>", $ARGV[0]) or die;
my $whole = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0);
fcntl($lock, F_SETLK, $whole) or die;
print "the lock is held\\n";
sleep;
`;

describe("hosts that are not as they should be", function () {
  this.timeout(600_000);
  let lab: Lab;
  let lb1: Host;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    lb1 = lab.hosts.lb1;
    pair = await Pair.prepare(lab);
  });

  it("names an apt lock that another program holds, and recovers", async () => {
    await lb1.must("cat >/root/hold-lock", { input: holdLock });
    await lb1.must("systemd-run --quiet --unit=installer perl /root/hold-lock /var/lib/dpkg/lock-frontend");
    const journal = () => lb1.must("journalctl --unit installer --output cat");
    await until("the lock to be held", async () => (await journal()).includes("the lock is held"), 10_000);
    const message = await failure({ packages: { lockTimeoutSeconds: 2, upgrade: "latest" } });
    assert.match(message, /another program has held apt's lock for 2 s\. Let it finish/);
    assert.match(message, /lock-frontend/);
    await lb1.must("systemctl stop installer");
    await recovers();
  });

  it("stops before it runs anything where a host or the bastion shows another key than the pinned one", async () => {
    const { lb2, web1 } = lab.hosts;
    const count = "journalctl --unit ssh --output cat --grep 'Accepted publickey' | wc -l";
    const logins = () => Promise.all([lb1, web1].map((host) => host.must(count)));
    const before = await logins();
    const bastion = { host: web1.sshAddress, hostKey: lb2.hostKey };
    for (const changed of [{ nodes: [{ hostKey: web1.hostKey }] }, { bastion }]) {
      assert.match(await failure(changed), /host key mismatch/);
      assert.deepEqual(await logins(), before);
    }
    await recovers();
  });

  it("says that a host cannot be reached", async () => {
    assert.match(await failure({ nodes: [{}, { host: "198.51.100.99" }] }), /dial tcp 198\.51\.100\.99:22/);
    await recovers();
  });

  it("says that a key is not accepted", async () => {
    const file = join(lab.stateDir, "another-key");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    assert.match(await failure({ privateKey: await readFile(file, "utf8") }), /unable to authenticate/);
    await recovers();
  });

  it("leaves a node with a full disk as it was", async () => {
    // A file system of its own for the bundles, with all that is there, and no room for more.
    await lb1.must(
      "cd /etc/ha-load-balancer && cp -a bundles /mnt/ && mount -t tmpfs -o size=8m,mode=755 small bundles && " +
        "cp -a /mnt/bundles/. bundles/ && ! cat /dev/zero 2>/dev/null >bundles/.filler",
    );
    assert.match(await failure({ failover: { profile: "fast" } }), /No space left on device/);
    const { code, stdout } = await lb1.run("ha-lb doctor");
    assert.equal(code, 1);
    assert.match(stdout, /only \d+ KiB are free below \/etc\/ha-load-balancer\/bundles: make room there/);
    await lb1.must("rm /etc/ha-load-balancer/bundles/.filler");
    await recovers({ revision: "with room again" });
    await lb1.must(
      "cd /etc/ha-load-balancer && cp -a bundles/. /mnt/bundles/ && umount --lazy bundles && cp -a /mnt/bundles/. bundles/",
    );
    await recovers();
  });

  it("refuses a port that another program of the host uses", async () => {
    const frontends = [80, 8081].map((port) => ({ name: `web${port}`, port, defaultBackend: "app" }));
    await lb1.must("systemd-run --quiet --unit=other-program python3 -m http.server 8081");
    await until("the other program to listen", async () => (await lb1.must("ss -Hltn 'sport = 8081'")) !== "", 10_000);
    assert.match(
      await failure({ frontends }),
      /port 8081 is used by python3\. Nothing was changed\. Stop that program/,
    );
    await lb1.must("systemctl stop other-program");
    await recovers({ frontends });
  });

  /** What `up` says when it fails with these settings; whatever ran before has to go on. */
  async function failure(settings: PairSettings): Promise<string> {
    const served = (await pair.holders()).length > 0;
    await pair.configure(settings);
    const message = await failureOf(pair);
    if (served) {
      assert.equal((await fetchFrom(pair, url)).code, 0, "the pair no longer serves");
    }
    return message;
  }

  async function recovers(settings: PairSettings = {}): Promise<void> {
    await pair.configure(settings);
    await pair.up();
    await auditNodes(pair);
  }
});
