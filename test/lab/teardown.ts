// Removes whatever there is of a lab, from whatever state a crashed run left it in.
import fs from "node:fs";
import { must, until } from "./command";
import { namespacePath, stateDirOf } from "./layout";
import { Cgroup, labCgroup, labsCgroup, processesInNamespaces, signal, subdirectories } from "./processes";

export async function tearDown(lab: string): Promise<void> {
  // The hosts, with their supervisors, which run in this machine's own network namespace.
  await new Cgroup(labCgroup(lab)).remove();
  const names = namespacesOf(lab);
  const paths = names.map(namespacePath);
  await until(
    `processes in the namespaces of lab "${lab}" to end`,
    () => {
      const pids = processesInNamespaces(paths);
      signal(pids, "SIGKILL");
      return pids.length === 0;
    },
    10_000,
  );
  for (const name of names) await must("ip", ["netns", "del", name]);
  // The directory that all labs share goes with the last one.
  if (fs.existsSync(labsCgroup()) && subdirectories(labsCgroup()).length === 0) fs.rmdirSync(labsCgroup());
  fs.rmSync(stateDirOf(lab), { recursive: true, force: true });
}

function namespacesOf(lab: string): string[] {
  const all = fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [];
  // Not by prefix alone: the lab "a" must not take the lab "a-b" along.
  return all.filter((name) => new RegExp(`^halb-${lab}-(switch|operator|client|lb[12]|web[12])$`).test(name));
}
