// The pair that is drilled: where its nodes are, and what is asked and told there, by the system's ssh.
import { spawn } from "node:child_process";
import type { Node, Options } from "./options";

export interface Status {
  readonly redundancy: string;
  readonly holder: string | null;
  readonly problems: readonly string[];
}

/** The drill cannot begin; the message says why. */
export class Refusal extends Error {}

/** What the drill goes by, from the options and, where they name one, from the stack. */
export async function locate(options: Options): Promise<{ readonly nodes: readonly Node[]; readonly url: string }> {
  const { stack, outputs, nodes, url } = options;
  if (stack === undefined) {
    return { nodes, url: url as string };
  }
  const { code, stdout, stderr } = await run("pulumi", ["stack", "output", "--json", "--stack", stack]);
  if (code !== 0) {
    throw new Refusal(`\`pulumi stack output\` failed: ${stderr.trim()}`);
  }
  const said = JSON.parse(stdout) as Record<string, unknown>;
  const [address, listed] = [said[outputs.address], said[outputs.nodes]];
  if (typeof address !== "string" || !isListOfNodes(listed)) {
    throw new Refusal(
      `the stack has no output "${outputs.address}" with an address, or no "${outputs.nodes}" with the two nodes. ` +
        "Export `address` and `nodes` of the HaLoadBalancer, or say with --address-output and --nodes-output what they are called.",
    );
  }
  return {
    nodes: listed.map(({ name, publicAddress }) => ({ name, target: publicAddress })),
    url: url ?? `http://${address.includes(":") ? `[${address}]` : address}/`,
  };
}

function isListOfNodes(value: unknown): value is { readonly name: string; readonly publicAddress: string }[] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => one?.name && one?.publicAddress);
}

export class Pair {
  constructor(
    private readonly nodes: readonly Node[],
    private readonly ssh: readonly string[],
    private readonly sshUser: string | undefined,
  ) {}

  node(name: string): Node {
    const found = this.nodes.find((node) => node.name === name);
    if (!found) {
      throw new Refusal(
        `the address is on ${name}, which is none of ${this.nodes.map((node) => node.name).join(", ")}`,
      );
    }
    return found;
  }

  other({ name }: Node): Node {
    return this.nodes.find((node) => node.name !== name) as Node;
  }

  /** What each of the nodes says; a Refusal where one does not say anything. */
  statuses(): Promise<Status[]> {
    return Promise.all(this.nodes.map((node) => this.status(node)));
  }

  async status(node: Node): Promise<Status> {
    const { stdout, stderr, code } = await this.on(node, "ha-lb status --json");
    try {
      return JSON.parse(stdout) as Status;
    } catch {
      throw new Refusal(
        `${node.name} (${node.target}) does not tell its status: ${stderr.trim() || `exit status ${code}`}`,
      );
    }
  }

  /** Runs a command as root; its exit status is a result. */
  on({ target }: Node, command: string): Promise<Result> {
    const [program = "ssh", ...options] = this.ssh;
    const user = this.sshUser === undefined ? [] : ["-l", this.sshUser];
    const asRoot = `if [ "$(id -u)" = 0 ]; then sh -c ${quoted(command)}; else sudo -n sh -c ${quoted(command)}; fi`;
    return run(program, [...options, ...user, "-o", "BatchMode=yes", target, asRoot]);
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a session of its own: a Ctrl-C is for the drill, which still has to put things right by such commands. */
function run(program: string, args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (part: Buffer) => stdout.push(part));
    child.stderr.on("data", (part: Buffer) => stderr.push(part));
    child.on("error", ({ message }) => resolve({ code: 127, stdout: "", stderr: message }));
    child.on("close", (code) =>
      resolve({ code: code ?? 1, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    );
  });
}
