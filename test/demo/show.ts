// What the demo shows: a pair in the lab from beginning to end, with faults under load.
import { writeFileSync } from "node:fs";
import { Lab } from "../lab/lab";
import { pulumiChanges } from "../pair/audit";
import { observeFault, reportOf } from "../pair/observe";
import { Pair, webServers } from "../pair/pair";
import { type DemoOptions, demoOptions } from "./options";
import { brokenPromises, type DemoReport, faultTable, touched } from "./report";
import { step } from "./steps";

/** What each platform's demo deploys, and where. */
const scenes = {
  existing: { example: "quickstart", cloud: undefined, boots: "two load balancers, two web servers" },
  hcloud: { example: "hcloud", cloud: "hcloud", boots: "two web servers, and a Hetzner Cloud of the lab's own" },
  aws: { example: "aws", cloud: "aws", boots: "two web servers, and an AWS of the lab's own" },
} as const;

async function show(options: DemoOptions): Promise<void> {
  const report: DemoReport = {
    platform: options.platform,
    engine: null,
    provisionSeconds: null,
    secondUpChanges: null,
    faults: [],
    previewChangesAfterFaults: null,
    destroyed: false,
  };
  // After every step: whatever ends the demo, what it has found until then is there.
  const found = (part: Partial<DemoReport>) => {
    Object.assign(report, part);
    if (options.json) {
      writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  };
  found({});
  await demo(options, report, found);
  const broken = brokenPromises(report, options.keep);
  if (broken.length > 0) {
    throw new Error(`This is not what was promised. ${broken.join(" ")}`);
  }
}

async function demo(
  { platform, faults, keep, lab: labName }: DemoOptions,
  report: Readonly<DemoReport>,
  found: (part: Partial<DemoReport>) => void,
): Promise<void> {
  const { example, cloud, boots } = scenes[platform];
  const lab = await step(`Starting the lab: ${boots}`, () => Lab.up(labName, { log: console.log, cloud }));
  const pair = await Pair.example(lab, example, { webServers: webServers(lab) });
  const engine = (await pair.pulumi.command(["version"])).stdout.trim();
  found({ engine });
  const first = await step(`pulumi up (${engine})`, () => pair.up());
  found({ provisionSeconds: Number(first.seconds.toFixed(1)) });
  console.log(`  ${pair.url} is served by ${await pair.active()}`);
  const second = await step("pulumi up again, which has nothing to do", () => pair.up());
  found({ secondUpChanges: touched(second.changes) });
  for (const fault of faults) {
    await step(`${fault.title} on ${await pair.active()}`, async () => {
      const observed = await observeFault(pair, fault);
      found({ faults: [...report.faults, reportOf(observed)] });
      await lab.heal();
      await pair.waitUntilRedundant();
    });
  }
  const preview = await step("pulumi preview --refresh after all this", () => pulumiChanges(pair));
  found({ previewChangesAfterFaults: touched(preview) });
  console.log(`\n${faultTable(report.faults, new Map(faults.map(({ name, title }) => [name, title])))}\n`);
  const onTop = cloud ? "noticing a fault, the cloud's own time to move an address" : "noticing a fault";
  console.log(`What the timers allow is what VRRP itself needs; ${onTop} and the first answer come on top.`);
  console.log(
    `The second \`up\` changed ${report.secondUpChanges} resources; after the faults a preview wants to change ${report.previewChangesAfterFaults}.`,
  );
  if (!keep) {
    found({ destroyed: await step("pulumi destroy", async () => (await pair.pulumi.destroy()).code === 0) });
  }
}

show(demoOptions(process.argv.slice(2))).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
