// Which requests go where: conditions, their combinations, their order, and what needs no server.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import type { MatchArgs, RouteArgs } from "../../../src/haproxy/routing/args";
import { certificate } from "../../certificates";
import type { Lab } from "../../lab/lab";
import { links, withoutPrefix } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { type AskOptions, ask } from "../origin/ask";
import { startOrigins } from "../origin/origin";

const ports = { web: 80, order: 8001, answers: 8002, paths: 8003, tables: 8004, tls: 8443, through: 8444 } as const;

/** One per kind of condition: each leads to a backend of its own. */
const conditions: Readonly<Record<string, MatchArgs>> = {
  host: { hosts: ["shop.example.com"] },
  "host-below": { hosts: ["*.apps.example.com"] },
  path: { paths: ["/login"] },
  "path-prefix": { pathPrefixes: ["/api"] },
  "path-regex": { pathRegexes: ["^/v[0-9]+/"] },
  method: { methods: ["DELETE"] },
  header: { headers: [{ name: "X-Team", values: ["red", "blue team"] }] },
  "header-there": { headers: [{ name: "X-Debug" }] },
  query: { query: [{ name: "page", values: ["2"] }] },
  cookie: { cookies: [{ name: "beta", values: ["yes"] }] },
  source: { sourceNetworks: [`${withoutPrefix(links.client[0]?.addresses[0] ?? "")}/32`], paths: ["/where"] },
  combined: {
    all: [{ pathPrefixes: ["/all"] }, { any: [{ methods: ["POST"] }, { hosts: ["any.example.com"] }] }],
    not: { headers: [{ name: "X-Not" }] },
  },
};

type Case = readonly [request: string, path: string, options: AskOptions, backend: string];
const header = (text: string): AskOptions => ({ args: ["--header", text] });
const cases: readonly Case[] = [
  ["a host", "/", { host: "shop.example.com" }, "host"],
  ["a host in capitals", "/", { args: ["--header", "Host: SHOP.Example.com"] }, "host"],
  ["a host below one that is routed exactly", "/", { host: "a.shop.example.com" }, "rest"],
  ["a host below a wildcard", "/", { host: "one.apps.example.com" }, "host-below"],
  ["a host far below a wildcard", "/", { host: "two.one.apps.example.com" }, "host-below"],
  ["a wildcard's own host", "/", { host: "apps.example.com" }, "rest"],
  ["a path", "/login", {}, "path"],
  ["a path with a query", "/login?next=/", {}, "path"],
  ["a path below one that is routed exactly", "/login/now", {}, "rest"],
  ["a prefix itself", "/api", {}, "path-prefix"],
  ["a path below a prefix", "/api/v1", {}, "path-prefix"],
  ["a path that only begins like a prefix", "/apiary", {}, "rest"],
  ["a path that matches an expression", "/v12/items", {}, "path-regex"],
  ["a path that an expression does not match", "/vx/items", {}, "rest"],
  ["a method", "/", { args: ["--request", "DELETE"] }, "method"],
  ["a header", "/", header("x-team: red"), "header"],
  ["a header's other value", "/", header("X-Team: blue team"), "header"],
  ["a header's value that is not listed", "/", header("X-Team: blue"), "rest"],
  ["a header that only has to be there", "/", header("X-Debug: anything"), "header-there"],
  ["a parameter", "/?page=2&size=10", {}, "query"],
  ["a parameter with another value", "/?page=22", {}, "rest"],
  ["a cookie", "/", header("Cookie: a=b; beta=yes"), "cookie"],
  ["a cookie with another value", "/", header("Cookie: beta=no"), "rest"],
  ["a client of a network", "/where", { from: "client" }, "source"],
  ["a client of no network that is routed", "/where", { from: "operator" }, "rest"],
  ["all of several, by one of any", "/all/x", { args: ["--request", "POST"] }, "combined"],
  ["all of several, by the other of any", "/all/x", { host: "any.example.com" }, "combined"],
  ["all of several but none of any", "/all/x", {}, "rest"],
  ["what must not be", "/all/x", { host: "any.example.com", ...header("X-Not: 1") }, "rest"],
];

