// Removes whatever there is of a lab, from whatever state a crashed run left it in.
import fs from "node:fs";
import { must, until } from "./command";
import { namespaceName, namespacePath, stateDirOf } from "./layout";
import { Cgroup, labCgroup, labsCgroup, processesInNamespaces, signal, subdirectories } from "./processes";

export async function tearDown(lab: string): Promise<void> {
  const names = namespacesOf(lab);
  // A cloud's API first: it boots hosts.
  await endProcesses(lab, [namespaceName(lab, "operator")]);
  // The hosts, with their supervisors, which run in the network namespace of whoever started them.
  await new Cgroup(labCgroup(lab)).remove();
  await endProcesses(lab, names);
  // A host whose end was its supervisor's last sight took its namespace along.
  for (const name of namespacesOf(lab)) await must("ip", ["netns", "del", name]);
  // The directory that all labs share goes with the last one.
  if (fs.existsSync(labsCgroup()) && subdirectories(labsCgroup()).length === 0) fs.rmdirSync(labsCgroup());
  fs.rmSync(stateDirOf(lab), { recursive: true, force: true });
}

async function endProcesses(lab: string, namespaces: readonly string[]): Promise<void> {
  const paths = namespaces.map(namespacePath);
  await until(
    `processes in the namespaces of lab "${lab}" to end`,
    () => {
      const pids = processesInNamespaces(paths);
      signal(pids, "SIGKILL");
      return pids.length === 0;
    },
    10_000,
  );
}

function namespacesOf(lab: string): string[] {
  const all = fs.existsSync("/run/netns") ? fs.readdirSync("/run/netns") : [];
  // Not by prefix alone: the lab "a" must not take the lab "a-b" along.
  return all.filter((name) => new RegExp(`^halb-${lab}-(switch|operator|client|lb[12]|web[12]|srv[1-6])$`).test(name));
}
