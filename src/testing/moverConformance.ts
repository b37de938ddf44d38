// For authors of platforms: runs a mover as a node would, and says where it breaks the contract of `Mover`.
// It talks to whatever the script talks to: give it a cloud, or a double of one.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a mover is tried with. */
export interface MoverTrial {
  /** The script's text, as in `Mover`. */
  readonly script: string;
  /** What both get, as `env` of the mover. @default nothing */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of HA_LB_SECRETS by their names. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** The address that is moved. */
  readonly address: string;
  /** The cloud's id of it. */
  readonly addressId: string;
  /** Id of a machine that can have it. */
  readonly nodeId: string;
  /** Id of another one. */
  readonly peerId: string;
  /** What only one of the two gets: its `moverEnv`, and HA_LB_LOCAL_ADDRESS in place of the address. @default nothing */
  readonly nodeEnv?: Readonly<Record<string, string>>;
  /** The same for the other one. @default nothing */
  readonly peerEnv?: Readonly<Record<string, string>>;
  /** Settings with which nothing answers, such as an endpoint that nobody listens on; they replace some of `env`. */
  readonly unreachable: Readonly<Record<string, string>>;
  /** Secrets that the cloud refuses. */
  readonly refused: Readonly<Record<string, string>>;
  /**
   * Settings with which the cloud refuses, where it is not by `secrets` that it knows a node; they replace some of `env`.
   * @default none
   */
  readonly refusedEnv?: Readonly<Record<string, string>>;
}

/** What one run did. */
interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Command lines of the script and of everything that it started, as any user of a host can read them. */
  readonly commandLines: string;
}

const DONE = 0;
const TRY_AGAIN = 75;
const DENIED = 77;
/** An agent has better things to do than to wait for longer. */
const LONGEST_SECONDS = 30;
const LOOK_EVERY_MS = 5;

/**
 * Moves the address to the peer, to the node, and to the node once more; then with refused secrets and without a way to
 * the cloud. Linux only: it reads /proc.
 *
 * @returns what is wrong, a sentence each; nothing when all is well
 */
export async function moverConformance(trial: MoverTrial): Promise<string[]> {
  const { nodeId, peerId, nodeEnv, peerEnv } = trial;
  const peers: MoverTrial = { ...trial, nodeId: peerId, peerId: nodeId, nodeEnv: peerEnv, peerEnv: nodeEnv };
  const refused: MoverTrial = {
    ...trial,
    env: { ...trial.env, ...trial.refusedEnv },
    secrets: { ...trial.secrets, ...trial.refused },
  };
  const unreachable: MoverTrial = { ...trial, env: { ...trial.env, ...trial.unreachable } };
  return [
    ...(trial.script.startsWith("#!") ? [] : ["the script does not begin with #! and the program that runs it"]),
    ...(await succeeds("claim on the peer", peers, "claim", "")),
    ...(await succeeds("owner, when the peer has it", trial, "owner", peerId)),
    ...(await succeeds("claim", trial, "claim", "")),
    ...(await succeeds("owner, after claim", trial, "owner", nodeId)),
    ...(await succeeds("claim of what is here already", trial, "claim", "")),
    ...(await fails("owner with refused secrets", refused, "owner", DENIED)),
    ...(await fails("claim with refused secrets", refused, "claim", DENIED)),
    ...(await fails("owner without a way to the cloud", unreachable, "owner", TRY_AGAIN)),
    ...(await fails("claim without a way to the cloud", unreachable, "claim", TRY_AGAIN)),
    ...(await fails("a verb that there is not", trial, "steal", undefined)),
    ...(await succeeds("owner, after all of that", trial, "owner", nodeId)),
  ];
}

async function succeeds(what: string, trial: MoverTrial, verb: string, output: string): Promise<string[]> {
  const run = await runMover(trial, verb);
  return [
    ...(run.code === DONE ? [] : [`${what}: exit status ${run.code} instead of 0; it said: ${run.stderr.trim()}`]),
    ...(run.code !== DONE || run.stdout.trim() === output
      ? []
      : [`${what}: printed ${JSON.stringify(run.stdout)} instead of ${JSON.stringify(output)}`]),
    ...always(what, trial, run),
  ];
}

async function fails(what: string, trial: MoverTrial, verb: string, code: number | undefined): Promise<string[]> {
  const run = await runMover(trial, verb);
  const isRight = code === undefined ? run.code !== DONE : run.code === code;
  const last = run.stderr.trimEnd().split("\n").at(-1) ?? "";
  return [
    ...(isRight ? [] : [`${what}: exit status ${run.code} instead of ${code ?? "a failure"}`]),
    ...(/^[a-z0-9_-]+ \S/.test(last) ? [] : [`${what}: the last line on standard error is no "CODE message": ${last}`]),
    ...always(what, trial, run),
  ];
}

function always(what: string, { secrets = {} }: MoverTrial, run: Run): string[] {
  const shown = Object.entries(secrets).filter(
    ([, text]) => text !== "" && `${run.stdout}${run.stderr}`.includes(text),
  );
  const argued = Object.entries(secrets).filter(([, text]) => text !== "" && run.commandLines.includes(text));
  return [
    ...shown.map(([name]) => `${what}: prints the secret ${name}`),
    ...argued.map(([name]) => `${what}: the secret ${name} is an argument of a program, which any user can read`),
    ...(run.seconds <= LONGEST_SECONDS ? [] : [`${what}: took ${run.seconds.toFixed(1)} s`]),
  ];
}

async function runMover(trial: MoverTrial, verb: string): Promise<Run> {
  const directory = mkdtempSync(join(tmpdir(), "mover-"));
  try {
    writeFileSync(join(directory, "mover"), trial.script, { mode: 0o700 });
    const [secrets, kept] = [mkdtempSync(join(directory, "secrets-")), mkdtempSync(join(directory, "run-"))];
    for (const [name, text] of Object.entries(trial.secrets ?? {})) {
      writeFileSync(join(secrets, name), text, { mode: 0o600 });
    }
    return await watched(join(directory, "mover"), [verb, trial.address], {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      LC_ALL: "C",
      HA_LB_NODE_ID: trial.nodeId,
      HA_LB_PEER_ID: trial.peerId,
      HA_LB_ADDRESS_ID: trial.addressId,
      HA_LB_LOCAL_ADDRESS: trial.address,
      HA_LB_SECRETS: secrets,
      HA_LB_RUN: kept,
      ...trial.env,
      ...trial.nodeEnv,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function watched(program: string, args: string[], env: Record<string, string>): Promise<Run> {
  const started = performance.now();
  const seen = new Set<string>();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => {
    text.stdout += data;
  });
  child.stderr.on("data", (data) => {
    text.stderr += data;
  });
  const looking = setInterval(() => {
    for (const line of commandLinesBelow(child.pid)) seen.add(line);
  }, LOOK_EVERY_MS);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(looking);
      const seconds = (performance.now() - started) / 1000;
      resolve({ ...text, code, seconds, commandLines: [...seen].join("\n") });
    });
  }).finally(() => clearInterval(looking)) as Promise<Run>;
}

/** Of a process and all that it started. */
function commandLinesBelow(root: number | undefined): string[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentOf(name)]),
  );
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow).map((pid) => read(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
}

function parentOf(pid: string): number | undefined {
  // After the command's name, which may have spaces in it: state, then the parent.
  const parent = read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1];
  return parent === undefined ? undefined : Number(parent);
}

/** Nothing of a process that has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
