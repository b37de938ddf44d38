// What can be broken in the lab, and how each is lifted again. Faults act from outside where that is quicker: what a
// test measures starts at the returned time.
import { now } from "./clock";
import type { Host } from "./host";
import { loadBalancers } from "./layout";
import { signal } from "./processes";
import type { Switch } from "./switch";

interface Fault {
  readonly what: string;
  /** Returns the time (of `now`) just before it acts. */
  inject(host: Host, wires: Switch): Promise<number>;
  lift(host: Host, wires: Switch): Promise<void>;
}

const liftAndStart = (unit: string) => (host: Host) =>
  // Repeated faults may have used up the unit's start limit.
  host.must(`systemctl reset-failed ${unit}; systemctl start ${unit}`).then(() => {});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const at = now();
  await action();
  return at;
}

/** Like `systemctl kill --kill-whom=all`, without that command's start-up time. */
async function signalService(host: Host, unit: string, name: NodeJS.Signals): Promise<number> {
  const pids = host.service(unit).allProcesses();
  if (pids.length === 0) throw new Error(`${host.name}: ${unit} is not running`);
  return timed(async () => {
    // Keepalived's child says goodbye when its parent dies first. So children go first, and no parent sees it.
    if (name === "SIGKILL") signal(pids, "SIGSTOP");
    signal(
      [...pids].sort((a, b) => b - a),
      name,
    );
  });
}

export const faults = {
  "haproxy-stop": {
    what: "systemctl stop haproxy",
    inject: (host) => timed(() => host.must("systemctl stop haproxy")),
    lift: liftAndStart("haproxy"),
  },
  "haproxy-kill": {
    what: "SIGKILL to all of HAProxy's processes",
    inject: (host) => signalService(host, "haproxy", "SIGKILL"),
    lift: liftAndStart("haproxy"),
  },
  "haproxy-hang": {
    what: "SIGSTOP to all of HAProxy's processes",
    inject: (host) => signalService(host, "haproxy", "SIGSTOP"),
    lift: async (host) => signal(host.service("haproxy").allProcesses(), "SIGCONT"),
  },
  "haproxy-disable": {
    what: "systemctl disable haproxy, then a reboot",
    inject: async (host) => {
      await host.must("systemctl --quiet disable haproxy");
      return timed(() => host.startReboot());
    },
    lift: async (host) => {
      await host.waitUntilUp();
      await host.must("systemctl --quiet enable haproxy");
      await liftAndStart("haproxy")(host);
    },
  },
  "keepalived-stop": {
    what: "systemctl stop keepalived",
    inject: (host) => timed(() => host.must("systemctl stop keepalived")),
    lift: liftAndStart("keepalived"),
  },
  "keepalived-kill": {
    what: "SIGKILL to all of Keepalived's processes",
    inject: (host) => signalService(host, "keepalived", "SIGKILL"),
    lift: liftAndStart("keepalived"),
  },
  "power-off": {
    what: "the power is cut",
    inject: (host) => host.powerOff(),
    lift: (host) => host.powerOn(),
  },
  reboot: {
    what: "systemctl reboot",
    inject: (host) => timed(() => host.startReboot()),
    lift: (host) => host.waitUntilUp(),
  },
  partition: {
    what: "the private network is cut between lb1 and lb2; web servers stay reachable",
    inject: (_host, wires) => timed(() => wires.partition(loadBalancers)),
    lift: (_host, wires) => wires.partition([]),
  },
  freeze: {
    what: "the whole machine stalls, nothing goes in or out",
    inject: (host) => host.freeze(),
    lift: (host) => host.thaw(),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
