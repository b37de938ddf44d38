// The pair as the well-known tutorials build it, on hosts that this library has set up before: what it is compared with.
import type { LoadOptions, LoadRun } from "../../lab/client/loadClient";
import { until } from "../../lab/command";
import type { FaultName } from "../../lab/faults";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { loadBalancers, sharedAddress } from "../../lab/layout";
import { fetchFrom } from "../../pair/fetch";
import type { ObservedPair } from "../../pair/observe";
import { type LoadBalancerName, url } from "../../pair/pair";

/** The tutorials' own numbers. */
const settings = {
  advertSeconds: 1,
  checkSeconds: 2,
  weight: 2,
  nodes: { lb1: { state: "MASTER", priority: 101 }, lb2: { state: "BACKUP", priority: 100 } },
} as const;

/** VRRP version 2: three adverts and the skew of the standby, RFC 3768 §6.1. The check passes on a standby. */
export const tutorialMasterDownMs =
  3000 * settings.advertSeconds + (1000 * (256 - settings.nodes.lb2.priority - settings.weight)) / 256;

/** HAProxy's end is seen by the next check; the standby then waits as for a dead node, whose adverts count no more. */
export const tutorialCheckedMs = 1000 * settings.checkSeconds + tutorialMasterDownMs;

/** `pkill -0` asks what the tutorials' `killall -0` asks; the base system has it, psmisc is one more package. */
export function tutorialConfiguration(name: LoadBalancerName): string {
  const { state, priority } = settings.nodes[name];
  return `vrrp_script chk_haproxy {
    script "/usr/bin/pkill -0 -x haproxy"
    interval ${settings.checkSeconds}
    weight ${settings.weight}
}

vrrp_instance VI_1 {
    interface eth1
    state ${state}
    virtual_router_id 51
    priority ${priority}
    advert_int ${settings.advertSeconds}
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        ${sharedAddress.ipv4}/24 dev eth0
    }
    track_script {
        chk_haproxy
    }
}
`;
}

export class TutorialPair implements ObservedPair {
  private constructor(readonly lab: Lab) {}

  startLoad(options: Omit<LoadOptions, "url">): Promise<LoadRun> {
    return this.lab.client.start({ url, ...options });
  }

  async answers(): Promise<boolean> {
    return (await fetchFrom(this, url)).code === 0;
  }

  /** Takes the library's services off the hosts; HAProxy's configuration stays the same. */
  static async replaceOurs(lab: Lab): Promise<TutorialPair> {
    const pair = new TutorialPair(lab);
    // One after the other would let the address move; it does not matter here.
    await Promise.all(loadBalancers.map((name) => install(lab.hosts[name], tutorialConfiguration(name))));
    await pair.waitUntilRedundant();
    return pair;
  }

  fault(name: FaultName, node: LoadBalancerName): Promise<number> {
    return this.lab.fault(name, node);
  }

  heal(): Promise<void> {
    return this.lab.heal();
  }

  async holders(): Promise<LoadBalancerName[]> {
    const found = await this.lab.holdersOf(sharedAddress.ipv4);
    return loadBalancers.filter((name) => found.includes(name));
  }

  /** Until the preferred node has the address back, and both checks have passed. */
  async waitUntilRedundant(): Promise<void> {
    const settled = async () => {
      const said = await Promise.all(loadBalancers.map((name) => this.stateOf(name)));
      return loadBalancers.every((name, index) => said[index] === this.expected(name));
    };
    await until("the tutorial's pair to settle", settled, 60_000, 100);
  }

  private expected(name: LoadBalancerName): string {
    const { state, priority } = settings.nodes[name];
    return `${state} ${priority + settings.weight}`;
  }

  /** What Keepalived itself says, which it writes to a file when it is asked to. */
  private async stateOf(name: LoadBalancerName): Promise<string> {
    const dump = "/tmp/keepalived.data";
    const ask = `rm -f ${dump}; systemctl is-active --quiet keepalived && kill -USR1 $(cat /run/keepalived.pid)`;
    const host = this.lab.hosts[name];
    if ((await host.run(ask)).code !== 0) {
      return "stopped";
    }
    const written = `test -s ${dump} && cat ${dump}`;
    const text = await until("Keepalived's own account", () => readWhenThere(host, written), 2_000).catch(() => "");
    const state = /^ *State = (\w+)/m.exec(text)?.[1];
    const priority = /^ *Effective priority = (\d+)/m.exec(text)?.[1];
    return `${state} ${priority}`;
  }
}

async function readWhenThere(host: Host, command: string): Promise<string | undefined> {
  const { code, stdout } = await host.run(command);
  return code === 0 ? stdout : undefined;
}

async function install(host: Host, configuration: string): Promise<void> {
  const keepalived = "/etc/keepalived/keepalived.conf";
  await host.must(`mkdir -p /etc/keepalived && cat >${keepalived}`, { input: configuration });
  await host.must(
    [
      "systemctl --quiet disable --now keepalived ha-lb-agent haproxy",
      "cp --recursive /etc/ha-load-balancer/current/haproxy.cfg /etc/ha-load-balancer/current/haproxy /etc/haproxy/",
      // It names its other files from its own folder on.
      "echo 'EXTRAOPTS=\"-C /etc/haproxy\"' >>/etc/default/haproxy",
      "rm /etc/systemd/system/haproxy.service.d/ha-load-balancer.conf",
      "rm /etc/systemd/system/keepalived.service.d/ha-load-balancer.conf",
      "systemctl daemon-reload",
      "systemctl --quiet enable --now haproxy keepalived",
    ].join(" && "),
  );
}