describe("routing real requests", function () {
  this.timeout(600_000);
  let lab: Lab;

  withLab("pair", async (started) => {
    lab = started;
    const origins = await startOrigins(lab);
    const servers = [origins.web1.server("http")];
    const backends: BackendArgs[] = [
      // The origin tells by this header which backend a request came through.
      ...[...Object.keys(conditions), "rest"].map((name) => ({
        name,
        servers,
        headers: { request: { set: { "X-Backend": name } } },
      })),
      { name: "tls-1", mode: "tcp", servers: [origins.web1.server("https")] },
      { name: "tls-2", mode: "tcp", servers: [origins.web2.server("https")] },
    ];
    await Pair.deploy(lab, { frontends, backends });
  });

  for (const [request, path, options, backend] of cases) {
    it(`sends ${request} to ${backend === "rest" ? "the default backend" : `its backend (${backend})`}`, async () => {
      assert.equal(await backendOf(ports.web, path, options), backend);
    });
  }

  it("lets the first route that holds decide, whatever the kinds of routes", async () => {
    assert.equal(await backendOf(ports.order, "/a/b"), "path");
    const answer = await ask(lab, ports.order, "/a");
    assert.deepEqual([answer.status, answer.body], [200, "second"]);
    assert.equal((await ask(lab, ports.order, "/c")).headers.location, "/third");
    assert.equal(await backendOf(ports.order, "/d"), "rest");
  });

  it("redirects to a place, to a prefix and to another scheme, with the status that was asked for", async () => {
    const answerTo = (path: string) => ask(lab, ports.answers, path, { host: "example.com" });
    const redirects = await Promise.all(["/place?x=1", "/prefix/deep?x=1", "/scheme/deep?x=1"].map(answerTo));
    assert.deepEqual(
      redirects.map(({ status, headers }) => [status, headers.location]),
      [
        [302, "https://example.org/100%?a=\"b\"&c='d'"],
        [301, "https://www.example.com/prefix/deep?x=1"],
        [308, `https://example.com:${ports.answers}/scheme/deep?x=1`],
      ],
    );
  });

  it("answers by itself, with body and headers as they stand", async () => {
    const { status, body, headers } = await ask(lab, ports.answers, "/robots.txt");
    assert.deepEqual([status, body, headers["content-type"]], [200, robots, "text/x-robots"]);
    assert.equal(headers["x-said"], sayings);
    const empty = await ask(lab, ports.answers, "/gone");
    assert.deepEqual([empty.status, empty.body], [410, ""]);
  });

  for (const [asked, url] of [
    ["/api", "/"],
    ["/api/", "/"],
    ["/api/v1?x=%20y", "/v1?x=%20y"],
    ["/apiary", "/apiary"],
    ["/old/page?x=1", "/100%/new/old/page?x=1"],
    ["/swap/page", "/new/page"],
    ["/a.b/page", "/page"],
    ["/axb/page", "/axb/page"],
  ] as const) {
    it(`asks the server for ${url} when the client asks for ${asked}`, async () => {
      assert.equal((await ask(lab, ports.paths, asked)).echo.url, url);
    });
  }

  it("looks hosts up in a table of ten thousand", async () => {
    assert.equal(await backendOf(ports.tables, "/", { host: "host-0.example.com" }), "host");
    assert.equal(await backendOf(ports.tables, "/", { host: "host-9999.example.com" }), "path");
    assert.equal(await backendOf(ports.tables, "/", { args: ["--header", "Host: HOST-9998.example.com"] }), "host");
    assert.equal(await backendOf(ports.tables, "/", { host: "host-10000.example.com" }), "rest");
  });

  it("looks paths and prefixes up in tables, the longest prefix first", async () => {
    assert.equal(await backendOf(ports.tables, "/exact"), "path");
    assert.equal(await backendOf(ports.tables, "/exact/below"), "rest");
    assert.equal(await backendOf(ports.tables, "/docs"), "path-prefix");
    assert.equal(await backendOf(ports.tables, "/docs/api/x"), "path-regex");
    assert.equal(await backendOf(ports.tables, "/docsy"), "rest");
  });

  it("routes by the name in the TLS greeting where TLS ends", async () => {
    const tls = { scheme: "https", args: ["--insecure"] } as const;
    assert.equal(await backendOf(ports.tls, "/", { ...tls, host: "sni.example.com" }), "host");
    assert.equal(await backendOf(ports.tls, "/", { ...tls, host: "a.below.example.com" }), "host-below");
    assert.equal(await backendOf(ports.tls, "/", { ...tls, host: "else.example.com" }), "rest");
  });

  it("passes TLS through by the name in its greeting, to the servers that end it", async () => {
    const serverFor = async (host: string) =>
      (await ask(lab, ports.through, "/", { host, scheme: "https", args: ["--insecure"] })).echo;
    const [one, two] = [await serverFor("one.example.com"), await serverFor("a.two.example.com")];
    assert.deepEqual([one.server, one.tls?.serverName], ["web1", "one.example.com"]);
    assert.deepEqual([two.server, two.tls?.serverName], ["web2", "a.two.example.com"]);
    const nobody = await ask(lab, ports.through, "/", { host: "else.example.com", scheme: "https", args: ["-k"] });
    assert.equal(nobody.status, 0, "a name that no route takes has no server");
  });

  it("turns networks away where TLS passes through, too", async () => {
    const options = { host: "one.example.com", scheme: "https", args: ["--insecure"] } as const;
    assert.equal((await ask(lab, ports.through, "/", { ...options, from: "operator" })).status, 200);
    assert.equal((await ask(lab, ports.through, "/", { ...options, from: "client" })).status, 0);
  });

  async function backendOf(port: number, path: string, options: AskOptions = {}): Promise<unknown> {
    const answer = await ask(lab, port, path, options);
    assert.equal(answer.status, 200, `${path}: ${answer.error} ${answer.body}`);
    return answer.echo.headers["x-backend"];
  }
});

