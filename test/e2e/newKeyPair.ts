// An SSH key pair that no host knows yet.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeKeyPair } from "../lab/hostFiles";
import type { Lab } from "../lab/lab";

/** The private key and the public one, as OpenSSH writes them. */
export async function newKeyPair({ stateDir }: Lab): Promise<[string, string]> {
  const file = join(stateDir, "new-key");
  await Promise.all([file, `${file}.pub`].map((old) => rm(old, { force: true })));
  await makeKeyPair(file, "new");
  return [await readFile(file, "utf8"), await readFile(`${file}.pub`, "utf8")];
}
