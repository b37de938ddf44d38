// What HAProxy writes down and shows of itself, its error pages, raw lines, and the way out for programs.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import { type Lab, sharedAddress, webPort } from "../../lab/lab";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { type Echo, originPorts } from "../origin/messages";
import { Origin } from "../origin/origin";
import { speak } from "../origin/speak";

const ports = { logged: 8001, empty: 8002, raw: 8003, numbered: 8004, out: 3128 } as const;

describe("operation", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let origin: Origin;

  withLab("pair", async (started) => {
    lab = started;
    origin = await Origin.start(lab, "web2");
    const servers = [{ name: "web1", address: lab.hosts.web1.privateAddress, port: webPort }];
    pair = await Pair.prepare(lab, {
      haproxy: {
        logging: { format: "json", server: `${origin.address}:${originPorts.syslog}` },
        monitoring: {},
        errorPages: { "503": '<h1>Back "soon"</h1>\n' },
        raw: { global: ["tune.bufsize 20000"], defaults: ["option http-ignore-probes"] },
      },
      frontends: [
        { name: "web", port: 80, defaultBackend: "app" },
        {
          name: "logged",
          port: ports.logged,
          defaultBackend: "origin",
          captureHeaders: { request: ["User-Agent"], response: ["Content-Type"] },
          requestIdHeader: "X-Request-Id",
        },
        { name: "numbered", port: ports.numbered, defaultBackend: "origin", requestIdHeader: "X-Request-Id" },
        { name: "empty", port: ports.empty, defaultBackend: "nobody" },
        {
          name: "raw",
          port: ports.raw,
          defaultBackend: "app",
          timeouts: { httpRequestSeconds: 1 },
          raw: ["http-request return status 418 if { path /teapot }"],
        },
        {
          name: "out",
          port: ports.out,
          forwardProxy: {
            destinations: ["web.example", "*.inside.example"],
            ports: [webPort],
            resolvers: [`${origin.address}:${originPorts.dns}`],
          },
        },
      ],
      backends: [
        { name: "app", servers, raw: ["http-response set-header X-Raw-Backend %b"] },
        { name: "origin", servers: [origin.server("http")] },
        {
          name: "nobody",
          servers: [{ address: "10.77.0.99", port: 1 }],
          healthCheck: { intervalSeconds: 0.2, fall: 1 },
        },
      ],
    });
    await pair.up();
    await pair.waitUntilRedundant();
  });

  it("writes one JSON object per request into the journal, whatever the client sends", async () => {
    const agent = 'nasty "agent" \\ with é';
    const { stdout } = await curl(
      `:${ports.logged}/a?b="c`,
      ...["--user-agent", agent, "--header", "X-Request-Id: forged"],
    );
    const entry = await until("the line in the journal", () => logged((one) => one.uri === '/a?b="c'), 20_000);
    assert.equal(entry.frontend, "logged");
    assert.equal(entry.server, "web2");
    assert.equal(entry.method, "GET");
    assert.equal(entry.client, "198.51.100.2");
    assert.equal((entry.requestHeaders as Record<string, string>)["user-agent"], agent);
    assert.deepEqual(entry.responseHeaders, { "content-type": "application/json" });
    assert.match(String(entry.requestId), /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.equal((JSON.parse(stdout) as Echo).headers["x-request-id"], entry.requestId, "the server gets the same");
  });

  it("sends the same lines to a syslog server, whole ones, also when they are long", async () => {
    await origin.tell();
    // HAProxy keeps little more of an address (tune.http.logurilen: 1024), and cuts lines there unless it is told not to.
    const path = `/${"long".repeat(240)}`;
    await curl(`:${ports.logged}${path}`);
    const messages: string[] = [];
    const line = await until(
      "the message",
      async () => {
        messages.push(...(await origin.tell()).messages);
        return messages.find((message) => message.includes("/long"));
      },
      20_000,
      100,
    );
    const [, head = "", json = ""] = /^(<\d+>.*? haproxy\[\d+\]: )(\{.*\})\s*$/.exec(line) ?? [];
    assert.match(head, /^<134>/, `local0, informational: ${line.slice(0, 80)}`);
    const entry = JSON.parse(json);
    assert.ok(entry.uri === path && line.length > 1024, `${line.length} bytes: ${entry.uri}`);
    assert.deepEqual([entry.frontend, entry.status], ["logged", 200]);
  });

  it("gives the server an id of its own, and none that a client made up", async () => {
    const answer = await ask(lab, ports.numbered, "/", { args: ["--header", "X-Request-Id: forged"] });
    assert.match(String(answer.echo.headers["x-request-id"]), /^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    assert.ok(!answer.echo.rawHeaders.includes("forged"));
  });

  it("answers with the user's own error page", async () => {
    await until(
      "the check to find nobody",
      async () => (await curl(`:${ports.empty}/`)).stdout.includes("Back"),
      20_000,
    );
    const { stdout } = await curl(`:${ports.empty}/`, "--include");
    assert.match(stdout, /^HTTP\/1\.1 503 [\s\S]*\r\n\r\n<h1>Back "soon"<\/h1>\n$/);
  });

  it("takes raw lines, of frontends and backends", async () => {
    assert.match((await curl(`:${ports.raw}/teapot`, "--include")).stdout, /^HTTP\/1\.1 418 /);
    assert.match((await curl(`:${ports.raw}/`, "--include")).stdout, /^x-raw-backend: app\r$/m);
  });

  it("takes raw lines of the global section: a buffer that holds larger headers than usual", async () => {
    const statusWith = async (headers: number) => {
      // nginx takes 8 KiB for each.
      const large = Array.from({ length: headers }, (_, index) => [
        "--header",
        `X-Large-${index}: ${"x".repeat(5700)}`,
      ]);
      return (await ask(lab, 80, "/", { args: large.flat() })).status;
    };
    // 17 KiB and 22 KiB: HAProxy's own buffer has 16, and this one 20000 bytes.
    assert.deepEqual([await statusWith(3), await statusWith(4)], [200, 400]);
  });

  it("takes raw lines of the defaults: nothing is said to who connects and does not ask", async () => {
    assert.deepEqual(await speak(lab, ports.raw, ""), { ended: true, text: "" });
    // Whoever has begun to ask is told.
    assert.match((await speak(lab, ports.raw, "GET / HT")).text, /^HTTP\/1\.1 408 /);
  });

  it("shows metrics and statistics on the private address, and on no other", async () => {
    const own = pair.host(await pair.active()).privateAddress;
    const at = (address: string, path: string) =>
      lab.operator.run("curl", ["--silent", "--max-time", "2", `http://${address}:8404${path}`]);
    assert.match((await at(own, "/metrics")).stdout, /^haproxy_frontend_http_requests_total\{proxy="logged"\}/m);
    assert.match((await at(own, "/metrics/ha-lb")).stdout, /^ha_lb_redundancy\{redundancy="redundant"\} 1$/m);
    assert.match((await at(own, "/")).stdout, /Statistics Report/);
    assert.notEqual((await at(sharedAddress.ipv4, "/metrics")).code, 0);
  });

  it("goes out to listed destinations alone", async () => {
    const { web1, web2 } = lab.hosts;
    const through = async (url: string, leadsTo: string, ...options: string[]) => {
      await origin.tell({ addresses: [leadsTo] });
      return (
        await lab.operator.run("curl", [
          ...["--silent", "--max-time", "10", "--proxy", `http://${sharedAddress.ipv4}:${ports.out}`],
          ...["--write-out", " %{http_code}", ...options, url],
        ])
      ).stdout.replace(/\s+/g, " ");
    };
    assert.equal(await through(`http://web.example:${webPort}/`, web1.privateAddress), "web1 200");
    assert.equal(await through(`http://two.inside.example:${webPort}/`, web2.privateAddress), "web2 200");
    assert.match(await through(`http://elsewhere.example:${webPort}/`, web1.privateAddress), / 403$/);
    assert.match(await through("http://web.example:22/", web1.privateAddress), / 403$/);
    const { lb1, lb2 } = lab.hosts;
    for (const itself of ["127.0.0.1", lb1.privateAddress, lb2.privateAddress, sharedAddress.ipv4]) {
      assert.match(await through(`http://self.inside.example:${webPort}/`, itself), / 403$/, itself);
    }
    assert.match(
      await through(
        `http://web.example:${webPort}/`,
        web1.privateAddress,
        "--proxytunnel",
        "--write-out",
        " %{http_connect}",
      ),
      /405/,
    );
  });

  it("takes no other way to say where to go out", async () => {
    await origin.tell({ addresses: [lab.hosts.web1.privateAddress] });
    const status = async (target: string, host: string) => {
      const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      const script = `exec 3<>/dev/tcp/${sharedAddress.ipv4}/${ports.out}; cat >&3; head -n 1 <&3`;
      const { stdout } = await lab.operator.run("timeout", ["10", "bash", "-c", script], { input: request });
      return Number(stdout.split(" ")[1]);
    };
    const { privateAddress } = lab.hosts.web1;
    const [good, address] = [`web.example:${webPort}`, `${privateAddress}:${webPort}`];
    assert.equal(await status(`http://${good}/`, good), 200);
    assert.equal(await status(`http://${address}/`, address), 403, "an address in place of a name");
    assert.equal(await status("/", address), 403, "an address in place of a name, as a server is asked");
    assert.equal(await status("/", `elsewhere.example:${webPort}`), 403, "another name, as a server is asked");
    assert.equal(await status(`http://elsewhere.example:${webPort}/`, good), 400, "two places at once");
  });

  const curl = (where: string, ...options: string[]) =>
    lab.operator.run("curl", [
      "--silent",
      "--globoff",
      "--max-time",
      "5",
      ...options,
      `http://${sharedAddress.ipv4}${where}`,
    ]);

  async function logged(
    wanted: (entry: Record<string, unknown>) => boolean,
  ): Promise<Record<string, unknown> | undefined> {
    const journal = await pair
      .host(await pair.active())
      .must("journalctl --unit haproxy --identifier haproxy --output cat --no-pager");
    const entries = journal
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    return entries.find(wanted);
  }
});