const robots = "User-agent: *\nDisallow: /100%/\"all\"/'of'/$it\n";
const sayings = "100% \"quoted\" 'twice' \\ $HOME #1";

const routes: Readonly<Record<Exclude<keyof typeof ports, "tables">, RouteArgs[]>> = {
  web: Object.entries(conditions).map(([backend, match]) => ({ match, backend })),
  order: [
    { match: { paths: ["/a/b"] }, backend: "path" },
    { match: { pathPrefixes: ["/a"] }, respond: { body: "second" } },
    { match: { pathPrefixes: ["/c", "/a/b"] }, redirect: { location: "/third" } },
    { match: { pathPrefixes: ["/d"] }, backend: "rest" },
    { respond: { status: 500, body: "never" } },
  ],
  answers: [
    { match: { paths: ["/place"] }, redirect: { location: "https://example.org/100%?a=\"b\"&c='d'" } },
    { match: { pathPrefixes: ["/prefix"] }, redirect: { prefix: "https://www.example.com", status: 301 } },
    { match: { pathPrefixes: ["/scheme"] }, redirect: { scheme: "https", status: 308 } },
    {
      match: { paths: ["/robots.txt"] },
      respond: { contentType: "text/x-robots", body: robots, headers: { "X-Said": sayings } },
    },
    { match: { paths: ["/gone"] }, respond: { status: 410 } },
  ],
  paths: [
    { match: { pathPrefixes: ["/api"] }, backend: "rest", rewrite: { stripPrefix: "/api" } },
    { match: { pathPrefixes: ["/old"] }, backend: "rest", rewrite: { addPrefix: "/100%/new" } },
    { match: { pathPrefixes: ["/swap"] }, backend: "rest", rewrite: { stripPrefix: "/swap", addPrefix: "/new/" } },
    { match: { pathRegexes: ["^/a.b"] }, backend: "rest", rewrite: { stripPrefix: "/a.b" } },
  ],
  tls: [
    { match: { serverNames: ["sni.example.com"] }, backend: "host" },
    { match: { serverNames: ["*.below.example.com"] }, backend: "host-below" },
  ],
  through: [
    { match: { serverNames: ["one.example.com"] }, backend: "tls-1" },
    { match: { serverNames: ["*.two.example.com"] }, backend: "tls-2" },
  ],
};

const frontends: FrontendArgs[] = [
  ...(["web", "order", "answers", "paths"] as const).map((name) => ({
    name,
    port: ports[name],
    routes: routes[name],
    defaultBackend: "rest",
  })),
  {
    name: "tables",
    port: ports.tables,
    defaultBackend: "rest",
    routeTables: [
      {
        by: "host",
        backends: Object.fromEntries(
          Array.from({ length: 10_000 }, (_, index) => [
            `host-${index}.example.com`,
            index % 2 === 0 ? "host" : "path",
          ]),
        ),
      },
      { by: "path", backends: { "/exact": "path" } },
      { by: "pathPrefix", backends: { "/docs": "path-prefix", "/docs/api/": "path-regex" } },
    ],
  },
  { name: "tls", port: ports.tls, tls: { certificates: [certificate()] }, routes: routes.tls, defaultBackend: "rest" },
  {
    name: "through",
    mode: "tcp",
    port: ports.through,
    access: { deny: [withoutPrefix(links.client[0]?.addresses[0] ?? "")] },
    routes: routes.through,
  },
];
