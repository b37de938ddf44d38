// How a pair is watched by others: standard lines in the journal and on a syslog server, and monitoring where its user
// wants it, for those alone who may see it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { links, loadBalancers, withoutPrefix } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { originPorts } from "../origin/messages";
import { Origin } from "../origin/origin";
import { speak } from "../origin/speak";

const ports = { web: 80, passed: 8001, monitoring: 9404 } as const;
const [operator = ""] = links.operator[0]?.addresses.map(withoutPrefix) ?? [];
const password = "let me see";

describe("a pair that is watched", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let origin: Origin;

  withLab("pair", async (started) => {
    lab = started;
    origin = await Origin.start(lab, "web1");
    const addresses = loadBalancers.map((name) => lab.hosts[name].publicAddress ?? "");
    const hash = execFileSync("openssl", ["passwd", "-6", password], { encoding: "utf8" }).trim();
    pair = await Pair.prepare(lab, {
      haproxy: {
        logging: { server: `${origin.address}:${originPorts.syslog}` },
        monitoring: {
          port: ports.monitoring,
          addresses,
          allow: [`${operator}/32`],
          basicAuth: { users: { watcher: hash } },
        },
      },
      frontends: [
        {
          name: "web",
          port: ports.web,
          captureHeaders: { request: ["User-Agent"], response: ["Content-Type", "X-Answer"] },
          defaultBackend: "app",
        },
        { name: "passed", mode: "tcp", port: ports.passed, defaultBackend: "line" },
      ],
      backends: [
        { name: "app", servers: [origin.server("http")] },
        { name: "line", mode: "tcp", servers: [origin.server("line")] },
      ],
    });
    await pair.up();
    await pair.waitUntilRedundant();
  });

  it("writes HAProxy's standard lines for requests, with the headers that are captured", async () => {
    await origin.tell();
    await ask(lab, ports.web, "/page?answer.x-answer=42", { args: ["--user-agent", "probe/1.0"] });
    const timers = String.raw`\d+/\d+/\d+/\d+/\d+`;
    const captured = String.raw`\{probe/1\.0\} \{application/json\|42\}`;
    await assertLogged(
      new RegExp(
        `^${operator}:\\d+ \\[[^\\]]+\\] web app/web1 ${timers} 200 \\d+ - - ---- [\\d/]+ 0/0 ${captured} "GET /page\\?answer\\.x-answer=42 HTTP/1\\.1"$`,
      ),
    );
  });

  it("writes HAProxy's standard lines for connections", async () => {
    await origin.tell();
    await speak(lab, ports.passed, "hello\n");
    await assertLogged(new RegExp(`^${operator}:\\d+ \\[[^\\]]+\\] passed line/web1 \\d+/\\d+/\\d+ 5 -- [\\d/]+ 0/0$`));
  });

  it("shows metrics on the addresses that it was given, on each node, to who may come and knows the password", async () => {
    for (const name of loadBalancers) {
      const { publicAddress = "" } = lab.hosts[name];
      for (const path of ["/metrics", "/metrics/ha-lb"]) {
        const url = `http://${publicAddress}:${ports.monitoring}${path}`;
        assert.equal(await statusAt(url, "operator"), "401", url);
        assert.equal(await statusAt(url, "operator", "wrong"), "401", url);
        assert.equal(await statusAt(url, "operator", password), "200", url);
        assert.equal(await statusAt(url, "client", password), "403", url);
      }
    }
  });

  it("shows them on no other address", async () => {
    const { privateAddress } = pair.host(await pair.active());
    for (const address of [privateAddress, sharedAddress.ipv4]) {
      const url = `http://${address}:${ports.monitoring}/metrics`;
      assert.equal(await statusAt(url, "operator", password), "000", url);
    }
  });

  /** The same line in the journal and on the syslog server. */
  async function assertLogged(wanted: RegExp): Promise<void> {
    const journal = async () => {
      const script = "journalctl --unit haproxy --identifier haproxy --output cat --no-pager --since=-60s";
      return (await pair.host(await pair.active()).must(script)).split("\n").find((line) => wanted.test(line));
    };
    const line = await until(`${wanted} in the journal`, journal, 20_000, 100);
    const messages: string[] = [];
    const arrived = async () => {
      messages.push(...(await origin.tell()).messages);
      return messages.some((message) => message.trim().endsWith(`: ${line}`) && message.startsWith("<134>"));
    };
    await until("the same line on the syslog server", arrived, 20_000, 100);
  }

  async function statusAt(url: string, from: "operator" | "client", secret?: string): Promise<string> {
    const user = secret ? ["--user", `watcher:${secret}`] : [];
    const quiet = ["--silent", "--output", "/dev/null", "--max-time", "2", "--write-out", "%{http_code}"];
    return (await lab[from].run("curl", [...quiet, ...user, url])).stdout;
  }
});
