// How servers are found, watched, spared and replaced, with servers that a test can tell how to behave.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import type { HealthCheckArgs } from "../../../src/haproxy/health/args";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import { authority } from "../../certificates";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { originPorts } from "../origin/messages";
import { type Origin, startOrigins } from "../origin/origin";
import { speak } from "../origin/speak";

/** Checks that ask a port which speaks that protocol when it is told to. */
const protocols = ["redis", "smtp", "pgsql", "mysql", "ldap"] as const;
const often = { intervalSeconds: 0.5, fall: 1, rise: 1 };
const closedPort = 1;

const names: readonly string[] = [
  ...["limited", "unlimited", "impatient", "redispatching", "stubborn", "agent", "passive", "discovered", "rdp"],
  ...["text", "http", "connects", "connects-not", "tls", "tls-not"],
  ...["encrypted", "encrypted-named", "encrypted-misnamed", "encrypted-distrusting", "encrypted-check"],
  ...protocols,
];
const portOf = (name: string) => 8001 + names.indexOf(name);

describe("servers behind real traffic", function () {
  this.timeout(600_000);
  let lab: Lab;
  let web1: Origin;
  let web2: Origin;

  withLab("pair", async (started) => {
    lab = started;
    ({ web1, web2 } = await startOrigins(lab));
    await web1.tell({ addresses: [web1.address] });
    await Pair.deploy(lab, { frontends, backends: backends(web1, web2) });
  });

  it("lets requests wait for a server that has enough to do, instead of failing them", async () => {
    const together = async (name: string) => {
      await web1.tell();
      const requests = Array.from({ length: 6 }, () => statusOf(name, "/?delay=400"));
      assert.deepEqual(new Set(await Promise.all(requests)), new Set([200]));
      return (await web1.tell()).together;
    };
    assert.equal(await together("limited"), 1);
    assert.ok((await together("unlimited")) > 1);
  });

  it("lets no request wait for longer than it may", async () => {
    const requests = Array.from({ length: 2 }, () => statusOf("impatient", "/?delay=3000"));
    assert.deepEqual((await Promise.all(requests)).sort(), [200, 503]);
  });

  it("goes to another server when one takes no connection, or does not", async () => {
    const statuses = async (name: string) => {
      const requests = Array.from({ length: 6 }, () => statusOf(name, "/"));
      return [...new Set(await Promise.all(requests))].sort();
    };
    assert.deepEqual(await statuses("redispatching"), [200]);
    assert.deepEqual(await statuses("stubborn"), [200, 503]);
  });

  for (const name of protocols) {
    it(`checks servers by the beginning of their protocol: ${name}`, async () => {
      await until("the server to pass", () => answers(name, 200), 20_000, 100);
      await web1.tell({ fluent: false });
      await until("the server to fail", () => answers(name, 503), 20_000, 100);
      await web1.tell({ fluent: true });
      await until("the server to pass again", () => answers(name, 200), 20_000, 100);
    });
  }

  it("checks servers by the text that they answer to a method", async () => {
    await until("the server to pass", () => answers("text", 200), 20_000, 100);
    await web1.tell({ health: "tired" });
    await until("the server to fail", () => answers("text", 503), 20_000, 100);
    // A check that looks at the status alone sees nothing wrong.
    assert.equal(await statusOf("http", "/"), 200);
    await web1.tell({ health: "ok" });
    await until("the server to pass again", () => answers("text", 200), 20_000, 100);
  });

  it("checks servers by a connection or by a TLS greeting", async () => {
    for (const name of ["connects", "tls"]) {
      await until(`a server that ${name} not to fail`, () => answers(`${name}-not`, 503), 20_000, 100);
      assert.equal(await statusOf(name, "/"), 200, name);
    }
  });

  it("checks servers through TLS, and asks them by HTTP there", async () => {
    const asked = ["encrypted", "encrypted-named", "encrypted-check"];
    for (const name of asked) await until(`${name} to pass`, () => answers(name, 200), 20_000, 100);
    await web1.tell({ health: "tired" });
    for (const name of asked) await until(`${name} to fail`, () => answers(name, NO_SERVER), 20_000, 100);
    await web1.tell({ health: "ok" });
    for (const name of asked) await until(`${name} to pass again`, () => answers(name, 200), 20_000, 100);
  });

  it("takes out servers whose certificates it has no reason to trust, by the check already", async () => {
    for (const name of ["encrypted-misnamed", "encrypted-distrusting"]) {
      await until(`${name} to fail`, () => answers(name, NO_SERVER), 20_000, 100);
    }
  });

  it("follows what an agent on the server says: drain, a weight, down and up", async () => {
    const share = async () => (await serversOf("agent", 20)).filter((server) => server === "web1").length;
    const becomes = (what: string, wanted: number) => until(what, async () => (await share()) === wanted, 30_000, 200);
    await becomes("equal shares", 10);
    await web1.tell({ agent: "drain" });
    await becomes("no share while it drains", 0);
    await web1.tell({ agent: "ready 25%" });
    await becomes("a smaller share", 4);
    await web1.tell({ agent: "down" });
    await becomes("no share while it is down", 0);
    await web1.tell({ agent: "up 100%" });
    await becomes("equal shares again", 10);
  });

  it("takes a server out on errors of real traffic, and back when it has passed its check", async () => {
    const statuses = async () => Promise.all(Array.from({ length: 8 }, () => statusOf("passive", "/")));
    await web1.tell({ status: 500 });
    // Its health check is good all the time.
    await until("an error", async () => (await statuses()).includes(500), 20_000, 100);
    await until("errors to be over", async () => !(await statuses()).includes(500), 20_000, 100);
    await web1.tell({ status: 200 });
    const back = async () => (await serversOf("passive", 8)).includes("web1");
    await until("the server to come back", back, 30_000, 200);
    assert.deepEqual(new Set(await statuses()), new Set([200]));
  });

  it("follows DNS under load, without an update and without a failed request", async () => {
    const become = (...servers: string[]) =>
      until(
        `answers by ${servers.join(" and ")}`,
        async () => [...new Set(await serversOf("discovered", 8))].sort().join() === servers.join(),
        30_000,
        200,
      );
    await become("web1");
    const seen = await duringRequests(async () => {
      await web1.tell({ addresses: [web1.address, web2.address] });
      await become("web1", "web2");
      await web1.tell({ addresses: [web2.address] });
      await become("web2");
      await web1.tell({ addresses: [web1.address, web2.address] });
      await become("web1", "web2");
    });
    assert.deepEqual([...seen], [200]);
  });

  it("sends an RDP client to its own server by its cookie", async () => {
    const serverOf = async (user: string) => {
      const cookie = Buffer.from(`Cookie: mstshash=${user}\r\n`);
      // TPKT and X.224 connection request (MS-RDPBCGR, section 2.2.1.1).
      const head = Buffer.from([3, 0, 0, cookie.length + 11, cookie.length + 6, 0xe0, 0, 0, 0, 0, 0]);
      return (await speak(lab, portOf("rdp"), Buffer.concat([head, cookie]))).text.trim();
    };
    const found = new Set<string>();
    for (let user = 0; user < 10; user++) {
      const [first = "", ...more] = [
        await serverOf(`u${user}`),
        await serverOf(`u${user}`),
        await serverOf(`u${user}`),
      ];
      assert.deepEqual(more, [first, first]);
      found.add(first);
    }
    assert.deepEqual([...found].sort(), ["web1", "web2"]);
  });

  /** What became of requests for discovered servers meanwhile. */
  async function duringRequests(work: () => Promise<void>): Promise<Set<number>> {
    const seen = new Set<number>();
    let over = false;
    const keepAsking = async () => {
      while (!over) seen.add(await statusOf("discovered", "/"));
    };
    const asking = [keepAsking(), keepAsking()];
    await work().finally(() => {
      over = true;
    });
    await Promise.all(asking);
    return seen;
  }

  async function statusOf(name: string, path: string): Promise<number> {
    return (await ask(lab, portOf(name), path, { host: "example.com" })).status;
  }

  async function answers(name: string, status: number): Promise<boolean> {
    return (await statusOf(name, "/")) === status;
  }

  async function serversOf(name: string, requests: number): Promise<string[]> {
    const found: string[] = [];
    for (let sent = 0; sent < requests; sent++) {
      const answer = await ask(lab, portOf(name), "/");
      found.push(answer.status === 200 ? answer.echo.server : String(answer.status));
    }
    return found;
  }
});

