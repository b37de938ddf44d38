// Clients that ask too much, too slowly, or for two things at once: what they get, and what servers never see of them.
import assert from "node:assert/strict";
import type { FrontendArgs } from "../../../src";
import { certificate } from "../../certificates";
import { until } from "../../lab/command";
import { type Lab, now } from "../../lab/lab";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { type AskOptions, ask } from "../origin/ask";
import { Origin } from "../origin/origin";
import { speak } from "../origin/speak";

const ports = {
  dropped: 8001,
  byCookie: 8002,
  penalized: 8003,
  slow: 8004,
  silent: 8005,
  tunnel: 8006,
  guarded: 8007,
} as const;
const PENALTY_SECONDS = 4;

const requestFor = (path: string) => `GET ${path} HTTP/1.1\r\nHost: example.com\r\n\r\n`;
/** What a request on which two readers disagree carries: one takes it for a body, the other for a request of its own. */
const hidden = requestFor("/forbidden");
const [short, long] = ["0\r\n\r\n".length, "0\r\n\r\n".length + hidden.length];
const disagreeable: Readonly<Record<string, readonly string[]>> = {
  "two lengths": [`Content-Length: ${short}`, `Content-Length: ${long}`],
  "two lengths in one header": [`Content-Length: ${short}, ${long}`],
  "an empty length": ["Content-Length:"],
  "a length with a sign": [`Content-Length: +${short}`],
  "an unknown encoding": [`Content-Length: ${short}`, "Transfer-Encoding: xchunked"],
  "an encoding with a space before the colon": [`Content-Length: ${short}`, "Transfer-Encoding : chunked"],
  "chunks that are not the last encoding": [`Content-Length: ${short}`, "Transfer-Encoding: chunked, identity"],
};
const twofold: Readonly<Record<string, readonly string[]>> = {
  "a length and chunks": [`Content-Length: ${long}`, "Transfer-Encoding: chunked"],
  "chunks and a length": ["Transfer-Encoding: chunked", `Content-Length: ${long}`],
  "a length and chunks in a continued line": [`Content-Length: ${long}`, "Transfer-Encoding:\r\n chunked"],
};

