// What the rendered configuration costs: requests a second and latencies through it, through what an expert writes by
// hand, through nginx, and past all of them; and what each of its default features costs.
import { certificate } from "../../certificates";
import { step } from "../../demo/steps";
import { now, stolenMs } from "../../lab/clock";
import { type Lab, webPort } from "../../lab/lab";
import { type Bench, type BenchOptions, circumstances } from "../bench";
import { withLab } from "../labs";
import { originByTls } from "./configurations";
import { builtLoad, connectionsAtATime, type Load, load } from "./load";
import { processors } from "./processors";
import { type Kind, kinds, type ProxyReport, type Run, type VariantName } from "./report";
import { cpuUs, journalCpuUs, prepare, start, untilServes, write } from "./service";
import { chart, tables } from "./show";
import { type Variant, variants } from "./variants";

/** Short, so that a disturbance hits few of the runs. */
const SECONDS = 2;
const WARM_UP_SECONDS = 0.5;
const REPEATS = 5;
const ORIGIN_TLS_PORT = 8443;

export const proxy: Bench<ProxyReport> = { measure, tables, chart };

async function measure({ repeats = REPEATS }: BenchOptions): Promise<ProxyReport> {
  const program = await step("building the client", builtLoad);
  return withLab("bench-proxy", async (lab) => {
    const targets = await step("starting every configuration", () => startAll(lab));
    const measured = kinds.flatMap((kind) =>
      targets.filter((target) => target.kinds.includes(kind)).map((target) => ({ kind, target })),
    );
    await step("warming up", async () => {
      for (const { kind, target } of measured) {
        await once(lab, program, kind, target, WARM_UP_SECONDS);
      }
    });
    const runs: Run[] = [];
    for (let repeat = 1; repeat <= repeats; repeat++) {
      await step(`repeat ${repeat} of ${repeats}`, async () => {
        // To and fro, so that nobody always comes after the same.
        for (const { kind, target } of repeat % 2 === 0 ? measured.toReversed() : measured) {
          runs.push({ repeat, ...(await once(lab, program, kind, target, SECONDS)) });
        }
      });
    }
    return { circumstances: await circumstances(), repeats, seconds: SECONDS, runs };
  });
}

interface Target {
  readonly name: VariantName;
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly kinds: readonly Kind[];
  /** Of the proxy and of its host's journal; none where there is no proxy. */
  cpu(): { readonly proxyUs: number; readonly journalUs: number };
}

async function startAll(lab: Lab): Promise<Target[]> {
  const { lb1, web1, web2 } = lab.hosts;
  const pem = certificate({ names: ["www.example.com"] });
  await prepare(lb1);
  await Promise.all([lb1.pin(processors.loadBalancer), web1.pin(processors.others), web2.pin(processors.others)]);
  const all = variants({
    servers: [web1.privateAddress, web2.privateAddress],
    certificate: pem,
    node: { name: "lb1", address: lb1.privateAddress },
  });
  for (const variant of all) {
    await start(lb1, variant);
  }
  await write(web1, "/etc/nginx", [
    { path: "bench.pem", content: pem },
    { path: "conf.d/bench.conf", content: originByTls(ORIGIN_TLS_PORT, "/etc/nginx/bench.pem") },
  ]);
  await web1.must("systemctl reload nginx");
  const targets: Target[] = [
    ...all.map((variant) => throughProxy(lab, variant)),
    {
      name: "direct",
      address: web1.privateAddress,
      port: webPort,
      tlsPort: ORIGIN_TLS_PORT,
      kinds,
      cpu: () => ({ proxyUs: 0, journalUs: 0 }),
    },
  ];
  for (const { address, port, tlsPort } of targets) {
    await untilServes(lab, `http://${address}:${port}/`);
    await untilServes(lab, `https://${address}:${tlsPort}/`);
  }
  return targets;
}

function throughProxy({ hosts: { lb1 } }: Lab, variant: Variant): Target {
  const { name, port, tlsPort, kinds: asked } = variant;
  return {
    name,
    address: lb1.publicAddress ?? lb1.privateAddress,
    port,
    tlsPort,
    kinds: asked,
    cpu: () => ({ proxyUs: cpuUs(lb1, variant), journalUs: journalCpuUs(lb1) }),
  };
}

async function once(
  lab: Lab,
  program: string,
  kind: Kind,
  target: Target,
  seconds: number,
): Promise<Omit<Run, "repeat">> {
  const to = `${target.address}:${kind.startsWith("tls") ? target.tlsPort : target.port}`;
  const [before, startedAt, stolenBefore] = [target.cpu(), now(), stolenMs()];
  const seen = await load(lab, program, { kind, to, seconds });
  const [after, lostShare] = [target.cpu(), (stolenMs() - stolenBefore) / (now() - startedAt)];
  complainOf(seen, kind, target.name);
  const { requests, connections, resumed, p50Us, p99Us } = seen;
  return {
    kind,
    variant: target.name,
    requests,
    connections,
    resumed,
    p50Us,
    p99Us,
    seconds: seen.seconds,
    ownSeconds: seen.seconds * (1 - lostShare),
    proxyCpuUs: after.proxyUs - before.proxyUs,
    journalCpuUs: after.journalUs - before.journalUs,
  };
}

/** Figures of something else than what was asked for are none. */
function complainOf({ requests, connections, resumed, errors, error }: Load, kind: Kind, name: VariantName): void {
  const what = `${kind} through ${name}`;
  if (errors > 0 || requests === 0) {
    throw new Error(`${what}: ${errors} errors beside ${requests} answers, the first: ${error}`);
  }
  // Each has a session of its own, and has to get it first.
  const resumable = connections - connectionsAtATime;
  if ((kind === "tls-resumed" && resumed < 0.98 * resumable) || (kind === "tls-full" && resumed > 0)) {
    throw new Error(`${what}: ${resumed} of ${connections} connections resumed a session`);
  }
}
