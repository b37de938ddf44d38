// What can be broken in the lab, and how each is lifted again. Faults act from outside where that is quicker: what a
// test measures starts at the returned time.
import { now } from "./clock";
import type { Host } from "./host";
import { awsApi, cloudApi, type HostName, links, type MachineName, port } from "./layout";
import { signal } from "./processes";
import type { Switch } from "./switch";

type AnyHost = Host<MachineName>;

/** All return the time (of `now`) just before they act. */
interface HostFault {
  readonly what: string;
  readonly ofNetwork?: undefined;
  inject(host: AnyHost, wires: Switch): Promise<number>;
  lift(host: AnyHost, wires: Switch): Promise<void>;
}

/** Acts on the switch alone, so that it can be lifted when its machine is gone; may concern a second node. */
interface NetworkFault {
  readonly what: string;
  readonly ofNetwork: true;
  inject(node: Named, wires: Switch, other?: MachineName): Promise<number>;
  lift(node: Named, wires: Switch, other?: MachineName): Promise<void>;
}

type Named = Pick<AnyHost, "name">;
export type Fault = HostFault | NetworkFault;

const liftAndStart = (unit: string) => (host: AnyHost) =>
  // Repeated faults may have used up the unit's start limit.
  host.must(`systemctl reset-failed ${unit}; systemctl start ${unit}`).then(() => {});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const at = now();
  await action();
  return at;
}

/** Like `systemctl kill --kill-whom=all`, without that command's start-up time. */
async function signalService(host: AnyHost, unit: string, name: NodeJS.Signals): Promise<number> {
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

const counterparts: Partial<Record<MachineName, HostName>> = { lb1: "lb2", lb2: "lb1" };

function peerOf(node: MachineName, other: MachineName | undefined): MachineName {
  const peer = other ?? counterparts[node];
  if (!peer || peer === node) throw new Error(`Which node is ${node} to be cut from?`);
  return peer;
}

const sent = (node: MachineName, other: MachineName | undefined) =>
  `iifname "${port(node, "priv")}" oifname "${port(peerOf(node, other), "priv")}"`;
const from = (node: MachineName) => `iifname { ${links[node].map((l) => `"${port(node, l.network)}"`).join(", ")} }`;

// Names of nftables' tables.
const cutBetween = (node: MachineName, other?: MachineName) => `cut-${node}-${peerOf(node, other)}`;
const cutFrom = (node: MachineName, other?: MachineName) => `cut-from-${node}-${peerOf(node, other)}`;
const cutFromApi = (node: MachineName) => `cut-api-${node}`;

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
    what: "the private network is cut between NODE and OTHER (of lb1 and lb2: each other), for them alone",
    ofNetwork: true,
    inject: ({ name }, wires, other) =>
      timed(() => wires.cut(cutBetween(name, other), [sent(name, other), sent(peerOf(name, other), name)])),
    lift: ({ name }, wires, other) => wires.mend(cutBetween(name, other)),
  },
  "partition-from": {
    what: "what NODE sends OTHER on the private network is lost; what OTHER sends arrives",
    ofNetwork: true,
    inject: ({ name }, wires, other) => timed(() => wires.cut(cutFrom(name, other), [sent(name, other)])),
    lift: ({ name }, wires, other) => wires.mend(cutFrom(name, other)),
  },
  "api-unreachable": {
    what: "what NODE sends to the cloud's API is lost",
    ofNetwork: true,
    inject: ({ name }, wires) =>
      timed(() =>
        wires.cut(
          cutFromApi(name),
          [cloudApi, awsApi]
            .flatMap((api) => [api.publicAddress, api.privateAddress])
            .map((address) => `${from(name)} ip daddr ${address}`),
        ),
      ),
    lift: ({ name }, wires) => wires.mend(cutFromApi(name)),
  },
  freeze: {
    what: "the whole machine stalls, nothing goes in or out",
    inject: (host) => host.freeze(),
    lift: (host) => host.thaw(),
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
