// Stacks and resources of the command provider.
import { join } from "node:path";
import { type Resource, Stack } from "../stack";
import type { SshServers } from "./sshServers";

export function createStack(servers: SshServers, name: string): Promise<Stack> {
  const { directory, run } = servers;
  return Stack.create({ name, directory, programDir: join(__dirname, "program"), run });
}

export const localCommand = (args: Resource["args"], options?: Resource["options"]): Resource => ({
  type: "local.Command",
  args,
  ...(options && { options }),
});

export const remoteCommand = (args: Resource["args"], options?: Resource["options"]): Resource => ({
  type: "remote.Command",
  args,
  ...(options && { options }),
});

export const copyToRemote = (args: Resource["args"]): Resource => ({ type: "remote.CopyToRemote", args });
