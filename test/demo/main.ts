// The library's main job from beginning to end: a pair in the lab, faults under load, and nothing left behind.
import { writeFileSync } from "node:fs";
import { Lab } from "../lab/lab";
import { pulumiChanges } from "../pair/audit";
import { observeFault } from "../pair/observe";
import { Pair, url } from "../pair/pair";
import { type DemoOptions, demoOptions, usage } from "./options";
import { type DemoReport, faultTable, touched } from "./report";
import { step } from "./steps";

const labName = "demo";

async function main(): Promise<void> {
  const options = parse();
  const cleanUp = async () => {
    if (options.keep) {
      console.log(
        "The lab stays up: `npm run lab -- status --name demo`, and `npm run lab -- down --name demo` to end it.",
      );
    } else {
      await step("Removing the lab", () => Lab.down(labName));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      console.log(`\n${signal}: cleaning up`);
      // Not even --keep keeps a lab that is half made.
      Lab.down(labName).finally(() => process.exit(1));
    });
  }
  try {
    const report = await demo(options);
    if (options.json) {
      writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await cleanUp();
  }
}

function parse(): DemoOptions {
  try {
    return demoOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(64);
  }
}

async function demo({ platform, faults, keep }: DemoOptions): Promise<DemoReport> {
  const lab = await step("Starting the lab: two load balancers, two web servers", () =>
    Lab.up(labName, { log: console.log }),
  );
  const pair = await Pair.quickstart(lab);
  const engine = (await pair.pulumi.command(["version"])).stdout.trim();
  const first = await step(`pulumi up (${engine})`, () => pair.up());
  console.log(`  ${url} is served by ${await pair.active()}`);
  const second = await step("pulumi up again, which has nothing to do", () => pair.up());
  const reports = [];
  for (const fault of faults) {
    reports.push(
      await step(`${fault.title} on ${await pair.active()}`, async () => {
        const report = await observeFault(pair, fault);
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

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
