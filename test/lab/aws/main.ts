// The lab's AWS as a process of its own, in the operator namespace, with moto as its child.
// usage: main.ts SETTINGS.json; prints "listening" when it does
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Machines } from "../cloud/machines";
import { users } from "./moto";
import { type RunOptions, runAws } from "./run";

export interface Settings extends Omit<RunOptions, "certificate" | "key" | "machines"> {
  /** Files in PEM. */
  readonly certificate: string;
  readonly key: string;
  /** Where the keys of the user who may do everything are written to, for its owner's eyes only. */
  readonly keysFile: string;
  /** A module that exports `machinesOf`, and what to call that with. */
  readonly machines: { readonly module: string; readonly lab: string };
}

interface MachinesModule {
  machinesOf(lab: string): Machines | Promise<Machines>;
}

async function main(file: string): Promise<void> {
  const { certificate, key, keysFile, machines, ...settings } = JSON.parse(readFileSync(file, "utf8")) as Settings;
  const module = (await import(pathToFileURL(machines.module).href)) as MachinesModule;
  const { moto } = await runAws({
    ...settings,
    certificate: readFileSync(certificate, "utf8"),
    key: readFileSync(key, "utf8"),
    machines: await module.machinesOf(machines.lab),
  });
  writeFileSync(keysFile, JSON.stringify(moto.keysOf(users.operator)), { mode: 0o600 });
  process.stdout.write("listening\n");
}

main(process.argv[2] ?? "").catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exit(1);
});
