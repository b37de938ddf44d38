// The lab by hand: npm run lab -- up | status | ssh NODE [COMMAND] | logs NODE | fault NAME NODE | heal | down
import { parseArgs } from "node:util";
import { suites } from "./base/image";
import { now } from "./clock";
import { type FaultName, faultNames, faults, type Host, hostNames, Lab, sharedAddress } from "./lab";

const usage = `usage: npm run lab -- [--name NAME] [--suite SUITE] COMMAND
  up                    bring the lab up
  status                hosts, addresses, power, who has the shared address, active faults
  ssh NODE [COMMAND]    a shell or a command on a host (${hostNames.join(", ")}), as root
  logs NODE             a host's journal
  fault NAME NODE       break something:
${faultNames.map((name) => `    ${name.padEnd(20)}${faults[name].what}`).join("\n")}
  heal                  lift all faults
  down                  remove everything
NAME is "lab" where it is not given, SUITE, the release of Debian that the hosts of a new lab get (${suites.join(", ")}),
what HA_LB_SUITE says, or else ${suites[0]}.`;

const start = now();
const progress = (line: string) =>
  process.stderr.write(`${`[${((now() - start) / 1000).toFixed(1)} s]`.padEnd(10)}${line}\n`);

type Command = (name: string, args: string[]) => Promise<number>;
const commands: Record<string, Command> = {
  async up(name) {
    await Lab.up(name, { log: progress });
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
  async fault(name, [fault, node]) {
    const lab = await Lab.attach(name);
    if (!isFault(fault)) throw new Error(`"${fault ?? ""}" is no fault. Faults: ${faultNames.join(", ")}.`);
    const host = hostOf(lab, node);
    await lab.fault(fault, host.name);
    progress(`${host.name}: ${faults[fault].what}`);
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
  const powers = Object.values(lab.hosts).map(async (host) => {
    const power = host.isPowered() ? ((await host.isUp()) ? "up" : "on, no SSH") : "off";
    return [host, power] as const;
  });
  for (const [host, power] of await Promise.all(powers)) {
    const own = [host.publicAddress, host.publicAddress6, host.privateAddress].filter(Boolean).join(" ");
    const holds = holders.includes(host.name) ? `  has ${sharedAddress.ipv4}` : "";
    process.stdout.write(`${host.name.padEnd(6)}${power.padEnd(12)}${own}${holds}\n`);
  }
  process.stdout.write(`shared address ${sharedAddress.ipv4}: ${holders.join(", ") || "on no host"}\n`);
  for (const { fault, host } of lab.faults()) process.stdout.write(`active fault: ${fault} ${host}\n`);
  return 0;
}

function hostOf(lab: Lab, node: string | undefined): Host {
  const name = hostNames.find((known) => known === node);
  if (!name) throw new Error(`"${node ?? ""}" is no host. Hosts: ${hostNames.join(", ")}.`);
  return lab.hosts[name];
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
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [word = "", ...args] = positionals;
  const command = commands[word];
  if (values.help || !command) {
    (values.help ? process.stdout : process.stderr).write(`${usage}\n`);
    return values.help ? 0 : 64; // EX_USAGE of sysexits.h
  }
  if (values.suite !== undefined) process.env.HA_LB_SUITE = values.suite;
  return command(values.name, args);
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
