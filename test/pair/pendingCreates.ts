// What a cloud may have made for an engine that was killed, by the very command that the guide gives.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair } from "./pair";

const guide = join(__dirname, "../../docs/operations.md");

export interface PendingCreate {
  readonly type: string;
  readonly name: string;
}

export async function pendingCreates({ lab, pulumi }: Pair, stack = "lab"): Promise<readonly PendingCreate[]> {
  const [, part = ""] =
    /### Machines that Pulumi has no record of\n([\s\S]*?)\n## /.exec(readFileSync(guide, "utf8")) ?? [];
  const [, command] = /```sh\n([\s\S]*?)```/.exec(part) ?? [];
  if (!command) throw new Error(`${guide} has no command for machines that Pulumi has no record of`);
  const env = { ...pulumi.environment(), PULUMI_STACK: stack };
  const { code, stdout, stderr } = await lab.operator.run("bash", ["-eo", "pipefail", "-c", command], {
    env,
    cwd: pulumi.programDir,
  });
  if (code !== 0) throw new Error(`${command}: ${stderr}`);
  const lines = stdout.split("\n").filter(Boolean);
  return lines.map((line) => {
    const [type = "", name = ""] = line.split("\t");
    return { type, name };
  });
}
