// Real servers on the lab's web hosts, from the lab's own package repository.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host, Lab } from "../../lab/lab";

const patient = { timeoutMs: 300_000 };

export function webHosts({ hosts: { web1, web2 } }: Lab): [Host, Host] {
  return [web1, web2];
}

/** PostgreSQL and Postfix, with nothing but the distribution's settings. */
export async function installServers(lab: Lab): Promise<void> {
  const install =
    "export DEBIAN_FRONTEND=noninteractive; apt-get --quiet update && " +
    "apt-get --quiet --yes --no-install-recommends install postgresql postfix";
  await Promise.all(webHosts(lab).map((host) => host.must(install, patient)));
}

/** Runs a script of this folder on a host. */
export async function configure(host: Host, script: string, ...args: readonly string[]): Promise<void> {
  const input = readFileSync(join(__dirname, script));
  await host.must(["sh -s", ...args].join(" "), { ...patient, input });
}
