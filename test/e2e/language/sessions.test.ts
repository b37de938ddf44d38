// Clients that come back to the server that they had, also when the other node serves them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import type { PersistenceArgs } from "../../../src/haproxy/sessions/args";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import { other, Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { type AskOptions, ask } from "../origin/ask";
import { startOrigins } from "../origin/origin";
import { speak } from "../origin/speak";
import { tell } from "./running";

const ways = {
  cookie: { cookie: {} },
  custom: { cookie: { name: "LB", secure: false, sameSite: "Strict", domain: "example.com" } },
  application: { applicationCookie: "JSESSIONID" },
  header: { header: "X-User" },
  source: { source: true },
  brief: { header: "X-User", expireSeconds: 10 },
  few: { header: "X-User", tableSize: 100 },
} satisfies Record<string, PersistenceArgs>;
type Way = keyof typeof ways;

const portOf = (way: Way) => 8001 + Object.keys(ways).indexOf(way);
const peersPort = 8406;
/** Enough that chance does not send them all to the right server. */
const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
/** Each has an address of its own. */
const machines: readonly AskOptions[] = [
  { from: "operator" },
  { from: "client" },
  { from: "operator", family: "ipv6" },
  { from: "client", family: "ipv6" },
];

describe("sessions of real clients", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let servers: BackendArgs["servers"];

  withLab("pair", async (started) => {
    lab = started;
    const origins = await startOrigins(lab);
    servers = [origins.web1.server("http"), origins.web2.server("http")];
    pair = await Pair.deploy(lab, settings(Object.keys(ways) as Way[]));
  });

  it("keeps a client on its server by a cookie of its own, which scripts and plain HTTP do not get", async () => {
    const first = await ask(lab, portOf("cookie"), "/");
    assert.match(first.headers["set-cookie"] ?? "", /^SERVERID=\w+; path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const cookie = { args: ["--header", `Cookie: mine=1; ${first.headers["set-cookie"]?.split(";")[0]}`] };
    for (let again = 0; again < 8; again++) {
      const { echo, headers } = await ask(lab, portOf("cookie"), "/", cookie);
      assert.equal(echo.server, first.echo.server);
      assert.deepEqual([echo.headers.cookie, headers["set-cookie"]], ["mine=1", undefined], "servers see it");
    }
    assert.equal(await serverCount(portOf("cookie")), 2, "others go to both servers");
  });

  it("makes the cookie that was asked for", async () => {
    const { headers } = await ask(lab, portOf("custom"), "/");
    assert.match(headers["set-cookie"] ?? "", /^LB=\w+; path=\/; domain=example\.com; HttpOnly; SameSite=Strict$/);
  });

  it("keeps a client on the server that set the application's cookie", async () => {
    const started = await startSessions();
    assert.deepEqual(new Set(started.values()), new Set(["web1", "web2"]));
    assert.deepEqual(await serversOf("application", bySession, users), started);
  });

  it("keeps a client on its server by a header", async () => {
    const first = await serversOf("header", byHeader, users);
    assert.deepEqual(new Set(first.values()), new Set(["web1", "web2"]));
    assert.deepEqual(await serversOf("header", byHeader, users), first);
  });

  it("keeps a client on its server by its address", async () => {
    assert.equal(await serverCount(portOf("source")), 1);
  });

  it("forgets clients that were silent for as long as it was told to", async () => {
    const two = await twoOfOneServer("brief", users.slice(0, 3));
    const active = await pair.active();
    await until("nobody to be known", async () => (await rememberedBy(active, "brief")) === 0, 30_000, 200);
    assert.equal(new Set((await serversOf("brief", byHeader, two)).values()).size, 2);
  });

  it("remembers as many clients as it was told to, and forgets those that were silent longest", async () => {
    const two = await twoOfOneServer("few", users.slice(3, 6));
    const others = Array.from({ length: ways.few.tableSize }, (_, index) => `other-${index}`);
    const requests = others.map((user) => `GET / HTTP/1.1\r\nHost: example.com\r\nX-User: ${user}\r\n`);
    const all = `${requests.join("\r\n")}Connection: close\r\n\r\n`;
    const { text } = await speak(lab, portOf("few"), all, { seconds: 30 });
    assert.equal(text.match(/HTTP\/1\.1 200 /g)?.length, others.length);
    assert.equal(new Set((await serversOf("few", byHeader, two)).values()).size, 2);
  });

  it("keeps clients on their servers when the other node takes over", async () => {
    const sessions = await startSessions();
    const headers = await serversOf("header", byHeader, users);
    const cookies = await cookiesOfClients();
    const sources = await serversOf("source", bySource, machines);
    assert.deepEqual(new Set(sources.values()), new Set(["web1", "web2"]));
    const active = await pair.active();
    for (const [way, clients] of [
      ["application", users],
      ["header", users],
      ["source", machines],
    ] as const) {
      const known = async () => (await rememberedBy(other(active), way)) >= clients.length;
      await until(`the other node to know the clients by ${way}`, known, 20_000, 200);
    }
    await lab.fault("power-off", active);
    await until("the other node to take over", async () => (await pair.holders()).join() === other(active), 20_000);
    await assertKept("application", bySession, sessions);
    await assertKept("header", byHeader, headers);
    await assertKept("source", bySource, sources);
    await assertKept("cookie", byCookie, cookies);
    await lab.heal();
    await auditNodes(pair);
  });

  it("teaches a node that comes back what the other one has learned meanwhile", async () => {
    const standby = await pair.standby();
    await lab.fault("power-off", standby);
    const learned = await startSessions();
    await lab.heal();
    await pair.waitUntilRedundant();
    const known = async () => (await rememberedBy(standby, "application")) >= users.length;
    await until("the node that came back to know the clients", known, 30_000, 200);
    assert.deepEqual(await serversOf("application", bySession, users), learned);
  });

  it("lets nobody but the other node see or tell which client is where", async () => {
    const { privateAddress } = lab.hosts.lb1;
    // Whoever is heard gets a status back, be it that this peer is not known.
    const hello = "HAProxyS 2.1\nlb1\nstranger 1 1\n";
    const script = `exec 3<>/dev/tcp/${privateAddress}/${peersPort}; cat >&3; cat <&3`;
    const plain = await lab.operator.run("timeout", ["10", "bash", "-c", script], { input: hello });
    assert.doesNotMatch(plain.stdout, /\d{3}/);

    const byTls = (...args: string[]) => {
      const client = ["s_client", "-quiet", "-ign_eof", "-connect", `${privateAddress}:${peersPort}`, ...args];
      return lab.operator.run("openssl", client, { input: hello });
    };
    const nobody = await byTls();
    assert.deepEqual([nobody.stdout, /alert certificate required/.test(nobody.stderr)], ["", true], nobody.stderr);
    const stranger = await byTls("-cert", saved("stranger", derivedIdentity("another secret", "peers")));
    assert.deepEqual([stranger.stdout, /alert/.test(stranger.stderr)], ["", true], stranger.stderr);
    const own = await lab.hosts.lb1.must("cat /etc/ha-load-balancer/current/haproxy/peers.pem");
    assert.match((await byTls("-cert", saved("own", own))).stdout, /^5\d\d$/m);
  });

  it("opens no port for that when nothing has to be remembered", async () => {
    const listening = () => Promise.all(loadBalancers.map((name) => pair.host(name).must("ss --tcp --listening -n")));
    assert.ok((await listening()).every((text) => text.includes(`:${peersPort} `)));
    await pair.configure(settings(["cookie"]));
    await pair.up();
    // The processes from before end when their last connection does.
    const closed = async () => (await listening()).every((text) => !text.includes(`:${peersPort} `));
    await until("the port to be closed", closed, 30_000, 200);
  });

  const bySession = (user: string): AskOptions => ({ args: ["--header", `Cookie: JSESSIONID=${user}`] });
  const byHeader = (user: string): AskOptions => ({ args: ["--header", `X-User: ${user}`] });
  const bySource = (machine: AskOptions): AskOptions => machine;
  const byCookie = (cookie: string): AskOptions => ({ args: ["--header", `Cookie: ${cookie}`] });

  /** Each client's server. */
  async function serversOf<Client>(
    way: Way,
    as: (client: Client) => AskOptions,
    clients: readonly Client[],
  ): Promise<Map<Client, string>> {
    const found = new Map<Client, string>();
    for (const client of clients) found.set(client, (await ask(lab, portOf(way), "/", as(client))).echo.server);
    return found;
  }

  /** Those who came second and fourth go last: to a node that knows nobody, who gives servers in turn, they would be others. */
  async function assertKept<Client>(
    way: Way,
    as: (client: Client) => AskOptions,
    servers: ReadonlyMap<Client, string>,
  ): Promise<void> {
    const clients = [...servers.keys()];
    const [first, last] = [0, 1].map((odd) => clients.filter((_, index) => index % 2 === odd));
    assert.deepEqual(await serversOf(way, as, [first ?? [], last ?? []].flat()), servers);
  }

  /** The first and the last of three new clients, who are remembered at that time: servers take turns. */
  async function twoOfOneServer(way: Way, three: readonly string[]): Promise<string[]> {
    const found = await serversOf(way, byHeader, three);
    const two = three.filter((user) => user !== three[1]);
    const [server = ""] = found.values();
    assert.deepEqual(await serversOf(way, byHeader, two), new Map(two.map((user) => [user, server])));
    return two;
  }

  /** What each client says that has got HAProxy's cookie, and its server. */
  async function cookiesOfClients(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (let client = 0; client < 4; client++) {
      const { echo, headers } = await ask(lab, portOf("cookie"), "/");
      found.set(`client=${client}; ${headers["set-cookie"]?.split(";")[0]}`, echo.server);
    }
    return found;
  }

  /** Lets the servers give everybody a new session. */
  async function startSessions(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const user of users) {
      const path = `/login?answer.set-cookie=JSESSIONID=${user}`;
      found.set(user, (await ask(lab, portOf("application"), path)).echo.server);
    }
    return found;
  }

  async function serverCount(port: number): Promise<number> {
    const found = new Set<string>();
    for (let request = 0; request < 8; request++) found.add((await ask(lab, port, "/")).echo.server);
    return found.size;
  }

  /** How many clients a node knows. */
  async function rememberedBy(name: "lb1" | "lb2", way: Way): Promise<number> {
    const table = await tell(pair, name, `show table ${way}`).catch(() => "");
    return Number(/used:(\d+)/.exec(table)?.[1] ?? 0);
  }

  function saved(name: string, pem: string): string {
    const file = join(lab.stateDir, `${name}.pem`);
    writeFileSync(file, pem);
    return file;
  }

  function settings(used: readonly Way[]): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
    return {
      frontends: [
        // The audit asks here.
        { name: "web", port: 80, defaultBackend: "cookie" },
        ...used.map((name) => ({ name, port: portOf(name), defaultBackend: name })),
      ],
      backends: used.map((name) => ({ name, servers, persistence: ways[name] })),
    };
  }
});
