// The library's main job from beginning to end, with nothing left behind however it ends. The show runs in a process of
// its own, in its own session: Ctrl-C reaches this one, which stops the show before it removes the lab.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { checkPrerequisites } from "../lab/prerequisites";
import { endings, remove } from "../lab/removal";
import { type DemoOptions, demoOptions, usage } from "./options";
import { step } from "./steps";

async function main(): Promise<void> {
  const options = parse();
  if (options.help) {
    console.log(usage);
    return;
  }
  checkPrerequisites();
  const show = spawn(process.execPath, ["--import", "tsx", join(__dirname, "show.ts"), ...process.argv.slice(2)], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
  let interrupted = false;
  for (const signal of endings) {
    process.on(signal, () => {
      console.log(`\n${signal}: ${interrupted ? "still " : ""}cleaning up`);
      interrupted = true;
      endSession(show);
    });
  }
  const [code] = await once(show, "exit");
  if (code === 0 && options.keep && !interrupted) {
    const command = (verb: string) => `\`npm run lab -- --name ${options.lab} ${verb}\``;
    console.log(`The lab stays up: ${command("status")}, and ${command("down")} to end it.`);
  } else {
    await step("Removing the lab", () => remove(options.lab));
  }
  process.exitCode = interrupted ? 1 : (code ?? 1);
}

function parse(): DemoOptions {
  try {
    return demoOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(64);
  }
}

/** Ends a detached child, unless it has ended, and all that it started but did not detach. */
function endSession({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) {
    process.kill(-pid, "SIGKILL");
  }
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
