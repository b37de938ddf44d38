// What each program on a node may do: users, capabilities, file modes and sandboxes, read from the running system.
import assert from "node:assert/strict";
import type { Host } from "../../lab/host";
import { loadBalancers, type MachineName } from "../../lab/layout";
import type { Pair } from "../../pair/pair";
import { withSecuredPair } from "./securedPair";

type Node = Host<MachineName>;

/** What systemd-analyze may say at most, of ten; docs/security.md has what it says, and what of it is needed. */
const exposureBounds = { haproxy: 3.5, keepalived: 3.0, "ha-lb-agent": 2.0 } as const;

/** Type, mode, owner and path of everything that is installed, and what comes to be while it runs. */
const installed: readonly RegExp[] = [
  /^d 755 root root \/etc\/ha-load-balancer$/,
  /^l 777 root root \/etc\/ha-load-balancer\/current$/,
  /^d 755 root root \/etc\/ha-load-balancer\/bundles$/,
  /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\.lock$/,
  /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}(\/(bin|lib|lib\/ha_lb(\/(vip|acme))?|units))?$/,
  /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/haproxy(\/certificates(\/\w+)?|\/maps)?$/,
  /^f 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/bin\/[\w-]+$/,
  /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/(haproxy\.cfg|keepalived\.conf|SHA256SUMS)$/,
  /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/haproxy\/[\w./-]+$/,
  /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/(node\.json|certificates\.json|release|interfaces\.conf)$/,
  /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/lib\/ha_lb\/((vip|acme)\/)?\w+\.py$/,
  /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/lib\/ha_lb\/acme\/(client\.conf|order\.sh)$/,
  /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/units\/[\w.-]+$/,
  /^d 755 root root \/etc\/systemd\/system\/(haproxy|keepalived)\.service\.d$/,
  /^l 777 root root \/etc\/systemd\/system\/(haproxy|keepalived)\.service\.d\/ha-load-balancer\.conf$/,
  /^l 777 root root \/etc\/systemd\/system\/(multi-user\.target\.wants\/)?ha-lb-agent\.service$/,
  /^l 777 root root \/etc\/tmpfiles\.d\/ha-load-balancer\.conf$/,
  /^l 777 root root \/usr\/local\/sbin\/ha-lb$/,
  /^d 775 ha-lb root \/run\/ha-load-balancer$/,
  /^f 644 root root \/run\/ha-load-balancer\/(haproxy|hold)$/,
  /^f 644 ha-lb ha-lb \/run\/ha-load-balancer\/(ready|vrrp\.json)$/,
  /^p 600 ha-lb ha-lb \/run\/ha-load-balancer\/vrrp\.fifo$/,
  /^p 600 root root \/run\/ha-load-balancer\/vip\.fifo$/,
  /^s 660 root ha-lb \/run\/ha-load-balancer\/(ready|haproxy)\.sock$/,
  /^d 755 root root \/run\/haproxy$/,
  /^s 600 root root \/run\/haproxy\/admin\.sock$/,
  /^s 7[05][05] root root \/run\/haproxy-master\.sock$/,
];

describe("what the programs of a node may do", function () {
  this.timeout(300_000);
  let pair: Pair;
  let nodes: readonly Node[];

  withSecuredPair((secured) => {
    pair = secured;
    nodes = loadBalancers.map((name) => pair.host(name));
  });

  it("begins with files that have the mode and the owner of this list, and no others", async () => {
    const own = "-path '*ha-l*b*' -o -path '*/haproxy.service.d*' -o -path '*/keepalived.service.d*'";
    const search = [
      `find /etc /usr/local /var/lib/ha-load-balancer /run/ha-lb-vip \\( ${own} \\)`,
      "find /run/ha-load-balancer /run/haproxy /run/haproxy-master.sock",
    ];
    for (const node of nodes) {
      const found = await node.must(
        search
          .map((one) => `${one} -printf '%y %m %u %g %p\\n' 2>/dev/null`)
          .join("; ")
          .concat("; true"),
      );
      const files = found.split("\n").filter(Boolean);
      const unexpected = files.filter((file) => !installed.some((pattern) => pattern.test(file)));
      assert.deepEqual(unexpected, [], node.name);
      const missing = installed.filter((pattern) => !files.some((file) => pattern.test(file)));
      assert.deepEqual(missing, [], node.name);
    }
  });

  it("is, for what talks to clients, nothing: an unprivileged user in an empty directory", async () => {
    for (const node of nodes) {
      const workers = await processes(node, "haproxy", "haproxy");
      assert.ok(workers.length >= 1);
      for (const { root, status } of workers) {
        assert.equal(root, "/var/lib/haproxy");
        // What may be inherited is not had: no program gets more from its file (NoNewPrivs).
        for (const set of ["CapPrm", "CapEff", "CapAmb"]) assert.match(status, new RegExp(`^${set}:\t0+$`, "m"));
        assert.match(status, /^NoNewPrivs:\t1$/m);
      }
      const empty = await node.must("find /var/lib/haproxy -mindepth 1 ! -path '/var/lib/haproxy/dev*'");
      assert.equal(empty, "");
    }
  });

  it("is, for Keepalived, the network: it runs no script", async () => {
    for (const node of nodes) {
      assert.doesNotMatch(
        await node.must("cat /etc/ha-load-balancer/current/keepalived.conf"),
        /^\s*(notify|vrrp_script)\b/m,
      );
      const all = await processes(node, "keepalived", "root");
      assert.deepEqual([...new Set(all.map(({ name }) => name))], ["keepalived"]);
      for (const { status } of all) {
        assert.equal(capabilities(status), "cap_dac_override,cap_net_admin,cap_net_raw,cap_sys_nice");
      }
    }
  });

  it("is, for the agent, what any user may do", async () => {
    for (const node of nodes) {
      const [agent, ...more] = await processes(node, "ha-lb-agent", "ha-lb");
      assert.deepEqual(more, []);
      assert.equal(capabilities(agent?.status ?? ""), "");
    }
  });

  it("leaves little to an attacker, as systemd rates it", async () => {
    for (const node of nodes) {
      for (const [unit, bound] of Object.entries(exposureBounds)) {
        const said = await node.must(`systemd-analyze security --no-pager ${unit}.service`);
        const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
        assert.ok(exposure <= bound, `${unit}: ${exposure}`);
      }
    }
  });
});

interface Process {
  readonly name: string;
  readonly root: string;
  readonly status: string;
}

/** Those of a service that a user owns. */
async function processes(node: Node, service: string, user: string): Promise<Process[]> {
  const pids = (await node.must(`cat /sys/fs/cgroup/system.slice/${service}.service/cgroup.procs`)).trim().split("\n");
  const all = pids.map(async (pid) => {
    const [owner = "", name = "", root = ""] = (
      await node.must(`stat -c %U /proc/${pid}; cat /proc/${pid}/comm; readlink /proc/${pid}/root`)
    ).split("\n");
    return { owner, name, root, status: await node.must(`cat /proc/${pid}/status`) };
  });
  return (await Promise.all(all)).filter(({ owner }) => owner === user);
}

const names: Readonly<Record<number, string>> = {
  0: "cap_chown",
  1: "cap_dac_override",
  12: "cap_net_admin",
  13: "cap_net_raw",
  23: "cap_sys_nice",
};

/** Those that a process has, by the kernel's numbers (capability.h). */
function capabilities(status: string): string {
  const bits = BigInt(`0x${/^CapEff:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? "f".repeat(16)}`);
  const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
  return set.map((bit) => names[bit] ?? `capability ${bit}`).join();
}
