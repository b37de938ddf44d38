// A clock that is wrong, for the agent of certificates and commands that are asked about it: all hosts of the lab have
// this machine's.
import { readFileSync } from "node:fs";
import { must } from "../../lab/command";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";

const library = "/usr/local/lib/libfaketime.so.1";
const environment = "/run/clock";
const dropIn = "/run/systemd/system/ha-lb-acme.service.d";

/** @param differsBy as faketime(1) has it: "+75d" */
export async function setClock(host: Host<MachineName>, differsBy: string): Promise<void> {
  const [file = ""] = /^.*\/libfaketime\.so\.1$/m.exec(await must("dpkg", ["-L", "libfaketime"])) ?? [];
  await host.must(`base64 -d >${library}`, { input: readFileSync(file).toString("base64") });
  const settings = { LD_PRELOAD: library, FAKETIME: differsBy, FAKETIME_DISABLE_SHM: "1", NO_FAKE_STAT: "1" };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await host.must(`cat >${environment}`, { input: lines.join("") });
  const input = `[Service]\nEnvironmentFile=${environment}\n`;
  await host.must(`mkdir -p ${dropIn} && cat >${dropIn}/clock.conf`, { input });
  await host.must("systemctl daemon-reload && systemctl restart ha-lb-acme");
}

export async function setClockRight(host: Host<MachineName>): Promise<void> {
  await host.must(`rm -r ${environment} ${dropIn} && systemctl daemon-reload && systemctl restart ha-lb-acme`);
}

/** A command with the clock that the host's agent has. */
export function byItsClock(command: string): string {
  return `env $(cat ${environment} 2>/dev/null) ${command}`;
}
