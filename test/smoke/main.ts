// Tries the library in an account of yours, and removes all of it again: npm run cloud-smoke -- hcloud | aws
// Machines and addresses cost money for as long as it runs, some ten minutes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultTable } from "../demo/report";
import { step } from "../demo/steps";
import { run, until } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import { pairFaults } from "../pair/faults";
import { observeFault, reportOf } from "../pair/observe";
import type { LoadBalancerName } from "../pair/platforms/site";
import { type Options, smokeOptions, usage } from "./options";
import { makeKey, SmokePair } from "./smokePair";

async function smoke({ platform, cloud, config, faults, json }: Options): Promise<void> {
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
  await pulumi.config({ ...config, sshPrivateKey: { secret: readFileSync(keyFile, "utf8") } });
  try {
    const first = await step("pulumi up", () => pulumi.up({ timeoutMs: 30 * 60_000 }));
    const pair = new SmokePair(await placeOf(pulumi, keyFile, join(directory, "known_hosts")), cloud);
    const reports = [];
    for (const name of faults) reports.push(await broken(pair, name));
    const preview = await step("pulumi preview --refresh", () => pulumi.preview({ refresh: true }));
    console.log(`\n${faultTable(reports, new Map(pairFaults.map(({ name, title }) => [name, title])))}\n`);
    if (json) {
      const report = { platform, provisionSeconds: first.seconds, faults: reports, preview: preview.changes };
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
    /^(PATH|HCLOUD_|AWS_|https?_proxy|NODE_EXTRA|SSL_CERT)/i.test(name),
  );
  return Object.fromEntries(given) as Record<string, string>;
}

async function broken(pair: SmokePair, name: string) {
  const fault = pairFaults.find((one) => one.name === name);
  if (!fault) throw new Error(`"${name}" is no fault. ${usage}`);
  return step(fault.title, async () => {
    const observed = await observeFault(pair, fault, { perSecond: 50, patienceMs: 120_000 });
    await pair.heal();
    await until(
      "the pair to be redundant",
      async () => (await allSay(pair)).every((code) => code === 0),
      300_000,
      2_000,
    );
    return reportOf(observed);
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
  const exported = await pulumi.command(["stack", "export", "--show-secrets", "--stack", pulumi.stackName]);
  const { resources } = JSON.parse(exported.stdout).deployment;
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
  await smoke(smokeOptions(process.argv.slice(2)));
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