const tcp: Readonly<Record<string, { mode: "tcp" }>> = { rdp: { mode: "tcp" } };
/** Answered where a backend knows of no server that works, before one could refuse the request itself. */
const NO_SERVER = 599;
const tellsChecks = (name: string) => [`http-request return status ${NO_SERVER} if { nbsrv(${name}) eq 0 }`];
const frontends: FrontendArgs[] = names.map((name) => ({
  ...tcp[name],
  raw: name.startsWith("encrypted") ? tellsChecks(name) : undefined,
  name,
  port: portOf(name),
  defaultBackend: name,
}));

function backends(web1: Origin, web2: Origin): BackendArgs[] {
  const one = [web1.server("http")];
  const both = [...one, web2.server("http")];
  const limited = [{ ...web1.server("http"), maxConnections: 1 }];
  const halfClosed = [{ ...web1.server("http"), port: closedPort }, web2.server("http")];
  const unwatched = { type: "none" } as const;
  const checked = (name: string, healthCheck: HealthCheckArgs): BackendArgs => ({
    name,
    servers: one,
    healthCheck: { ...often, ...healthCheck },
  });
  const resolver = `${web1.address}:${originPorts.dns}`;
  return [
    { name: "limited", servers: limited },
    { name: "unlimited", servers: one },
    { name: "impatient", servers: limited, timeouts: { queueSeconds: 1 } },
    { name: "redispatching", servers: halfClosed, healthCheck: unwatched, retries: 1 },
    { name: "stubborn", servers: halfClosed, healthCheck: unwatched, retries: 0, redispatch: false },
    { name: "agent", servers: both, agentCheck: { port: originPorts.agent, intervalSeconds: 0.5 } },
    {
      name: "passive",
      servers: both,
      passiveCheck: { errorLimit: 3 },
      healthCheck: { path: "/healthz", intervalSeconds: 2, rise: 2 },
      slowStartSeconds: 0.5,
    },
    {
      name: "discovered",
      discovery: { dns: "app.example", port: originPorts.http, slots: 4, resolvers: [resolver], holdSeconds: 0.5 },
      healthCheck: often,
    },
    { name: "rdp", mode: "tcp", balance: "rdp-cookie", servers: [web1.server("line"), web2.server("line")] },
    checked("text", { path: "/healthz", method: "OPTIONS", expectBody: "ok by OPTIONS" }),
    checked("http", { path: "/healthz" }),
    checked("connects", { type: "tcp" }),
    checked("connects-not", { type: "tcp", port: closedPort }),
    checked("tls", { type: "ssl-hello", port: originPorts.https }),
    checked("tls-not", { type: "ssl-hello", port: originPorts.http }),
    ...encrypted(web1),
    ...protocols.map((type) => checked(type, { type, port: originPorts[type] })),
  ];
}

/** Checked by HTTP through TLS. */
function encrypted(origin: Origin): BackendArgs[] {
  const asking = { ...often, path: "/healthz", expectBody: "ok by GET" };
  const tls = { authorities: authority() };
  const stranger = derivedIdentity("secret", "stranger").replace(/-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*/, "");
  const https = [origin.server("https")];
  return [
    { name: "encrypted", servers: https, tls, healthCheck: { ...asking, host: "example.com" } },
    { name: "encrypted-named", servers: https, tls: { ...tls, serverName: "example.com" }, healthCheck: asking },
    { name: "encrypted-misnamed", servers: https, tls, healthCheck: { ...asking, host: "example.org" } },
    { name: "encrypted-distrusting", servers: https, tls: { authorities: stranger }, healthCheck: asking },
    {
      name: "encrypted-check",
      servers: [origin.server("http")],
      healthCheck: { ...asking, tls: true, port: originPorts.https },
    },
  ];
}
