// What becomes of requests and answers on their way: headers, protocols on both sides, and what is kept or shared.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { authority, certificate } from "../../certificates";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { links, withoutPrefix } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import type { Echo } from "../origin/messages";
import { type Origin, startOrigins } from "../origin/origin";
import { speak } from "../origin/speak";

const [operator4 = "", operator6 = ""] = links.operator[0]?.addresses.map(withoutPrefix) ?? [];
const ports = {
  ...{ redirecting: 80, secure: 443, xForwarded: 8000, forwarded: 8001, silent: 8002, changing: 8003, believing: 8004 },
  ...{ telling1: 8005, telling2: 8006, h2c: 8007, h2: 8008, tls: 8009, compressing: 8010, caching: 8011 },
  ...{ sharing: 8012, unsharing: 8013, calls: 8443 },
} as const;
/** Everything that HAProxy's own notation would take for something else. */
const tricky = "100% %[src] \"quoted\" 'twice' \\ $HOME #1 {a,b}";
const proxyLine = Buffer.from(`PROXY TCP4 203.0.113.7 203.0.113.8 5000 ${ports.believing}\r\n`);

describe("rewriting real traffic", function () {
  this.timeout(600_000);
  let lab: Lab;
  let web1: Origin;

  withLab("pair", async (started) => {
    lab = started;
    ({ web1 } = await startOrigins(lab));
    writeFileSync(authorityFile(), authority());
    await Pair.deploy(lab, { frontends, backends: backends(web1) });
  });

  it("tells the server who the client is, and lets no client pretend", async () => {
    const pretended = ["For: 203.0.113.1", "For: 203.0.113.2", "Proto: https", "Host: bank.example", "Port: 443"];
    const args = pretended.flatMap((text) => ["--header", `X-Forwarded-${text}`]);
    const { headers, rawHeaders } = (await ask(lab, ports.xForwarded, "/", { host: "example.com", args })).echo;
    assert.deepEqual(forwardedIn(headers), {
      "x-forwarded-for": operator4,
      "x-forwarded-proto": "http",
      "x-forwarded-host": `example.com:${ports.xForwarded}`,
      "x-forwarded-port": String(ports.xForwarded),
    });
    assert.ok(!rawHeaders.join().includes("203.0.113"));
  });

  it("tells the server by the standard's header, for clients of both address families", async () => {
    const args = ["--header", "Forwarded: for=203.0.113.1"];
    const by = async (family: "ipv4" | "ipv6") =>
      forwardedIn((await ask(lab, ports.forwarded, "/", { family, args })).echo.headers);
    assert.deepEqual(await by("ipv4"), {
      forwarded: `for=${operator4};proto=http;host="${sharedAddress.ipv4}:${ports.forwarded}"`,
    });
    assert.deepEqual(await by("ipv6"), {
      forwarded: `for="[${operator6}]";proto=http;host="[${sharedAddress.ipv6}]:${ports.forwarded}"`,
    });
  });

  it("tells by both kinds of headers that the client came by TLS", async () => {
    const { headers } = (await ask(lab, ports.secure, "/", trusting())).echo;
    assert.equal(headers.forwarded, `for=${operator4};proto=https;host="example.com"`);
    assert.equal(headers["x-forwarded-proto"], "https");
  });

  it("leaves what clients say of themselves alone, where it tells nothing itself", async () => {
    assert.deepEqual(forwardedIn((await ask(lab, ports.silent, "/")).echo.headers), {});
    const pretending = await ask(lab, ports.silent, "/", { args: ["--header", "X-Forwarded-For: 203.0.113.1"] });
    assert.equal(pretending.echo.headers["x-forwarded-for"], "203.0.113.1");
  });

  it("changes headers of requests, text as it stands", async () => {
    const args = ["Secret: 1", "Version: 1", "Tag: client"].flatMap((text) => ["--header", `X-${text}`]);
    const { headers, rawHeaders } = (await ask(lab, ports.changing, "/", { args })).echo;
    assert.equal(headers["x-secret"], undefined);
    assert.equal(headers["x-version"], tricky);
    assert.equal(headers["x-backend"], tricky);
    const tags = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === "x-tag");
    assert.deepEqual(tags, ["client", tricky]);
  });

  it("changes headers of answers, text as it stands", async () => {
    const path = "/?answer.x-powered-by=magic&answer.x-version=1&answer.x-tag=server";
    const { headers, headerLines } = await ask(lab, ports.changing, path);
    assert.equal(headers["x-powered-by"], undefined);
    assert.equal(headers["x-version"], tricky);
    assert.equal(headers["x-backend"], tricky);
    const tags = headerLines.filter((line) => line.startsWith("x-tag:"));
    assert.deepEqual(tags, ["x-tag: server", `x-tag: ${tricky}`]);
  });

  it("sends clients from HTTP to the same address by HTTPS", async () => {
    const options = { host: "example.com", args: ["--request", "POST"] };
    const { status, headers } = await ask(lab, ports.redirecting, "/a/b?c=d", options);
    assert.deepEqual([status, headers.location], [308, "https://example.com/a/b?c=d"]);
  });

  it("believes the PROXY protocol of the proxies that it knows", async () => {
    const binary = Buffer.from("0d0a0d0a000d0a515549540a2111000ccb007107cb00710813881f44", "hex");
    for (const header of [proxyLine, binary]) {
      const { headers } = echoIn(await askAfter(header, "operator"));
      assert.equal(headers["x-forwarded-for"], "203.0.113.7");
      assert.equal(headers["x-forwarded-port"], String(ports.believing));
    }
  });

  it("takes others as they come, and no PROXY protocol from them", async () => {
    const { headers } = echoIn(await askAfter(Buffer.alloc(0), "client"));
    assert.equal(headers["x-forwarded-for"], withoutPrefix(links.client[0]?.addresses[0] ?? ""));
    assert.match(await askAfter(proxyLine, "client"), /^HTTP\/1\.1 400 /);
  });

  for (const [port, version] of [
    [ports.telling1, 1],
    [ports.telling2, 2],
  ] as const) {
    it(`tells servers of the client by the PROXY protocol, version ${version}`, async () => {
      const { proxy } = (await ask(lab, port, "/")).echo;
      assert.equal(proxy?.version, version);
      assert.match(proxy?.source ?? "", new RegExp(`^${operator4}:\\d+$`));
      assert.equal(proxy?.destination, `${sharedAddress.ipv4}:${port}`);
    });
  }

  it("speaks HTTP/2 with clients and HTTP/1.1 with servers", async () => {
    const answer = await ask(lab, ports.secure, "/", trusting("--http2"));
    assert.deepEqual([answer.version, answer.echo.httpVersion], ["2", "1.1"]);
    const older = await ask(lab, ports.secure, "/", trusting("--http1.1"));
    assert.deepEqual([older.version, older.echo.httpVersion], ["1.1", "1.1"]);
  });

  it("speaks HTTP/2 with servers, with and without TLS, and only when it was told to", async () => {
    const versionOf = async (port: number) => (await ask(lab, port, "/", { host: "example.com" })).echo.httpVersion;
    const versions = await Promise.all([ports.h2c, ports.h2, ports.tls].map(versionOf));
    assert.deepEqual(versions, ["2.0", "2.0", "1.1"]);
  });

  it("lets WebSockets through", async () => {
    const client = `const socket = new WebSocket("ws://${sharedAddress.ipv4}:${ports.xForwarded}/chat");
      socket.onopen = () => socket.send("hello");
      socket.onmessage = ({ data }) => { console.log(data); socket.close(); };`;
    const { stdout, stderr } = await lab.operator.run(process.execPath, ["--eval", client]);
    assert.equal(stdout.trim(), "web1 heard hello", stderr);
  });

  it("lets gRPC through, with the status that comes after the answer", async () => {
    const url = `https://${sharedAddress.ipv4}:${ports.calls}`;
    const { stdout, stderr } = await lab.operator.runScript(join(__dirname, "../origin/call.ts"), [
      url,
      authorityFile(),
    ]);
    const { body, trailers } = JSON.parse(stdout || "{}");
    assert.deepEqual([body, trailers?.["grpc-status"], trailers?.["grpc-message"]], ["a message", "0", "fine"], stderr);
  });

  it("compresses what is worth it, for clients that take it", async () => {
    const encodingOf = async (path: string, ...args: string[]) => {
      const answer = await ask(lab, ports.compressing, path, { args });
      assert.equal(answer.echo.server, "web1");
      return answer.headers["content-encoding"];
    };
    assert.equal(await encodingOf("/", "--compressed"), "gzip");
    assert.equal(await encodingOf("/"), undefined);
    assert.equal(await encodingOf("/?answer.content-type=image/png", "--compressed"), undefined);
  });

  it("gives an answer again without asking the server, until it is too old", async () => {
    const asked = async (path: string) => {
      assert.equal((await ask(lab, ports.caching, path)).status, 200);
      return (await web1.tell()).requests;
    };
    await web1.tell();
    const path = "/page?answer.cache-control=max-age=6";
    assert.deepEqual([await asked(path), await asked(path), await asked("/other")], [1, 0, 1]);
    const secret = "/private?answer.cache-control=private";
    assert.deepEqual([await asked(secret), await asked(secret)], [1, 1]);
    await until("the server to be asked again", async () => (await asked(path)) === 1, 20_000, 200);
  });

  it("shares connections to servers among clients, or does not", async () => {
    const connections = async (port: number) => {
      const used = new Set<number>();
      for (let request = 0; request < 10; request++) used.add((await ask(lab, port, "/")).echo.peerPort);
      return used.size;
    };
    assert.equal(await connections(ports.unsharing), 10);
    assert.ok((await connections(ports.sharing)) < 10);
  });

  const authorityFile = () => join(lab.stateDir, "authority.pem");
  const trusting = (...more: string[]) => {
    const args = ["--cacert", authorityFile(), ...more];
    return { scheme: "https", host: "example.com", args } as const;
  };

  /** A request by hand, with something before it. */
  async function askAfter(before: Buffer, from: "operator" | "client"): Promise<string> {
    const request = Buffer.from("GET / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n");
    return (await speak(lab, ports.believing, Buffer.concat([before, request]), { from })).text;
  }
});

