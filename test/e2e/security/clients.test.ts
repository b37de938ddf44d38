// Clients that mean harm, in numbers: what becomes of them, of the server behind, and of everybody else meanwhile.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { Namespace } from "../../lab/namespace";
import { auditNodes } from "../../pair/audit";
import type { Pair } from "../../pair/pair";
import { ask } from "../origin/ask";
import type { Delivered } from "./deliver";
import { oddRequests } from "./oddRequests";
import type { Record } from "./recorder";
import { largePath, ports, recorderPort, withSecuredPair } from "./securedPair";

const REQUESTS = 2_000;
const SLOW_CLIENTS = 400;

describe("clients that mean harm", function () {
  this.timeout(300_000);
  let lab: Lab;
  let pair: Pair;

  withSecuredPair((secured) => {
    pair = secured;
    lab = pair.lab;
  });

  it(`get no answer that confuses, and reach the server with nothing doubtful: ${REQUESTS} odd requests`, async () => {
    const workers = await haproxyProcesses();
    const server = await startRecorder();
    const corpus = oddRequests(REQUESTS);
    const address = [sharedAddress.ipv4, String(ports.odd)];
    const { stdout, stderr } = await lab.operator.runScript(join(__dirname, "deliver.ts"), address, {
      input: JSON.stringify(corpus),
      timeoutMs: 120_000,
    });
    const delivered = JSON.parse(stdout || assert.fail(stderr)) as Delivered[];
    const { heads, doubtful } = await server.end();
    assert.deepEqual(doubtful, [], "a server could read this in two ways");
    assert.deepEqual(
      heads.filter((head) => /^\S+ \S*\/forbidden/.test(head)),
      [],
      "this was to be refused",
    );
    const waiting = corpus.filter((_, index) => !delivered[index]?.ended);
    assert.deepEqual(waiting, [], "these connections were never ended");
    const statuses = countOf(delivered.flatMap((one) => one.statuses));
    assert.ok(
      (statuses[200] ?? 0) > 100 && (statuses[400] ?? 0) > 100 && (statuses[403] ?? 0) > 10,
      "the corpus is too tame",
    );
    assert.ok(heads.length > 100, `only ${heads.length} reached the server`);
    // Who stops in the middle of a body keeps the server waiting, until that is called a timeout.
    const failures = Object.keys(statuses).filter((status) => Number(status) >= 500 && Number(status) !== 504);
    assert.deepEqual(failures, [], JSON.stringify(statuses));
    assert.equal(await haproxyProcesses(), workers, "HAProxy was started anew");
    await auditNodes(pair);
  });

  for (const [what, mode, path] of [
    ["sending headers", ["-H", "-i", "1"], "/"],
    ["sending a body", ["-B", "-i", "1"], "/"],
    // A window of some bytes, of which five are read a second; asked for ten times, the answers are more than a socket holds.
    ["reading answers", ["-X", "-w", "10", "-y", "20", "-n", "1", "-z", "5", "-k", "10"], largePath],
  ] as const) {
    it(`take nothing from others by ${what} slowly: ${SLOW_CLIENTS} of them, by slowhttptest`, async () => {
      const url = `http://${sharedAddress.ipv4}:${ports.slow}`;
      const others = await lab.client.start({ url: `${url}/`, perSecond: 50 });
      const slow = [
        "-c",
        String(SLOW_CLIENTS),
        "-r",
        String(SLOW_CLIENTS),
        "-l",
        "8",
        "-p",
        "3",
        "-u",
        `${url}${path}`,
      ];
      const { stdout } = await lab.operator.run("slowhttptest", [...mode, ...slow]);
      const said = stripVTControlCharacters(stdout);
      const { lost, requests } = await others.stop();
      assert.match(said, /service available: +YES/, said);
      assert.ok(requests > 100, `only ${requests} requests were made`);
      assert.equal(lost, 0);
      // Who sends a body, or reads, is heard for as long as something comes or goes.
      if (mode[0] === "-H") assert.match(said, /Exit status: +No open connections left/, said);
      else assert.match(said, /Exit status: +Hit test time limit/, said);
    });
  }

  async function startRecorder() {
    const script = join(__dirname, "recorder.ts");
    const child = new Namespace(lab.name, "web1").spawnScript(script, [String(recorderPort)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (!child.stdout) throw new Error("the recorder has no output");
    const [first] = await once(child.stdout, "data");
    assert.equal(String(first), "listening\n");
    // HAProxy has found out that nobody was there before.
    const answers = async () => (await ask(lab, ports.odd, "/")).status === 200;
    await until("HAProxy to find the recorder", answers, 30_000, 100);
    return {
      async end(): Promise<Record> {
        child.stdin?.end();
        return JSON.parse(await text(child.stdout as NodeJS.ReadableStream)) as Record;
      },
    };
  }

  async function haproxyProcesses(): Promise<string> {
    return pair.host(await pair.active()).must("cat /sys/fs/cgroup/system.slice/haproxy.service/cgroup.procs");
  }
});

function countOf(values: readonly number[]): Readonly<{ [value: number]: number }> {
  const counts: { [value: number]: number } = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
