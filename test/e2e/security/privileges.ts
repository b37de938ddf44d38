// What files and programs of a node may be and do at most, read from the running system: those of every pair, and those
// that come with certificates, with ACME or in a cloud.
import assert from "node:assert/strict";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";

type Node = Host<MachineName>;

/** What systemd-analyze may say at most, of ten; docs/security.md has what it says, and what of it is needed. */
const exposureBounds = {
  haproxy: 3.5,
  keepalived: 3.0,
  "ha-lb-agent": 2.0,
  "ha-lb-acme": 2.2,
  "ha-lb-vip": 2.3,
} as const;

/** By type, mode, owner and path. */
interface Files {
  /** Each of these patterns is that of a file at least. */
  readonly always: readonly RegExp[];
  /** What comes to be while it runs, or as settings have it. @default none */
  readonly sometimes?: readonly RegExp[];
}

const certificates = [
  /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/haproxy(\/certificates(\/\w+)?|\/maps|\/bodies)?$/,
  /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/haproxy\/[\w./-]+$/,
];

const ofEveryPair: Files = {
  always: [
    /^d 755 root root \/etc\/ha-load-balancer$/,
    /^l 777 root root \/etc\/ha-load-balancer\/current$/,
    /^d 755 root root \/etc\/ha-load-balancer\/bundles$/,
    /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\.lock$/,
    /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}(\/(bin|lib|lib\/ha_lb(\/(vip|acme))?|units))?$/,
    /^f 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/bin\/[\w-]+$/,
    /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/(haproxy\.cfg|keepalived\.conf|SHA256SUMS)$/,
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
  ],
  sometimes: [
    ...certificates,
    /^f 644 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/revision$/,
    /^f 644 root root \/run\/ha-load-balancer\/hold\.json$/,
  ],
};

export const ofCertificates: Files = { always: certificates };

export const ofAcme: Files = {
  always: [
    /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/acme$/,
    /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/acme\/[\w.-]+\.(pem|hmac)$/,
    /^l 777 root root \/etc\/systemd\/system\/(multi-user\.target\.wants\/)?ha-lb-acme\.service$/,
    /^f 644 root root \/run\/ha-load-balancer\/acme\.json$/,
    /^d 755 root root \/var\/lib\/ha-load-balancer$/,
    /^d 700 root root \/var\/lib\/ha-load-balancer\/acme(\/(certificates|temporary|served))?$/,
    /^f 600 root root \/var\/lib\/ha-load-balancer\/acme\/attempts\.json$/,
    /^f 600 root root \/var\/lib\/ha-load-balancer\/acme\/(certificates|temporary)\/[\w.-]+\.pem$/,
    /^l 777 root root \/var\/lib\/ha-load-balancer\/acme\/served\/[\w.-]+\.pem$/,
  ],
  sometimes: [
    /^d 700 root root \/var\/lib\/ha-load-balancer\/acme\/work(\/\S+)?$/,
    /^f 600 root root \/var\/lib\/ha-load-balancer\/acme\/work\/\S+$/,
  ],
};

/** Where a mover moves the addresses. */
export const ofMover: Files = {
  always: [
    /^d 755 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/secrets$/,
    /^f 600 root root \/etc\/ha-load-balancer\/bundles\/\w{12}\/secrets\/\w+$/,
    /^l 777 root root \/etc\/systemd\/system\/(multi-user\.target\.wants\/)?ha-lb-vip\.service$/,
    /^f 644 root root \/run\/ha-load-balancer\/vip\.json$/,
    /^d 700 root root \/run\/ha-lb-vip$/,
    /^d 755 root root \/var\/lib\/ha-load-balancer$/,
    /^f 644 root root \/var\/lib\/ha-load-balancer\/addresses$/,
  ],
  sometimes: [/^f 644 root root \/var\/lib\/ha-load-balancer\/pair$/],
};

/** Everything that is installed, and comes to be while it runs, is of these kinds or of every pair's. */
export async function assertFiles(node: Node, ...kinds: readonly Files[]): Promise<void> {
  const own = "-path '*ha-l*b*' -o -path '*/haproxy.service.d*' -o -path '*/keepalived.service.d*'";
  const search = [
    `find /etc /usr/local /var/lib/ha-load-balancer /run/ha-lb-vip \\( ${own} \\)`,
    "find /run/ha-load-balancer /run/haproxy /run/haproxy-master.sock",
  ];
  const printed = search.map((one) => `${one} -printf '%y %m %u %g %p\\n' 2>/dev/null`);
  const files = (await node.must(`${printed.join("; ")}; true`)).split("\n").filter(Boolean);
  const expected = [ofEveryPair, ...kinds];
  const known = expected.flatMap(({ always, sometimes = [] }) => [...always, ...sometimes]);
  const unexpected = files.filter((file) => !known.some((pattern) => pattern.test(file)));
  assert.deepEqual(unexpected, [], node.name);
  const missing = expected.flatMap(({ always }) =>
    always.filter((pattern) => !files.some((file) => pattern.test(file))),
  );
  assert.deepEqual(missing, [], node.name);
}

/** As systemd rates it. */
export async function assertExposure(node: Node, ...units: readonly (keyof typeof exposureBounds)[]): Promise<void> {
  for (const unit of units) {
    const said = await node.must(`systemd-analyze security --no-pager ${unit}.service`);
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1]);
    assert.ok(exposure <= exposureBounds[unit], `${unit}: ${exposure}`);
  }
}

/** All that runs in a service is that user's, and neither has a right beyond that, nor can get one. */
export async function assertNoRights(node: Node, service: string, user: string): Promise<void> {
  const all = await processes(node, service);
  assert.notEqual(all.length, 0, service);
  for (const { name, owner, status } of all) {
    assert.equal(owner, user, name);
    for (const set of ["CapPrm", "CapEff", "CapBnd", "CapAmb"]) assert.match(status, new RegExp(`^${set}:\t0+$`, "m"));
    assert.match(status, /^NoNewPrivs:\t1$/m);
  }
}

interface Process {
  readonly owner: string;
  readonly name: string;
  readonly root: string;
  /** /proc/PID/status. */
  readonly status: string;
}

/** Those of a service that are still there when they are looked at. */
export async function processes(node: Node, service: string): Promise<Process[]> {
  const pids = (await node.must(`cat /sys/fs/cgroup/system.slice/${service}.service/cgroup.procs`)).trim().split("\n");
  const all = pids.map(async (pid) => {
    const { code, stdout } = await node.run(
      `cd /proc/${pid} && stat -c %U . && cat comm && readlink root && cat status`,
    );
    const [owner = "", name = "", root = "", ...status] = stdout.split("\n");
    return code === 0 ? [{ owner, name, root, status: status.join("\n") }] : [];
  });
  return (await Promise.all(all)).flat();
}

const capabilityNames: Readonly<Record<number, string>> = {
  0: "chown",
  1: "dac_override",
  3: "fowner",
  5: "kill",
  6: "setgid",
  7: "setuid",
  10: "net_bind_service",
  12: "net_admin",
  13: "net_raw",
  18: "sys_chroot",
  23: "sys_nice",
  24: "sys_resource",
};

/** Those that a process has, by the kernel's numbers (capability.h). */
export function capabilities({ status }: Process): string[] {
  const bits = BigInt(`0x${/^CapEff:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? "f".repeat(16)}`);
  const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => (bits >> BigInt(bit)) & 1n);
  return set.map((bit) => capabilityNames[bit] ?? `capability ${bit}`);
}
