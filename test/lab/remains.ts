// Everything on this machine that carries a lab's name: after its end there has to be nothing.
import fs from "node:fs";
import { must } from "./command";
import { stateDirOf } from "./layout";
import { labCgroup } from "./processes";

export function remainsOf(lab: string): string[] {
  const marks = [`halb-${lab}-`, `/halb/${lab}/`, stateDirOf(lab)];
  const lines = [
    ...fs.readFileSync("/proc/self/mounts", "utf8").split("\n"),
    ...namesIn("/run/netns").map((name) => `netns ${name}`),
    ...namesIn("/run/systemd/nspawn", { recursive: true }),
    ...fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(describeProcess),
  ];
  return [
    ...lines.filter((line) => marks.some((mark) => line.includes(mark))),
    ...[stateDirOf(lab), labCgroup(lab)].filter((dir) => fs.existsSync(dir)),
  ];
}

/** The links and routes of the machine itself, which no lab may touch. */
export async function networkOfMachine(): Promise<string[]> {
  const shown = await Promise.all(
    [["-brief", "link"], ["route"], ["-6", "route"]].map((args) => must("ip", args).then((text) => text.split("\n"))),
  );
  return shown.flat();
}

function namesIn(dir: string, options: { recursive?: boolean } = {}): string[] {
  return fs.existsSync(dir) ? fs.readdirSync(dir, { ...options, encoding: "utf8" }) : [];
}

function describeProcess(pid: string): string {
  try {
    const [cgroup, command, status] = ["cgroup", "cmdline", "status"].map((file) =>
      fs.readFileSync(`/proc/${pid}/${file}`, "utf8"),
    );
    // It has ended and holds nothing; whoever inherited it has not looked yet.
    if (/^State:\tZ/m.test(status ?? "")) return "";
    // A test's own child carries the lab's name in its script, not the mark.
    return `process ${pid} ${cgroup?.replaceAll("\n", " ")} ${command?.replaceAll("\0", " ")}`;
  } catch {
    return "";
  }
}
