// What the demo shows: a pair in the lab from beginning to end, with faults under load.
import { writeFileSync } from "node:fs";
import { Lab } from "../lab/lab";
import { pulumiChanges } from "../pair/audit";
import { observeFault } from "../pair/observe";
import { Pair, url, webServers } from "../pair/pair";
import { type DemoOptions, demoOptions } from "./options";
import { type DemoReport, faultTable, touched } from "./report";
import { step } from "./steps";

async function show(options: DemoOptions): Promise<void> {
  const report = await demo(options);
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

async function demo({ platform, faults, keep, lab: labName }: DemoOptions): Promise<DemoReport> {
  const lab = await step("Starting the lab: two load balancers, two web servers", () =>
    Lab.up(labName, { log: console.log }),
  );
  const pair = await Pair.example(lab, "quickstart", { webServers: webServers(lab) });
  const engine = (await pair.pulumi.command(["version"])).stdout.trim();
  const first = await step(`pulumi up (${engine})`, () => pair.up());
  console.log(`  ${url} is served by ${await pair.active()}`);
  const second = await step("pulumi up again, which has nothing to do", () => pair.up());
  const reports = [];
  for (const fault of faults) {
    reports.push(
      await step(`${fault.title} on ${await pair.active()}`, async () => {
        const { lostOutside: _, stolenMs: __, ...report } = await observeFault(pair, fault);
        await lab.heal();
        await pair.waitUntilRedundant();
        return report;
      }),
    );
  }
  const preview = await step("pulumi preview --refresh after all this", () => pulumiChanges(pair));
  console.log(`\n${faultTable(reports, new Map(faults.map(({ name, title }) => [name, title])))}\n`);
  console.log(
    `The second \`up\` changed ${touched(second.changes)} resources; after the faults a preview wants to change ${touched(preview)}.`,
  );
  const destroyed = keep ? false : await step("pulumi destroy", async () => (await pair.pulumi.destroy()).code === 0);
  return {
    platform,
    engine,
    provisionSeconds: Number(first.seconds.toFixed(1)),
    secondUpChanges: touched(second.changes),
    faults: reports,
    previewChangesAfterFaults: touched(preview),
    destroyed,
  };
}

show(demoOptions(process.argv.slice(2))).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