function echoIn(response: string): Echo {
  return JSON.parse(response.slice(response.indexOf("\r\n\r\n")));
}

function forwardedIn(headers: Echo["headers"]) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(x-)?forwarded/.test(name)));
}

const changes = (name: string) => ({ set: { "X-Version": tricky }, add: { "X-Tag": tricky }, remove: [name] });
const special: Partial<Record<keyof typeof ports, Partial<FrontendArgs>>> = {
  redirecting: { redirectToHttps: true },
  secure: { tls: { certificates: [certificate()] }, forwardedHeaders: "both" },
  calls: { tls: { certificates: [certificate()] }, defaultBackend: "h2c" },
  forwarded: { forwardedHeaders: "forwarded" },
  silent: { forwardedHeaders: "none" },
  changing: { headers: { request: changes("X-Secret"), response: changes("X-Powered-By") } },
  believing: { acceptProxyProtocolFrom: [`${operator4}/32`] },
  compressing: { compression: {} },
};
const frontends = Object.entries(ports).map(([name, port]) => ({
  name,
  port,
  defaultBackend: name,
  ...special[name as keyof typeof ports],
}));

function backends(origin: Origin): BackendArgs[] {
  const http = [origin.server("http")];
  const proxied = [origin.server("proxied")];
  const tls = { authorities: authority() };
  const more: Partial<Record<keyof typeof ports, Partial<BackendArgs>>> = {
    changing: { headers: { request: { set: { "X-Backend": tricky } }, response: { set: { "X-Backend": tricky } } } },
    telling1: { servers: proxied, sendProxyProtocol: "v1" },
    telling2: { servers: proxied, sendProxyProtocol: "v2" },
    h2c: { servers: [origin.server("h2c")], http2: true },
    h2: { servers: [origin.server("https")], http2: true, tls },
    tls: { servers: [origin.server("https")], tls },
    caching: { cache: {} },
    sharing: { connectionReuse: "always" },
    unsharing: { connectionReuse: "never" },
  };
  return Object.keys(ports).map((name) => ({ name, servers: http, ...more[name as keyof typeof ports] }));
}
