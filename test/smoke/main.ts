// Tries the library in an account of yours, and removes all of it again: npm run cloud-smoke -- hcloud
// Servers and a floating IP cost money for as long as it runs, some ten minutes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { faultTable } from "../demo/report";
import { step } from "../demo/steps";
import { run, until } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { pairFaults } from "../pair/faults";
import { observeFault } from "../pair/observe";
import type { LoadBalancerName } from "../pair/platforms/site";
import { HetznerCloud } from "./hetznerCloud";
import { makeKey, SmokePair, smokeFaults } from "./smokePair";

const usage = `Usage: npm run cloud-smoke -- hcloud --allow-ssh-from CIDR [--location fsn1] [--server-type cx23]
                              [--ip-range RANGE --subnet-ip-range RANGE] [--faults a,b] [--json FILE]
HCLOUD_TOKEN: a read and write token of a project that holds nothing else.
--allow-ssh-from: this machine's address as Hetzner sees it, such as 203.0.113.7/32.
Faults: ${smokeFaults.join(", ")}`;

interface Options {
  readonly token: string;
  readonly config: Readonly<Record<string, string | string[]>>;
  readonly faults: readonly string[];
  readonly json: string | undefined;
}

function optionsOf(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "allow-ssh-from": { type: "string" },
      location: { type: "string", default: "fsn1" },
      "server-type": { type: "string", default: "cx23" },
      "ip-range": { type: "string" },
      "subnet-ip-range": { type: "string" },
      faults: { type: "string", default: "haproxy-stop,keepalived-stop,power-off" },
      json: { type: "string" },
    },
  });
  const token = process.env.HCLOUD_TOKEN;
  const allowed = values["allow-ssh-from"];
  if (positionals.join() !== "hcloud" || !token || !allowed) throw new Error(usage);
  const ranges = {
    ...(values["ip-range"] && { ipRange: values["ip-range"] }),
    ...(values["subnet-ip-range"] && { subnetIpRange: values["subnet-ip-range"] }),
  };
  return {
    token,
    config: { location: values.location, serverType: values["server-type"], allowSshFrom: [allowed], ...ranges },
    faults: values.faults.split(","),
    json: values.json,
  };
}

async function smoke({ token, config, faults, json }: Options): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "smoke-"));
  const keyFile = join(directory, "key");
  await makeKey(keyFile);
  const pulumi = new Pulumi({
    programDir: join(__dirname, "program"),
    stateDir: join(directory, "state"),
    run: (command, args, options) => run(command, args, options),
    // The real providers, which the engine fetches when it has none.
    extraEnv: { ...forProviders(), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false" },
  });
  await pulumi.init("smoke");
  await pulumi.config({
    ...config,
    sshPrivateKey: { secret: readFileSync(keyFile, "utf8") },
    failoverToken: { secret: token },
  });
  try {
    const first = await step("pulumi up", () => pulumi.up({ timeoutMs: 30 * 60_000 }));
    const pair = new SmokePair(await placeOf(pulumi, keyFile, join(directory, "known_hosts")), new HetznerCloud(token));
    const reports = [];
    for (const name of faults) reports.push(await broken(pair, name));
    const preview = await step("pulumi preview --refresh", () => pulumi.preview({ refresh: true }));
    console.log(`\n${faultTable(reports, new Map(pairFaults.map(({ name, title }) => [name, title])))}\n`);
    if (json) {
      const report = { platform: "hcloud", provisionSeconds: first.seconds, faults: reports, preview: preview.changes };
      writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await step("pulumi destroy", () => pulumi.destroy({ timeoutMs: 30 * 60_000 }));
    rmSync(directory, { recursive: true });
  }
}

/** What this was given for the cloud, and for the way there. */
function forProviders(): Record<string, string> {
  const given = Object.entries(process.env).filter(([name]) =>
    /^(PATH|HCLOUD_|https?_proxy|NODE_EXTRA|SSL_CERT)/i.test(name),
  );
  return Object.fromEntries(given) as Record<string, string>;
}

async function broken(pair: SmokePair, name: string) {
  const fault = pairFaults.find((one) => one.name === name);
  if (!fault) throw new Error(`"${name}" is no fault. ${usage}`);
  return step(fault.title, async () => {
    const {
      lostOutside: _,
      stolenMs: __,

      ...report
    } = await observeFault(pair, fault, {
      perSecond: 50,
      patienceMs: 120_000,
    });
    await pair.heal();
    await until(
      "the pair to be redundant",
      async () => (await allSay(pair)).every((code) => code === 0),
      300_000,
      2_000,
    );
    return report;
  });
}

function allSay(pair: SmokePair): Promise<number[]> {
  return Promise.all((["lb1", "lb2"] as const).map((name) => pair.status(name)));
}

/** Addresses from the outputs; the host keys that Pulumi pins, from the secrets of its own commands. */
async function placeOf(pulumi: Pulumi, keyFile: string, knownHosts: string) {
  const outputs = (await pulumi.outputs()) as {
    addresses: string[];
    nodes: { name: LoadBalancerName; publicAddress: string }[];
  };
  const { resources } = JSON.parse((await pulumi.command(["stack", "export", "--show-secrets"])).stdout).deployment;
  const keys = (resources as { urn: string; outputs?: { stdout?: { plaintext?: string } } }[]).flatMap(
    ({ urn, outputs: made }) => {
      const node = /smoke-(\w+)-host-key$/.exec(urn)?.[1];
      const key = /^ssh-ed25519 \S+/m.exec(JSON.parse(made?.stdout?.plaintext ?? '""'))?.[0];
      const at = outputs.nodes.find(({ name }) => name === node)?.publicAddress;
      return key && at ? [`${at} ${key}\n`] : [];
    },
  );
  writeFileSync(knownHosts, keys.join(""));
  const nodes = Object.fromEntries(outputs.nodes.map(({ name, publicAddress }) => [name, publicAddress]));
  return { address: outputs.addresses[0] ?? "", nodes: nodes as Record<LoadBalancerName, string>, keyFile, knownHosts };
}

async function main(): Promise<void> {
  await smoke(optionsOf(process.argv.slice(2)));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
