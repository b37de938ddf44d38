// A live pair as tutorials have it made by hand, on hosts that this library has never seen: what it is to take over.
import { tutorialConfiguration } from "../bench/failover/tutorial";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress, webPort } from "../lab/layout";
import type { LoadBalancerName } from "./pair";

export const haproxyFile = "/etc/haproxy/haproxy.cfg";
export const keepalivedFile = "/etc/keepalived/keepalived.conf";
const apt = "export DEBIAN_FRONTEND=noninteractive; apt-get -q --yes";

/** Brings it up with the address on this node: the tutorial's MASTER, who may be the one that is listed second. */
export async function makeByHand(lab: Lab, active: LoadBalancerName): Promise<void> {
  await onBoth(async (name) => {
    const host = lab.hosts[name];
    // What this library installs too, so that only what it brings is new later.
    const install = `${apt} update && apt-get -q --yes install --no-install-recommends haproxy keepalived python3 nftables`;
    await host.must(install, { timeoutMs: 120_000 });
    await host.must(`cat >${haproxyFile}`, { input: haproxyConfiguration(lab) });
    await host.must(`cat >${keepalivedFile}`, { input: tutorialConfiguration(name === active ? "lb1" : "lb2") });
    await host.must("systemctl enable --quiet haproxy keepalived && systemctl restart haproxy keepalived");
  });
  await settledOn(lab, active);
}

export async function settledOn(lab: Lab, active: LoadBalancerName): Promise<void> {
  const holders = async () => (await lab.holdersOf(sharedAddress.ipv4)).join();
  await until(`the hand-made pair to settle on ${active}`, async () => (await holders()) === active, 30_000);
}

async function onBoth(work: (name: LoadBalancerName) => Promise<unknown>): Promise<void> {
  await Promise.all(loadBalancers.map(work));
}

function haproxyConfiguration({ hosts: { web1, web2 } }: Lab): string {
  return `global
    log /dev/log local0
    user haproxy
    group haproxy
    daemon

defaults
    mode http
    timeout connect 5s
    timeout client 50s
    timeout server 50s

frontend web
    bind *:80
    default_backend app

backend app
    balance roundrobin
    server web1 ${web1.privateAddress}:${webPort} check
    server web2 ${web2.privateAddress}:${webPort} check
`;
}