describe("hostile clients", function () {
  this.timeout(600_000);
  let lab: Lab;
  let origin: Origin;

  withLab("pair", async (started) => {
    lab = started;
    origin = await Origin.start(lab, "web1");
    const pair = await Pair.prepare(lab, {
      frontends,
      backends: [
        { name: "app", servers: [origin.server("http")], connectionReuse: "always" },
        { name: "line", mode: "tcp", servers: [origin.server("line")], timeouts: { tunnelSeconds: 0.5 } },
      ],
    });
    await pair.up();
    await pair.waitUntilRedundant();
  });

  it("says nothing at all to a client that asks too often, where that was asked for", async () => {
    // As on the other side of a router: what HAProxy ends the connection with lives for one hop.
    const chain = "type filter hook input priority 0; ip ttl 1 drop;";
    await firewall(`table ip router { chain input { ${chain} }; }`);
    try {
      assert.deepEqual(await statuses(ports.dropped, 3, { from: "client" }), [200, 200, 200]);
      const spoken = await speak(lab, ports.dropped, requestFor("/"), { from: "client", seconds: 1 });
      assert.deepEqual(spoken, { ended: false, text: "" });
      assert.deepEqual(await statuses(ports.dropped, 1), [200]);
    } finally {
      await firewall("delete table ip router");
    }
  });

  it("counts by a cookie, whatever stands beside it", async () => {
    const as = (cookie: string) => ({ args: ["--header", `Cookie: a=b; ${cookie}; c=d`] });
    assert.deepEqual(await statuses(ports.byCookie, 5, as("session=alice")), [200, 200, 200, 429, 429]);
    assert.deepEqual(await statuses(ports.byCookie, 2, as("session=bob")), [200, 200]);
    assert.deepEqual(await statuses(ports.byCookie, 5, as("other=alice")), [200, 200, 200, 200, 200]);
  });

  it("shuts out who went too far for as long as it was told to, and no longer", async () => {
    const answers = async (status: number) => (await ask(lab, ports.penalized, "/")).status === status;
    assert.ok(await answers(200));
    await until("a refusal", () => answers(429), 20_000);
    const since = now();
    const { status, headers } = await ask(lab, ports.penalized, "/");
    assert.deepEqual([status, headers["retry-after"]], [429, String(PENALTY_SECONDS)]);
    await until("the penalty to be over", () => answers(200), (PENALTY_SECONDS + 5) * 1000, 100);
    const seconds = (now() - since) / 1000;
    // The rate itself is forgotten after one second, or two.
    assert.ok(seconds > PENALTY_SECONDS - 1, `${seconds} s`);
  });

  it("gives up on a request that does not get finished", async () => {
    const { ended, text } = await speak(lab, ports.slow, "GET / HTTP/1.1\r\nHost: exam", { seconds: 5 });
    assert.match(text, /^HTTP\/1\.1 408 /);
    assert.ok(ended);
  });

  it("ends a connection that waits for its next request for too long", async () => {
    const { ended, text } = await speak(lab, ports.slow, requestFor("/"), { seconds: 5 });
    assert.deepEqual([statusesIn(text), ended], [[200], true]);
  });

  it("ends a connection whose client does not even begin with TLS", async () => {
    assert.deepEqual(await speak(lab, ports.silent, "", { seconds: 5 }), { ended: true, text: "" });
  });

  it("ends a connection that passes through when both sides are silent for too long", async () => {
    assert.deepEqual(await speak(lab, ports.tunnel, "", { seconds: 5 }), { ended: true, text: "" });
  });

  for (const [what, headers] of Object.entries(disagreeable)) {
    it(`refuses a request by which another one could be smuggled: ${what}`, async () => {
      const { text, ended, urls } = await smuggle(headers);
      assert.deepEqual([statusesIn(text), ended], [[200, 400], true]);
      // The words of HAProxy: the server would refuse it, too.
      assert.match(text, /Your browser sent an invalid request/);
      assert.deepEqual(urls, ["/first"]);
    });
  }

  for (const [what, headers] of Object.entries(twofold)) {
    it(`tells servers the one length that counts, and reads nothing after it: ${what}`, async () => {
      const { text, ended, urls } = await smuggle(headers);
      assert.deepEqual([statusesIn(text), ended], [[200, 200], true]);
      assert.deepEqual(urls, ["/first", "/outer"]);
      assert.doesNotMatch(text, /"content-length"/);
      assert.deepEqual((await ask(lab, ports.guarded, "/mine")).echo.url, "/mine");
    });
  }

  async function firewall(rules: string): Promise<void> {
    const { code, stderr } = await lab.client.run("nft", ["--file", "-"], { input: rules });
    assert.equal(code, 0, stderr);
  }

  /** Over a connection that has served a request already; what came back, and what the server saw. */
  async function smuggle(headers: readonly string[]) {
    await origin.tell();
    const outer = `POST /outer HTTP/1.1\r\nHost: example.com\r\n${headers.join("\r\n")}\r\n\r\n0\r\n\r\n`;
    const spoken = await speak(lab, ports.guarded, requestFor("/first") + outer + hidden);
    return { ...spoken, urls: (await origin.tell()).urls };
  }

  async function statuses(port: number, times: number, options: AskOptions = {}): Promise<number[]> {
    const found: number[] = [];
    for (let count = 0; count < times; count++) found.push((await ask(lab, port, "/", options)).status);
    return found;
  }
});

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));
}

const frontends: FrontendArgs[] = [
  // The audit asks here.
  { name: "web", port: 80, defaultBackend: "app" },
  {
    name: "dropped",
    port: ports.dropped,
    rateLimits: [{ requests: 3, perSeconds: 300, action: "drop" }],
    defaultBackend: "app",
  },
  {
    name: "by-cookie",
    port: ports.byCookie,
    rateLimits: [{ requests: 3, perSeconds: 300, by: "cookie", name: "session" }],
    defaultBackend: "app",
  },
  {
    name: "penalized",
    port: ports.penalized,
    rateLimits: [{ requests: 2, perSeconds: 1, penaltySeconds: PENALTY_SECONDS }],
    defaultBackend: "app",
  },
  {
    name: "slow",
    port: ports.slow,
    timeouts: { httpRequestSeconds: 1.5, keepAliveSeconds: 0.5 },
    defaultBackend: "app",
  },
  {
    name: "silent",
    port: ports.silent,
    tls: { certificates: [certificate()] },
    timeouts: { clientSeconds: 0.5 },
    defaultBackend: "app",
  },
  { name: "tunnel", mode: "tcp", port: ports.tunnel, defaultBackend: "line" },
  {
    name: "guarded",
    port: ports.guarded,
    timeouts: { keepAliveSeconds: 0.5 },
    routes: [{ match: { paths: ["/forbidden"] }, respond: { status: 403 } }],
    defaultBackend: "app",
  },
];
