// Clients that go on asking while something is changed: each kind at a steady rate, with the program of ../proxy/load.
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { onceOwnTimeHasPassed } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { ports } from "./changes";
import { type Counted, downloads, type Kind, kinds, type UpdateReport } from "./report";

/** Half of the requests over kept connections, half over new ones; and messages. */
export const perSecond: UpdateReport["perSecond"] = {
  "keep-alive": 250,
  "tls-keep-alive": 150,
  http2: 100,
  "new-connection": 400,
  "tls-full": 100,
  websocket: 50,
  "tls-websocket": 50,
};
export const downloadsAtATime = 2;

export const numbers: Readonly<Record<Kind, number>> = {
  ...perSecond,
  ...(Object.fromEntries(downloads.map((kind) => [kind, downloadsAtATime])) as Record<
    (typeof downloads)[number],
    number
  >),
};
const withoutTls: readonly Kind[] = ["keep-alive", "new-connection", "websocket", "download"];

/** From the last request's beginning to giving it up, and some more. */
const ENDING_MS = 60_000;
const BEGINNING_MS = 30_000;

/** @returns what the clients saw while `work` went on */
export async function during(
  { client }: Lab,
  program: string,
  to: { readonly address: string; readonly numbers: Readonly<Partial<Record<Kind, number>>> },
  work: () => Promise<unknown>,
): Promise<Counted[]> {
  const orders = kinds.flatMap((kind) => {
    const count = to.numbers[kind];
    if (count === undefined) return [];
    const port = withoutTls.includes(kind) ? ports.web : ports.secure;
    return `${kind}=${to.address}:${port}=${count}`;
  });
  const child = client.spawn(program, ["steady", ...orders], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = linesOf(child);
  try {
    await next(child, lines, BEGINNING_MS);
    await work();
  } finally {
    child.stdin?.end();
  }
  return JSON.parse(await next(child, lines, ENDING_MS)) as Counted[];
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (!stdout) {
    throw new Error("the client has no output");
  }
  return createInterface(stdout)[Symbol.asyncIterator]();
}

async function next(child: ChildProcess, lines: AsyncIterator<string>, timeoutMs: number): Promise<string> {
  const timer = onceOwnTimeHasPassed(timeoutMs, () => child.kill("SIGKILL"));
  const { value, done } = await lines.next();
  timer.cancel();
  if (done) {
    throw new Error("the client ended without a report; its messages are above");
  }
  return value;
}
