// Which server each algorithm picks: what tells it from the others, with servers that a test can keep busy.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { BalanceAlgorithm } from "../../../src/haproxy/servers/args";
import { until } from "../../lab/command";
import { type Lab, sharedAddress, webPort } from "../../lab/lab";
import { links, withoutPrefix } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { originPorts } from "../origin/messages";
import { type Origin, startOrigins } from "../origin/origin";
import { speak } from "../origin/speak";
import { tell } from "./running";

/** RDP clients have a cookie of their own kind, in tcp mode. */
const httpAlgorithms = Object.values(BalanceAlgorithm).filter((algorithm) => algorithm !== "rdp-cookie");
const names = [...httpAlgorithms, "consistent", "map-based", "starting"] as const;
type Name = (typeof names)[number];
const portOf = (name: Name) => 8001 + names.indexOf(name);

/** Requests that the first server of `first` gets at a time. */
const ENOUGH = 2;
const KEYS = 60;
const [operator = ""] = links.operator[0]?.addresses.map(withoutPrefix) ?? [];

describe("algorithms with real traffic", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let web1: Origin;
  let web2: Origin;

  withLab("pair", async (started) => {
    lab = started;
    ({ web1, web2 } = await startOrigins(lab));
    pair = await Pair.deploy(lab, { frontends: names.map(frontend), backends: names.map(backend) });
  });

  for (const algorithm of ["roundrobin", "static-rr"] as const) {
    it(`gives requests to the servers in turn: ${algorithm}`, async () => {
      const servers = await serversOf(algorithm, 12);
      assert.equal(new Set(servers).size, 2);
      assert.ok(isInTurn(servers), servers.join());
    });
  }

  it("gives requests to the servers by chance: random", async () => {
    const servers = await serversOf("random", 60);
    assert.equal(new Set(servers).size, 2);
    assert.ok(!isInTurn(servers), servers.join());
  });

  it("lets servers change their weights by roundrobin, and not by static-rr", async () => {
    const share = async (name: Name) => (await serversOf(name, 20)).filter((server) => server === "web1").length;
    await web1.tell({ agent: "drain" });
    for (const name of ["roundrobin", "static-rr"] as const) {
      await until(`no share by ${name}`, async () => (await share(name)) === 0, 20_000, 100);
    }
    await web1.tell({ agent: "ready 25%" });
    await until("a smaller share by roundrobin", async () => (await share("roundrobin")) === 4, 20_000, 100);
    await until("a share by static-rr", async () => (await share("static-rr")) > 0, 20_000, 100);
    assert.equal(await share("static-rr"), 10);
    await web1.tell({ agent: "ready 100%" });
    await until("equal shares again", async () => (await share("roundrobin")) === 10, 20_000, 100);
  });

  it("gives no more to a server that is busy already: leastconn", async () => {
    assert.deepEqual(new Set(await serversOf("leastconn", 12)), new Set(["web1", "web2"]));
    await whileBusy("leastconn", 4, async () => {
      assert.deepEqual(new Set(await serversOf("leastconn", 12)), new Set(["web2"]));
    });
  });

  it("fills one server before it uses the next: first", async () => {
    assert.deepEqual(new Set(await serversOf("first", 12)), new Set(["web1"]));
    await whileBusy("first", ENOUGH, async () => {
      assert.deepEqual(new Set(await serversOf("first", 12)), new Set(["web2"]));
    });
    assert.deepEqual(new Set(await serversOf("first", 12)), new Set(["web1"]));
  });

  it("gives the same client to the same server, and different clients to both: source", async () => {
    await assertByKey(async (key) => {
      const head = `PROXY TCP4 203.0.113.${key} ${sharedAddress.ipv4} 5000 ${portOf("source")}\r\n`;
      const request = "GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n";
      const { text } = await speak(lab, portOf("source"), head + request);
      return /^x-server: (\w+)\r$/m.exec(text)?.[1] ?? text;
    });
  });

  for (const [algorithm, requestOf] of [
    ["uri", (key: number) => ({ path: `/${key}` })],
    ["url_param", (key: number) => ({ path: `/?user=${key}` })],
    ["hdr", (key: number) => ({ args: ["--header", `X-User: ${key}`] })],
  ] as const) {
    it(`gives the same key to the same server, and different keys to both: ${algorithm}`, async () => {
      await assertByKey(async (key) => [...new Set(await serversOf(algorithm, 3, requestOf(key)))].join());
    });
  }

  for (const hashType of ["consistent", "map-based"] as const) {
    it(`moves ${hashType === "consistent" ? "no key" : "many keys"} of other servers when one goes: ${hashType}`, async () => {
      const places = () => serversOf(hashType, 1, { path: `/[1-${KEYS}]` });
      const before = await places();
      assert.deepEqual(new Set(before), new Set(["web1", "web2", "third"]));
      const active = await pair.active();
      await tell(pair, active, `set server ${hashType}/third state maint`);
      const without = await places();
      await tell(pair, active, `set server ${hashType}/third state ready`);
      assert.deepEqual(new Set(without), new Set(["web1", "web2"]));
      const moved = before.filter((server, key) => server !== "third" && server !== without[key]).length;
      assert.ok(hashType === "consistent" ? moved === 0 : moved > KEYS / 10, `${moved} moved`);
      assert.deepEqual(await places(), before, "they come back with it");
    });
  }

  it("gives a server that came back more and more of its share", async () => {
    const share = async () => (await serversOf("starting", 20)).filter((server) => server === "web1").length;
    await until("equal shares", async () => (await share()) === 10, 20_000, 100);
    await web1.tell({ health: "tired" });
    await until("no share while the check fails", async () => (await share()) === 0, 20_000, 100);
    await web1.tell({ health: "ok" });
    const shares: number[] = [];
    await until("the whole share again", async () => shares.push(await share()) && shares.at(-1) === 10, 20_000, 50);
    // Between nothing and everything at once lies at most one of them.
    const partial = shares.filter((count) => count > 0 && count < 10);
    assert.ok(partial.length >= 4, shares.join());
    const [early, late] = [partial.slice(0, 2), partial.slice(-2)].map((some) => some.reduce((sum, one) => sum + one));
    assert.ok((early ?? 0) < (late ?? 0), shares.join());
  });

  /** The server of each of so many requests over one connection, one after the other. */
  async function serversOf(name: Name, requests: number, { path = "/", args = [] }: Requests = {}): Promise<string[]> {
    // curl repeats itself for what is after "#", which servers do not see.
    const url = `http://${sharedAddress.ipv4}:${portOf(name)}${path}#[1-${requests}]`;
    const quiet = ["--silent", "--max-time", "20", "--output", "/dev/null"];
    const { stdout } = await lab.operator.run("curl", [...quiet, "--write-out", "%header{x-server}\n", ...args, url]);
    return stdout.trim().split("\n");
  }

  /** Sixteen keys, each asked for twice. */
  async function assertByKey(serverOf: (key: number) => Promise<string>): Promise<void> {
    const keys = Array.from({ length: 16 }, (_, key) => key + 1);
    const found = await Promise.all(keys.map(serverOf));
    assert.deepEqual(await Promise.all(keys.map(serverOf)), found);
    assert.deepEqual([...new Set(found)].sort(), ["web1", "web2"]);
  }

  /** Does something while the first server holds its share of so many requests, and the other has answered the rest. */
  async function whileBusy(name: Name, requests: number, work: () => Promise<void>): Promise<void> {
    await web1.tell({ holding: true });
    let answered = 0;
    const asking = Array.from({ length: requests }, () => serversOf(name, 1, { path: "/held" }).then(() => answered++));
    const isBusy = async () => {
      const { together } = await web1.tell();
      return together > 0 && together + answered === requests;
    };
    try {
      await until("the server to be busy", isBusy, 20_000);
      await work();
    } finally {
      await web1.tell({ holding: false });
      await Promise.all(asking);
    }
  }

  function backend(name: Name): BackendArgs {
    const both = [web1.server("http"), web2.server("http")];
    const hashed = name === "consistent" || name === "map-based" ? name : undefined;
    const [own, ...others] = both;
    const special: Partial<Record<Name, Partial<BackendArgs>>> = {
      first: { servers: own && [{ ...own, maxConnections: ENOUGH }, ...others] },
      url_param: { balanceKey: "user" },
      hdr: { balanceKey: "X-User" },
      roundrobin: { agentCheck: { port: originPorts.agent, intervalSeconds: 0.3 } },
      "static-rr": { agentCheck: { port: originPorts.agent, intervalSeconds: 0.3 } },
      starting: {
        slowStartSeconds: 4,
        healthCheck: { path: "/healthz", expectBody: "ok by GET", intervalSeconds: 0.2, fall: 1, rise: 1 },
      },
    };
    return {
      name,
      servers: hashed ? [...both, { name: "third", address: web1.address, port: webPort }] : both,
      balance: hashed ? "uri" : name === "starting" ? "roundrobin" : (name as (typeof httpAlgorithms)[number]),
      hashType: hashed,
      raw: ["http-response set-header X-Server %s"],
      ...special[name],
    };
  }
});

function frontend(name: Name): FrontendArgs {
  return {
    name,
    port: portOf(name),
    defaultBackend: name,
    acceptProxyProtocolFrom: name === "source" ? [operator] : undefined,
  };
}

interface Requests {
  readonly path?: string;
  readonly args?: readonly string[];
}

const isInTurn = (servers: readonly string[]) => servers.every((server, index) => server !== servers[index - 1]);
