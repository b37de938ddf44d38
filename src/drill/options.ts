// The command line of ha-lb-drill. Pure: words in, options or a complaint out.
import { parseArgs } from "node:util";

export const faults = ["switchover", "haproxy", "keepalived"] as const;
export type FaultName = (typeof faults)[number];

/** A node, and where the system's ssh goes for it. */
export interface Node {
  readonly name: string;
  readonly target: string;
}

export interface Options {
  readonly fault: FaultName;
  readonly maxOutageMs: number;
  readonly junit?: string;
  /** The stack whose outputs name the nodes. Undefined where `nodes` does. */
  readonly stack?: string;
  readonly outputs: { readonly address: string; readonly nodes: string };
  readonly nodes: readonly Node[];
  /** What is requested. @default http://ADDRESS/ of the stack */
  readonly url?: string;
  readonly insecure: boolean;
  /** The command and its options, to which target and remote command are added. */
  readonly ssh: readonly string[];
  readonly sshUser?: string;
}

export const usage = `usage: ha-lb-drill --fault ${faults.join("|")} (--stack STACK | --node NAME=TARGET --node NAME=TARGET --url URL) [OPTION...]
Makes one thing go wrong on the node that has the shared address, measures for how long the address does not answer,
and puts everything right again. Refuses to unless the pair is redundant.

  --stack STACK          takes address and nodes from \`pulumi stack output\`, in the directory of the program
  --address-output NAME  the stack's output with the shared address (default: address)
  --nodes-output NAME    the stack's output with the nodes (default: nodes)
  --node NAME=TARGET     a node by the name that it has in the pair, and what ssh takes for it; twice, instead of --stack
  --url URL              what is requested all the time: http://, https:// or tcp://HOST:PORT (default: http://ADDRESS/)
  --insecure             takes any certificate
  --fault FAULT          switchover: hand over in an orderly way. haproxy, keepalived: stop that service
  --max-outage TIME      such as 10s or 800ms; a longer outage fails the drill (default: 10s)
  --junit FILE           writes the result there, for a CI server
  --ssh COMMAND          how to connect, such as "ssh -i key -J bastion" (default: ssh)
  --ssh-user USER        root, or who may use sudo without a password (default: ssh's own)

Exit status: 0 passed; 1 the outage was too long, or the address did not move; 2 the pair is not redundant again;
3 refused, nothing was touched; 64 wrong usage; 130 interrupted, and put right again.`;

/** @throws UsageError */
export function parseOptions(words: readonly string[]): Options {
  const given = parsed(words);
  const { stack, url } = given;
  const nodes = (given.node ?? []).map(nodeOf);
  if ((stack === undefined) === (nodes.length === 0)) {
    throw new UsageError("give either --stack or two of --node");
  }
  if (stack === undefined && (nodes.length !== 2 || url === undefined)) {
    throw new UsageError("without --stack, two of --node and --url are needed");
  }
  if (!faults.some((fault) => fault === given.fault)) {
    throw new UsageError(`--fault ${given.fault ?? "is missing"}: use one of ${faults.join(", ")}`);
  }
  return {
    fault: given.fault as FaultName,
    maxOutageMs: milliseconds(given["max-outage"]),
    junit: given.junit,
    stack,
    outputs: { address: given["address-output"], nodes: given["nodes-output"] },
    nodes,
    url,
    insecure: given.insecure,
    ssh: given.ssh.split(/\s+/).filter(Boolean),
    sshUser: given["ssh-user"],
  };
}

export class UsageError extends Error {}

function parsed(words: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...words],
      options: {
        fault: text,
        "max-outage": { ...text, default: "10s" },
        junit: text,
        stack: text,
        "address-output": { ...text, default: "address" },
        "nodes-output": { ...text, default: "nodes" },
        node: { ...text, multiple: true },
        url: text,
        insecure: { type: "boolean", default: false },
        ssh: { ...text, default: "ssh" },
        "ssh-user": text,
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function nodeOf(text: string): Node {
  const [, name, target] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (!name || !target) {
    throw new UsageError(`--node ${text}: use NAME=TARGET`);
  }
  return { name, target };
}

function milliseconds(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  if (!count) {
    throw new UsageError(`--max-outage ${text}: use a time such as 10s or 800ms`);
  }
  return Number(count) * (unit === "s" ? 1000 : 1);
}
