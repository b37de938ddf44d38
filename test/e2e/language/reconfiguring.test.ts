// Changes while requests are under way: told to the running HAProxy where it can be, a reload otherwise, and neither
// costs a request.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import type { ServerArgs } from "../../../src/haproxy/servers/args";
import { builtLoad } from "../../bench/proxy/load";
import { during } from "../../bench/update/load";
import { certificate } from "../../certificates";
import type { Sample } from "../../lab/client/outage";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import { Pair, url } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { type Origin, startOrigins } from "../origin/origin";
import { busyServers, keepalivedLives, processes, serversOn } from "./running";

const ports = { web: 80, secure: 443 } as const;
const [first, renewed] = [certificate(), certificate({ days: 89 })];
const hosts = Array.from({ length: 1000 }, (_, index) => `host-${index}.example.com`);
/** Each kind of client: requests and messages a second, and how many downloads. */
const clients = {
  ...{ "keep-alive": 20, "tls-keep-alive": 10, http2: 20, "new-connection": 20, "tls-full": 5, websocket: 10 },
  ...{ "tls-websocket": 10, download: 1, "http2-download": 1 },
};
/** What a preview says of servers, tables and certificates. */
const WHERE_IT_RUNS = "at run time; reload of HAProxy where that is not possible";
/** In all of these. */
const always = { "haproxy/maps/identity.map": WHERE_IT_RUNS, release: "" };

interface Wanted {
  readonly servers: readonly ServerArgs[];
  readonly pem: string;
  /** Backend of all hosts in the table. */
  readonly leads: string;
  readonly hsts?: boolean;
}

