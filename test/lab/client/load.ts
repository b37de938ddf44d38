// The load client's process: requests at a steady rate, each sent when it is due whatever became of those before it.
// usage: load.ts URL PER_SECOND TIMEOUT_MS; prints "started", ends with its standard input, prints all samples as JSON.
import { now } from "../clock";
import type { Sample } from "./outage";
import { parseTarget, request } from "./request";

const [url = "", perSecond = "", timeoutMs = ""] = process.argv.slice(2);
const target = parseTarget(url);
const samples: Sample[] = [];
const underWay = new Set<Promise<unknown>>();
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

process.stdout.write("started\n");
process.stdin.resume().on("end", async () => {
  clearInterval(schedule);
  await Promise.all(underWay);
  process.stdout.write(`${JSON.stringify(samples)}\n`);
});
