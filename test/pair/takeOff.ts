// Takes everything of this library off a host, by the very commands that the guide gives.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

const guide = join(__dirname, "../../docs/operations.md");

export async function takeOff(host: Host<MachineName>): Promise<void> {
  const [, commands] = /## Taking it off a host[\s\S]*?```sh\n([\s\S]*?)```/.exec(readFileSync(guide, "utf8")) ?? [];
  if (!commands) {
    throw new Error(`${guide} has no commands for taking it off a host`);
  }
  await host.must(`set -e\n${commands}`);
}
