// What this library's updates are compared with: the tutorial's pair with a configuration by hand, and systemd's two
// ways to have a HAProxy take up another one.
import { setTimeout as delay } from "node:timers/promises";
import { certificate } from "../../certificates";
import type { Origin } from "../../e2e/origin/origin";
import { now } from "../../lab/clock";
import { until } from "../../lab/command";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { other } from "../../pair/pair";
import { TutorialPair } from "../failover/tutorial";
import { certificateFile, handTunedHaproxy } from "../proxy/configurations";
import { write } from "../proxy/service";
import { lastingPath, ports } from "./changes";
import { measured } from "./processes";
import type { Made } from "./report";

/** systemd starts a service five times in ten seconds at most. */
const PACE_MS = 3000;

/** @returns the node that has the address */
export async function replaceOurs(lab: Lab, origins: readonly Origin[]): Promise<Host> {
  const pair = await TutorialPair.replaceOurs(lab);
  const [name] = await pair.holders();
  if (!name) {
    throw new Error("no node of the tutorial's pair has the address");
  }
  // Its check may see the moment of a restart, and move the address twice: that is not what is compared here.
  await lab.hosts[other(name)].must("systemctl stop keepalived");
  const active = lab.hosts[name];
  const { web1, web2 } = lab.hosts;
  const servers = [web1.privateAddress, web2.privateAddress];
  const also = { path: lastingPath, servers: origins.map((origin) => origin.server("http")) };
  const content = handTunedHaproxy({ port: ports.web, tlsPort: ports.secure, servers, features: true, also });
  await write(active, "/etc/haproxy", [
    { path: certificateFile, content: certificate({ names: ["www.example.com"] }) },
    { path: "haproxy.cfg", content },
  ]);
  await active.must("systemctl reload haproxy");
  await until("an answer from the load balancer by hand", () => pair.answers(), 20_000, 100);
  return active;
}

export async function again(active: Host, way: "reload" | "restart", times: number): Promise<Made[]> {
  const made: Made[] = [];
  for (let time = 1; time <= times; time++) {
    const [at, started] = [Date.now(), now()];
    await active.must(`systemctl ${way} haproxy`);
    const seconds = (now() - started) / 1000;
    const { newest: _, ...left } = await measured(active);
    made.push({ title: way, seconds, reloaded: 1, at, ...left });
    await delay(PACE_MS);
  }
  return made;
}
