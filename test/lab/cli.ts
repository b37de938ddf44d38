// The lab by hand: npm run lab -- up | status | ssh NODE [COMMAND] | logs NODE | fault NAME NODE | heal | down
import { parseArgs } from "node:util";
import { suites } from "./base/image";
import { now } from "./clock";
import {
  type CloudForm,
  type FaultName,
  faultNames,
  faults,
  type Host,
  Lab,
  type MachineName,
  sharedAddress,
} from "./lab";
import { awsApi, cloudApi } from "./layout";

const platforms: Readonly<Record<string, CloudForm | undefined>> = {
  existing: undefined,
  hcloud: "hcloud",
  aws: "aws",
};

const usage = `usage: npm run lab -- [--name NAME] [--suite SUITE] [--platform PLATFORM] COMMAND
  up                    bring the lab up
  status                hosts, addresses, power, who has the shared address, active faults
  ssh NODE [COMMAND]    a shell or a command on a host or a cloud's machine (lb1, web1, srv1 …), as root
  logs NODE             a host's journal
  fault NAME NODE [OTHER]
                        break something:
${faultNames.map((name) => `    ${name.padEnd(20)}${faults[name].what}`).join("\n")}
  heal                  lift all faults
  down                  remove everything
NAME is "lab" where it is not given, SUITE, the release of Debian that the hosts of a new lab get (${suites.join(", ")}),
what HA_LB_SUITE says, or else ${suites[0]}. PLATFORM is what a new lab has for load balancers: two hosts
that are there ("existing", where it is not given), or a cloud whose API makes them ("hcloud", "aws").`;

const start = now();
const progress = (line: string) =>
  process.stderr.write(`${`[${((now() - start) / 1000).toFixed(1)} s]`.padEnd(10)}${line}\n`);

type Command = (name: string, args: string[], cloud?: CloudForm) => Promise<number>;
const commands: Record<string, Command> = {
  async up(name, _, cloud) {
    await Lab.up(name, { log: progress, cloud });
    return status(await Lab.attach(name));
  },
  status: async (name) => status(await Lab.attach(name)),
  async ssh(name, [node, ...command]) {
    const lab = await Lab.attach(name);
    const host = hostOf(lab, node);
    const terminal = command.length === 0 ? ["-t"] : [];
    return attached(lab, ["ssh", ...terminal, ...host.sshArguments(), ...command]);
  },
  async logs(name, [node]) {
    const { stdout } = await hostOf(await Lab.attach(name), node).run("journalctl --no-pager --output=short-precise");
    process.stdout.write(stdout);
    return 0;
  },
  async fault(name, [fault, node, other]) {
    const lab = await Lab.attach(name);
    if (!isFault(fault)) throw new Error(`"${fault ?? ""}" is no fault. Faults: ${faultNames.join(", ")}.`);
    const host = hostOf(lab, node);
    const second = other === undefined ? undefined : hostOf(lab, other).name;
    await lab.fault(fault, host.name, second);
    progress(`${[host.name, second ?? []].flat().join(" ")}: ${faults[fault].what}`);
    return 0;
  },
  async heal(name) {
    await (await Lab.attach(name)).heal();
    progress("all faults lifted, all hosts up");
    return 0;
  },
  async down(name) {
    await Lab.down(name);
    progress(`lab "${name}": removed`);
    return 0;
  },
};

async function status(lab: Lab): Promise<number> {
  const holders = await lab.holdersOf(sharedAddress.ipv4);
  const powers = lab.nodes().map(async (host) => {
    const power = host.isPowered() ? ((await host.isUp()) ? "up" : "on, no SSH") : "off";
    return [host, power] as const;
  });
  for (const [host, power] of await Promise.all(powers)) {
    const own = [host.publicAddress, host.publicAddress6, host.privateAddress].filter(Boolean).join(" ");
    const holds = holders.some((name) => name === host.name) ? `  has ${sharedAddress.ipv4}` : "";
    const called = host.hostname === host.name ? "" : `  ${host.hostname}`;
    process.stdout.write(`${host.name.padEnd(6)}${power.padEnd(12)}${own}${holds}${called}\n`);
  }
  if (lab.cloud) {
    for (const { address, slot } of await lab.routes()) process.stdout.write(`${address} goes to ${slot}\n`);
    process.stdout.write(`${cloudSaid(lab)}\n`);
  } else {
    process.stdout.write(`shared address ${sharedAddress.ipv4}: ${holders.join(", ") || "on no host"}\n`);
  }
  for (const { fault, host, other } of lab.faults())
    process.stdout.write(`active fault: ${[fault, host, other ?? []].flat().join(" ")}\n`);
  return 0;
}

function cloudSaid({ authority, cloud }: Lab): string {
  const url =
    cloud === "aws" ? `https://${awsApi.publicAddress} (EC2, IAM, STS, SSM)` : `https://${cloudApi.publicAddress}/v1`;
  return `API: ${url}, from the operator's namespace, with a certificate by ${authority}`;
}

function hostOf(lab: Lab, node: string | undefined): Host<MachineName> {
  const found = lab.nodes().find(({ name }) => name === node);
  if (found) return found;
  const names = lab.nodes().map(({ name, hostname }) => (name === hostname ? name : `${name} (${hostname})`));
  throw new Error(`${node === undefined ? "Say which host" : `"${node}" is no host`}. Hosts: ${names.join(", ")}.`);
}

const isFault = (name: string | undefined): name is FaultName => faultNames.some((known) => known === name);

/** Runs a command in the operator namespace with this terminal; returns its exit status. */
function attached(lab: Lab, [command = "", ...args]: string[]): Promise<number> {
  const child = lab.operator.spawn(command, args, { stdio: "inherit" });
  return new Promise((resolve, reject) => child.once("error", reject).once("exit", (code) => resolve(code ?? 1)));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    // What follows "ssh NODE" belongs to the remote command.
    args: untilRemoteCommand(process.argv.slice(2)),
    allowPositionals: true,
    options: {
      name: { type: "string", default: "lab" },
      suite: { type: "string" },
      platform: { type: "string", default: "existing" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [word = "", ...args] = positionals;
  const command = commands[word];
  if (values.help || !command) {
    if (word !== "" && !command) process.stderr.write(`"${word}" is no command.\n`);
    (values.help ? process.stdout : process.stderr).write(`${usage}\n`);
    return values.help ? 0 : 64; // EX_USAGE of sysexits.h
  }
  if (values.suite !== undefined) process.env.HA_LB_SUITE = values.suite;
  if (!Object.hasOwn(platforms, values.platform))
    throw new Error(`"${values.platform}" is no platform of the lab. There are: ${Object.keys(platforms).join(", ")}.`);
  return command(values.name, args, platforms[values.platform]);
}

function untilRemoteCommand(args: string[]): string[] {
  const ssh = args.indexOf("ssh");
  return ssh < 0 ? args : [...args.slice(0, ssh + 2), "--", ...args.slice(ssh + 2)];
}

// Whoever reads this through a pipe may stop early (head).
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
