// What this library's updates are compared with: the tutorial's pair with a configuration by hand, and systemd's two
// ways to have a HAProxy take up another one.
import { setTimeout as delay } from "node:timers/promises";
import { certificate } from "../../certificates";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { TutorialPair } from "../failover/tutorial";
import { certificateFile, handTunedHaproxy } from "../proxy/configurations";
import { write } from "../proxy/service";
import { ports } from "./changes";
import type { Made } from "./report";

/** systemd starts a service five times in ten seconds at most. */
const PACE_MS = 3000;

export async function replaceOurs(lab: Lab): Promise<TutorialPair> {
  const pair = await TutorialPair.replaceOurs(lab);
  const { web1, web2 } = lab.hosts;
  const servers = [web1.privateAddress, web2.privateAddress];
  const content = handTunedHaproxy({ port: ports.web, tlsPort: ports.secure, servers, features: true });
  for (const name of loadBalancers) {
    await write(lab.hosts[name], "/etc/haproxy", [
      { path: certificateFile, content: certificate({ names: ["www.example.com"] }) },
      { path: "haproxy.cfg", content },
    ]);
    await lab.hosts[name].must("systemctl restart haproxy");
  }
  await pair.waitUntilRedundant();
  return pair;
}

/** On the node that has the address, again and again. */
export async function again(pair: TutorialPair, way: "reload" | "restart", times: number): Promise<Made[]> {
  const [active] = await pair.holders();
  if (!active) {
    throw new Error("no node of the tutorial's pair has the address");
  }
  const made: Made[] = [];
  for (let time = 1; time <= times; time++) {
    const [at, started] = [Date.now(), now()];
    await pair.lab.hosts[active].must(`systemctl ${way} haproxy`);
    made.push({ title: way, seconds: (now() - started) / 1000, reloaded: 1, at });
    await delay(PACE_MS);
  }
  return made;
}
