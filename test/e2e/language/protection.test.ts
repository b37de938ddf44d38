// Who may come in and how often, shown by real requests; counters that a failover does not forget.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { FrontendArgs } from "../../../src";
import { until } from "../../lab/command";
import { type Lab, sharedAddress, webPort } from "../../lab/lab";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { Origin } from "../origin/origin";
import { tell } from "./running";

const ports = {
  limited: 8001,
  keyed: 8002,
  errors: 8003,
  connections: 8004,
  access: 8005,
  auth: 8006,
  body: 8007,
  guessing: 8008,
  answers: 8009,
  shutOut: 8010,
} as const;
const operator = "198.51.100.2";
const client = "198.51.100.3";

describe("access and rate limits", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let origin: Origin;

  withLab("pair", async (started) => {
    lab = started;
    origin = await Origin.start(lab, "web1");
    const servers = [{ address: lab.hosts.web1.privateAddress, port: webPort }];
    pair = await Pair.prepare(lab, {
      frontends: frontends(),
      backends: [
        { name: "app", servers },
        { name: "raw", mode: "tcp", servers },
        { name: "origin", servers: [origin.server("http")] },
      ],
    });
    await pair.up();
    await pair.waitUntilRedundant();
  });

  it("answers 429 with Retry-After to a client that asks too often, and to no other client", async () => {
    const codes = await statuses(ports.limited, 15);
    assert.deepEqual(codes, [...Array(12).fill("200"), ...Array(3).fill("429")]);
    const { stdout } = await curl(ports.limited, ["--include"]);
    assert.match(stdout, /^retry-after: 300\r$/im);
    assert.deepEqual(await statuses(ports.limited, 1, [], "client"), ["200"]);
  });

  it("counts by what a header says, and knows all counters and who is shut out on the other node after a failover", async () => {
    const ask = (key: string, times: number) => statuses(ports.keyed, times, ["--header", `X-Api-Key: ${key}`]);
    assert.deepEqual(await ask("alice", 7), [...Array(5).fill("200"), ...Array(2).fill("429")]);
    assert.deepEqual(await ask("bob", 3), Array(3).fill("200"));
    assert.deepEqual(await statuses(ports.answers, 5, [], "client"), ["404", "404", "404", "404", "429"]);
    assert.deepEqual(await connect(5, "client"), [true, true, true, true, false]);
    const isShutOut = async () => (await statuses(ports.shutOut, 5, [], "client")).includes("429");
    await until("a refusal", isShutOut, 20_000);
    const active = await pair.active();
    const standby = active === "lb1" ? "lb2" : "lb1";
    // After a reload it takes HAProxy up to five seconds to find its peer again.
    for (const [table, counted] of [
      ["keyed", "key=alice .*=7"],
      ["answers", `key=\\S*${client} .*=5`],
      ["connections", `key=\\S*${client} .*=5`],
      ["shut-out-penalty", `key=\\S*${client} .*gpt0=1`],
    ] as const) {
      const known = async () => new RegExp(`${counted}$`, "m").test(await countedBy(standby, table));
      await until(`the other node to know of ${table}`, known, 20_000, 100);
    }
    await lab.fault("power-off", active);
    await until(
      "the other node to take over",
      async () => (await pair.holders()).some((name) => name !== active),
      30_000,
    );
    await until("an answer", async () => /^(200|429)$/.test((await statuses(ports.keyed, 1)).join()), 20_000);
    assert.deepEqual(await ask("alice", 1), ["429"]);
    assert.deepEqual(await ask("carol", 1), ["200"]);
    assert.deepEqual(await statuses(ports.answers, 1, [], "client"), ["429"]);
    assert.deepEqual(await connect(1, "client"), [false]);
    // Its rate was forgotten while nobody had the address.
    assert.deepEqual(await statuses(ports.shutOut, 1, [], "client"), ["429"]);
    assert.deepEqual(await statuses(ports.shutOut, 1), ["200"], "others are not shut out with it");
    await lab.heal();
    await pair.waitUntilRedundant();
  });

  it("shuts out a client whose requests are its own errors", async () => {
    await origin.tell({ status: 404 });
    assert.deepEqual(await statuses(ports.errors, 5), ["404", "404", "404", "404", "429"]);
    await origin.tell({ status: 200 });
    assert.deepEqual(await statuses(ports.errors, 1), ["429"]);
  });

  it("closes the connections that are too many", async () => {
    assert.deepEqual(await connect(6), [true, true, true, true, false, false]);
  });

  it("lets in by network, and keeps out whom the deny list has", async () => {
    assert.deepEqual(await statuses(ports.access, 1), ["200"]);
    assert.deepEqual(await statuses(ports.access, 1, [], "client"), ["403"]);
  });

  it("asks for a name and a password", async () => {
    assert.deepEqual(await statuses(ports.auth, 1), ["401"]);
    assert.deepEqual(await statuses(ports.auth, 1, ["--user", "alice:wrong"]), ["401"]);
    assert.deepEqual(await statuses(ports.auth, 1, ["--user", "alice:it's #1"]), ["200"]);
  });

  it("ends the guessing of a password, and does not take the right one either then", async () => {
    const guess = (password: string, times: number) => statuses(ports.guessing, times, ["--user", `alice:${password}`]);
    assert.deepEqual(await guess("wrong", 6), ["401", "401", "401", "401", "429", "429"]);
    assert.deepEqual(await guess("it's #1", 1), ["429"]);
    const others = await statuses(ports.guessing, 1, ["--user", "alice:it's #1"], "client");
    assert.deepEqual(others, ["200"], "others are not shut out with it");
  });

  it("counts the errors that it finds itself", async () => {
    assert.deepEqual(await statuses(ports.answers, 5), ["404", "404", "404", "404", "429"]);
  });

  it("refuses bodies that do not say how big they are over HTTP/2, where no header tells that they come", async () => {
    const post = async (port: number, size: number) => {
      await origin.tell();
      const body = ["--header", "Content-Length:", "--data-binary", "@-"];
      const options = ["--silent", "--max-time", "10", "--http2-prior-knowledge", ...body, urlOf(port)];
      await lab.operator.run("curl", options, { input: Buffer.alloc(size, "x") });
      return (await origin.tell()).requests;
    };
    assert.equal(await post(ports.body, 200_000), 0);
    assert.equal(await post(ports.body, 10), 0);
    const get = await curl(ports.body, [
      "--http2-prior-knowledge",
      "--output",
      "/dev/null",
      "--write-out",
      "%{http_code}",
    ]);
    assert.equal(get.stdout, "200", "a request without a body has nothing to say");
  });

  it("refuses bodies that are too big, or do not say how big they are", async () => {
    const post = (size: number, ...more: string[]) =>
      statuses(ports.body, 1, ["--data-binary", "x".repeat(size), ...more]);
    assert.deepEqual(await post(1000), ["200"]);
    assert.deepEqual(await post(1001), ["413"]);
    assert.deepEqual(await post(10, "--header", "Transfer-Encoding: chunked"), ["411"]);
  });

  it("refuses a request whose length is empty", async () => {
    assert.deepEqual(await statuses(ports.access, 1, ["--header", "Content-Length;"]), ["400"]);
  });

  function countedBy(name: "lb1" | "lb2", table: string): Promise<string> {
    return tell(pair, name, `show table ha-lb-limit-1-of-${table}`);
  }

  const urlOf = (port: number) => `http://${sharedAddress.ipv4}:${port}/`;
  const curl = (port: number, options: readonly string[] = [], from: "operator" | "client" = "operator") =>
    lab[from].run("curl", ["--silent", "--max-time", "5", ...options, urlOf(port)]);

  async function statuses(
    port: number,
    times: number,
    options: readonly string[] = [],
    from?: "operator" | "client",
  ): Promise<string[]> {
    const codes: string[] = [];
    for (let count = 0; count < times; count++) {
      const all = ["--output", "/dev/null", "--write-out", "%{http_code}", ...options];
      codes.push((await curl(port, all, from)).stdout);
    }
    return codes;
  }

  /** Which of so many connections got an answer. */
  async function connect(times: number, from?: "operator" | "client"): Promise<boolean[]> {
    const answered: boolean[] = [];
    for (let count = 0; count < times; count++) {
      answered.push((await curl(ports.connections, [], from)).code === 0);
    }
    return answered;
  }
});