describe("reconfiguring a pair under load", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let wanted: Wanted;
  let web1: Origin;
  let web2: Origin;
  let load: string;

  withLab("pair", async (started) => {
    lab = started;
    ({ web1, web2 } = await startOrigins(lab));
    wanted = { servers: [server(web1), server(web2)], pem: first, leads: "app" };
    load = await builtLoad();
    pair = await Pair.deploy(lab, settings(wanted));
  });

  it("changes weights where HAProxy runs, as the preview says", async () => {
    await want({ servers: [server(web1, { weight: 10 }), server(web2, { weight: 30 })] });
    assert.deepEqual(await foretold(), { ...always, "haproxy.cfg#servers": WHERE_IT_RUNS });
    await told({});
    for (const name of loadBalancers) {
      const columns = (await serversOn(pair, name)).map((line) => line.split(" "));
      const weights = columns
        .filter(([backend]) => backend === "app")
        .map(([, , server, , , weight]) => [server, weight]);
      assert.deepEqual(Object.fromEntries(weights), { web1: "10", web2: "30" });
    }
    // Where in its turn a server stands is kept: it may come one request sooner or later.
    const { web1: few = 0, web2: many = 0 } = await shares(40);
    assert.ok(Math.abs(few - 10) <= 1 && few + many === 40, `${few} and ${many}`);
  });

  it("removes a server, and adds it again", async () => {
    await told({ servers: [server(web2)] });
    assert.deepEqual(await shares(10), { web2: 10 });
    await told({ servers: [server(web2), server(web1, { maxConnections: 50 })] });
    // It has to pass its check first.
    await until("the new server to get requests", async () => (await shares(10)).web1 === 5, 20_000, 100);
  });

  it("changes addresses and limits of servers", async () => {
    await told({ servers: [server(web2), { ...server(web2), name: "web1", maxConnections: 60 }] });
    assert.deepEqual(await shares(10), { web2: 10 });
    await told({ servers: [server(web2), server(web1, { maxConnections: 70 })] });
    assert.deepEqual(await shares(10), { web1: 5, web2: 5 });
  });

  it("gives a server that was down a new address, and loses nothing for that", async () => {
    const limited = { maxConnections: 70 };
    await told({ servers: [server(web2), server(web1, { ...limited, port: 1 })] });
    await until("the check to notice", async () => (await shares(4)).web2 === 4, 20_000, 100);
    // As in a list without names whose first server is taken out: the next one gets its name.
    await told({ servers: [{ ...server(web2), ...limited, name: "web1" }] });
    assert.deepEqual(await shares(4), { web2: 4 });
    await told({ servers: [server(web1, limited), server(web2)] });
    await until("both to get requests", async () => (await shares(10)).web2 === 5, 20_000, 100);
  });

  it("changes tables of any size", async () => {
    assert.equal(await backendFor("host-999.example.com"), "app");
    await told({ leads: "other" });
    for (const host of ["host-0.example.com", "host-999.example.com"]) {
      assert.equal(await backendFor(host), "other");
    }
    assert.equal(await backendFor("elsewhere.example.com"), "app");
  });

  it("changes certificates", async () => {
    await told({ pem: renewed });
    const client = ["s_client", "-connect", `${sharedAddress.ipv4}:${ports.secure}`];
    const { stdout } = await lab.operator.run("openssl", client, { input: "" });
    const shown = new X509Certificate(stdout.replace(/^[\s\S]*?(?=-----BEGIN)/, ""));
    assert.equal(shown.serialNumber, new X509Certificate(renewed).serialNumber);
  });

  it("has files that say the same: a reload changes nothing, and moves nothing", async () => {
    const [active, keepalived] = [await pair.active(), await keepalivedLives(pair)];
    const before = await Promise.all(loadBalancers.map((name) => serversOn(pair, name)));
    for (const name of loadBalancers) await pair.host(name).must("systemctl reload haproxy keepalived");
    assert.deepEqual(await Promise.all(loadBalancers.map((name) => serversOn(pair, name))), before);
    const seen = await keepalivedLives(pair);
    assert.ok(
      seen.every((life, index) => life !== keepalived[index]),
      "a reload of Keepalived is not seen",
    );
    assert.equal(await pair.active(), active);
    assert.equal(await backendFor("host-999.example.com"), "other");
    await auditNodes(pair);
  });

  it("reloads for anything else, as the preview says, and no client of any kind notices", async () => {
    await want({ hsts: true });
    assert.deepEqual(await foretold(), { ...always, "haproxy.cfg": "reload of HAProxy" });
    const [before, keepalived, active] = [await processes(pair), await keepalivedLives(pair), await pair.active()];
    const to = { address: sharedAddress.ipv4, numbers: clients };
    const counted = await during(lab, load, to, async () => {
      await change({});
      await pair.waitUntilRedundant();
    });
    for (const { kind, requests, failures, connections } of counted) {
      assert.deepEqual(failures, [], kind);
      // A download that was cut would have been begun anew.
      if (kind.endsWith("download")) assert.deepEqual([requests, connections], [1, 1], kind);
      else assert.ok(requests > 10, `${kind}: ${requests} requests`);
    }
    const after = await processes(pair);
    assert.ok(after.every((id, index) => id !== before[index]));
    assert.deepEqual(await keepalivedLives(pair), keepalived, "Keepalived has nothing to do with it");
    assert.equal(await pair.active(), active);
  });

  it("closes no kept connection in a reload before an answer has said so", async () => {
    const server = `${sharedAddress.ipv4}:${ports.secure}`;
    const client = lab.client.spawn("openssl", ["s_client", "-quiet", "-connect", server]);
    let said = "";
    client.stdout?.on("data", (chunk: Buffer) => {
      said += chunk;
    });
    const request = async (count: number) => {
      client.stdin?.write("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
      // The end of what a server of the lab says.
      const answers = () => (said.match(/"peerPort":\d+\}/g) ?? []).length;
      await until(`answer ${count}`, () => answers() === count, 10_000);
      return /^connection: close/im.test(said);
    };
    try {
      assert.equal(await request(1), false);
      await pair.host(await pair.active()).must("systemctl reload haproxy");
      let count = 1;
      // systemd does not wait for the old process to learn that there is a new one.
      await until("an answer to say so", () => request(++count), 20_000);
    } finally {
      client.kill();
    }
  });

  it("reloads when a server cannot be removed because it is busy, and lets it finish", async () => {
    const hold = (holding: boolean) => Promise.all([web1, web2].map((origin) => origin.tell({ holding })));
    await hold(true);
    const client = await lab.client.start({ url: `${url}held`, perSecond: 1, timeoutMs: 300_000 });
    const active = await pair.active();
    await until("a server to be busy", async () => (await busyServers(pair, active)).includes("web1"), 20_000);
    const before = await processes(pair);
    await change({ servers: [server(web2)] });
    assert.notDeepEqual(await processes(pair), before);
    await hold(false);
    const { samples } = await client.stop();
    assert.deepEqual(
      samples.filter(({ ok }) => !ok),
      [],
    );
  });

  /** A change that loses no request, and that the running processes are told of. */
  async function told(part: Partial<Wanted>): Promise<void> {
    const [before, keepalived] = [await processes(pair), await keepalivedLives(pair)];
    let said = "";
    assert.deepEqual(
      await lostDuring(async () => {
        said = await change(part);
      }),
      [],
    );
    assert.deepEqual(await processes(pair), before, said);
    assert.deepEqual(await keepalivedLives(pair), keepalived, "Keepalived has nothing to do with it");
    await pair.waitUntilRedundant();
  }

  /** What `pulumi up` said. */
  async function change(part: Partial<Wanted>): Promise<string> {
    await want(part);
    return (await pair.up()).stdout;
  }

  async function want(part: Partial<Wanted>): Promise<void> {
    wanted = { ...wanted, ...part };
    await pair.configure(settings(wanted));
  }

  /** Of each part of the nodes' bundles that is to change, what a preview says that this does. */
  async function foretold(): Promise<Record<string, string>> {
    const { stdout } = await pair.pulumi.preview({ diff: true });
    const lines = stdout.matchAll(/^ *\+ *# (\S+) [0-9a-f]{8}(?:: (.*?))?"?$/gm);
    return Object.fromEntries(Array.from(lines, ([, part, effect = ""]) => [part, effect]));
  }

  /** Of requests that are under way meanwhile, some of them at any moment. */
  async function lostDuring(work: () => Promise<unknown>): Promise<readonly Sample[]> {
    const client = await lab.client.start({ url: `${url}?delay=200`, perSecond: 30, timeoutMs: 20_000 });
    const { samples, requests } = await work().then(
      () => client.stop(),
      (error) => client.stop().then(() => Promise.reject(error)),
    );
    assert.ok(requests > 30, `${requests} requests`);
    return samples.filter(({ ok }) => !ok);
  }

  async function shares(requests: number): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (let sent = 0; sent < requests; sent++) {
      const { server = "none" } = (await ask(lab, ports.web, "/")).echo;
      found[server] = (found[server] ?? 0) + 1;
    }
    return found;
  }

  async function backendFor(host: string): Promise<unknown> {
    return (await ask(lab, ports.web, "/", { host })).echo.headers["x-backend"];
  }
});

function server(origin: Origin, more: Partial<ServerArgs> = {}): ServerArgs {
  return { ...origin.server("http"), ...more };
}

function settings({ servers, pem, leads, hsts }: Wanted): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
  const table = { by: "host" as const, backends: Object.fromEntries(hosts.map((host) => [host, leads])) };
  const backend = (name: string): BackendArgs => ({
    name,
    servers: [...servers],
    healthCheck: { path: "/healthz", intervalSeconds: 0.5 },
    headers: { request: { set: { "X-Backend": name } } },
    timeouts: { serverSeconds: 300 },
  });
  return {
    frontends: [
      { name: "web", port: ports.web, routeTables: [table], defaultBackend: "app" },
      {
        name: "secure",
        port: ports.secure,
        tls: { certificates: [pem], ...(hsts ? { hsts: {} } : {}) },
        defaultBackend: "app",
      },
    ],
    backends: [backend("app"), backend("other")],
  };
}
