// Sends bytes as they are, each over a connection of its own, many at a time, and listens until the other side ends it.
// usage: deliver.ts ADDRESS PORT; reads an array of strings (Latin-1) as JSON, prints an array of Delivered
import { connect } from "node:net";
import { text } from "node:stream/consumers";

export interface Delivered {
  /** Of all answers, in their order; none when there was no answer. */
  readonly statuses: readonly number[];
  /** Whether the other side ended the connection within the patience. */
  readonly ended: boolean;
}

const AT_A_TIME = 400;
const PATIENCE_MS = 15_000;
const [address = "", port = ""] = process.argv.slice(2);

function deliver(bytes: string): Promise<Delivered> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect({ host: address, port: Number(port) }, () => socket.write(Buffer.from(bytes, "latin1")));
    const finish = (ended: boolean) => {
      clearTimeout(patience);
      socket.destroy();
      const found = answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm);
      resolve({ statuses: [...found].map(([, status]) => Number(status)), ended });
    };
    const patience = setTimeout(() => finish(false), PATIENCE_MS);
    socket.setEncoding("latin1").on("data", (part) => {
      answer += part;
    });
    // A connection may be reset while bytes of ours are on their way: that is an end, too.
    socket.once("error", () => {}).once("close", () => finish(true));
  });
}

async function main(): Promise<void> {
  const all = JSON.parse(await text(process.stdin)) as string[];
  const delivered: Delivered[] = [];
  let next = 0;
  const deliverTheRest = async () => {
    while (next < all.length) {
      const index = next++;
      delivered[index] = await deliver(all[index] as string);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, deliverTheRest));
  process.stdout.write(JSON.stringify(delivered));
}

main();