function frontends(): FrontendArgs[] {
  const to = { defaultBackend: "app" };
  const hash = execFileSync("openssl", ["passwd", "-6", "it's #1"], { encoding: "utf8" }).trim();
  return [
    { name: "web", port: 80, ...to },
    { name: "limited", port: ports.limited, ...to, rateLimits: [{ requests: 10, burst: 2, perSeconds: 300 }] },
    {
      name: "keyed",
      port: ports.keyed,
      ...to,
      rateLimits: [{ requests: 5, perSeconds: 300, by: "header", name: "X-Api-Key" }],
    },
    {
      name: "errors",
      port: ports.errors,
      defaultBackend: "origin",
      rateLimits: [{ errors: 3, perSeconds: 300, penaltySeconds: 600 }],
    },
    {
      name: "connections",
      mode: "tcp",
      port: ports.connections,
      defaultBackend: "raw",
      rateLimits: [{ connections: 4, perSeconds: 300 }],
    },
    { name: "access", port: ports.access, ...to, access: { allow: ["198.51.100.0/24"], deny: ["198.51.100.3"] } },
    { name: "auth", port: ports.auth, ...to, access: { basicAuth: { users: { alice: hash } } } },
    {
      name: "body",
      port: ports.body,
      defaultBackend: "origin",
      access: { allow: [operator], maxBodyBytes: 1000 },
    },
    {
      name: "guessing",
      port: ports.guessing,
      ...to,
      access: { basicAuth: { users: { alice: hash } } },
      rateLimits: [{ errors: 3, perSeconds: 300, penaltySeconds: 600 }],
    },
    {
      name: "answers",
      port: ports.answers,
      routes: [{ respond: { status: 404 } }],
      rateLimits: [{ errors: 3, perSeconds: 300 }],
    },
    {
      name: "shut-out",
      port: ports.shutOut,
      ...to,
      rateLimits: [{ requests: 2, perSeconds: 1, penaltySeconds: 600 }],
    },
  ];
}
