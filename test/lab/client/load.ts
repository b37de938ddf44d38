// The load client's process: requests at a steady rate, each sent when it is due whatever became of those before it.
// usage: load.ts URL PER_SECOND TIMEOUT_MS; prints "started", ends with its standard input, prints all samples as JSON.
// A moment's stall right at the end would look like an outage that never ends: it goes on until that is over, in bounds.
import { setTimeout as pause } from "node:timers/promises";
import { now } from "../clock";
import { endsInOutage, type Sample } from "./outage";
import { parseTarget, request } from "./request";

const LONGEST_STALL_MS = 5_000;
/** So many of the last samples tell whether an outage goes on. */
const TELLING = 200;

const [url = "", perSecond = "", timeoutMs = ""] = process.argv.slice(2);
const target = parseTarget(url);
const samples: Sample[] = [];
const underWay = new Set<Promise<unknown>>();

function send(): () => Promise<unknown> {
  const start = now();
  let sent = 0;
  const schedule = setInterval(() => {
    const due = Math.floor(((now() - start) * Number(perSecond)) / 1000);
    for (; sent < due; sent++) {
      const one = request(target, Number(timeoutMs)).then((sample) => {
        samples.push(sample);
        underWay.delete(one);
      });
      underWay.add(one);
    }
  }, 1);
  return () => {
    clearInterval(schedule);
    return Promise.all(underWay);
  };
}

const end = send();
process.stdout.write("started\n");
process.stdin.resume().on("end", async () => {
  await end();
  const deadline = now() + LONGEST_STALL_MS;
  while (now() < deadline && endsInOutage(samples.slice(-TELLING))) {
    const endMore = send();
    await pause(200);
    await endMore();
  }
  process.stdout.write(`${JSON.stringify(samples)}\n`);
});
