// What frontends and backends do with real traffic: weights, backups, health checks, http and tcp.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { until } from "../../lab/command";
import { bannerPort, type Lab, sharedAddress, webPort } from "../../lab/lab";
import { fetchFrom } from "../../pair/audit";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { originPorts } from "../origin/messages";
import { type Origin, startOrigins } from "../origin/origin";
import { speak } from "../origin/speak";

/** Names of the backends, and the ports of their frontends. */
const ports = { weighted: 8001, spare: 8002, status: 8003, watched: 8004, refusing: 8005, banner: bannerPort } as const;
/** None of them what it is by default, nor what the others are. */
const watched = { path: "/watched", intervalSeconds: 0.5, fall: 4, rise: 3 } as const;
const ERROR_LIMIT = 3;
const closedPort = 1;

describe("balancing real traffic", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let web1: Origin;

  withLab("pair", async (started) => {
    lab = started;
    const origins = await startOrigins(lab);
    ({ web1 } = origins);
    pair = await Pair.deploy(lab, { frontends: frontends(), backends: backends(lab, origins) });
  });

  it("shares requests by weight", async () => {
    const answers = await answersOf(ports.weighted, 40);
    assert.deepEqual([answers.get("web1"), answers.get("web2")], [30, 10]);
  });

  it("uses a backup server only when no other one works", async () => {
    assert.deepEqual([...(await answersOf(ports.spare, 8)).keys()], ["web1"]);
    await lab.hosts.web1.must("systemctl stop nginx");
    await until("the backup server to answer", async () => (await answersOf(ports.spare, 4)).get("web2") === 4, 20_000);
    await lab.hosts.web1.must("systemctl start nginx");
    await until(
      "the first server to answer again",
      async () => (await answersOf(ports.spare, 4)).get("web1") === 4,
      20_000,
    );
  });

  it("gives requests only to servers whose check has the expected status, path and host", async () => {
    const only = async (name: string) => (await answersOf(ports.status, 8)).get(name) === 8;
    // The check wants a 204, and both answer 200 until now.
    const ready = "location = /ready { if ($host = app.example) { return 204; } return 500; }";
    await lab.hosts.web2.must(
      `sed -i 's#location / {#${ready} location / {#' /etc/nginx/sites-available/default && systemctl reload nginx`,
    );
    await until("only the server that is ready to answer", () => only("web2"), 20_000);
  });

  it("checks a server as often as it was told to, and bears fewer failures in a row than take it out", async () => {
    await web1.tell({ failingChecks: watched.fall - 1 });
    const statuses = new Set<number>();
    await until(
      "a good check after the failures",
      async () => statuses.add(await watchedStatus()) && (await checks()).length > watched.fall,
      30_000,
      50,
    );
    assert.deepEqual([...statuses], [200]);
    const times = await checks();
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const typical = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] ?? 0;
    const wanted = 1000 * watched.intervalSeconds;
    assert.ok(typical > 0.9 * wanted && typical < 2.5 * wanted, `${typical} ms: ${gaps}`);
  });

  it("takes a server out that failed so many checks, and back after so many good ones", async () => {
    await web1.tell({ failingChecks: Number.MAX_SAFE_INTEGER });
    await until("the server to be out", async () => (await watchedStatus()) === 503, 30_000, 50);
    assert.ok((await checks()).length >= watched.fall);
    await web1.tell({ failingChecks: 0 });
    await until("the server to be back", async () => (await watchedStatus()) === 200, 30_000, 50);
    const { length } = await checks();
    assert.ok(length >= watched.rise, `after ${length} checks`);
  });

  it("takes a server of tcp out that refused so many connections in a row, whatever its check says", async () => {
    const answers: string[] = [];
    while (answers.length < 16) answers.push((await speak(lab, ports.refusing, "hello\n")).text.trim());
    const refused = answers.filter((answer) => answer !== "web2");
    assert.deepEqual(new Set(refused), new Set([""]));
    // A good check may come between, which begins the count anew; half of the connections are for that server else.
    assert.ok(refused.length >= ERROR_LIMIT && refused.length < 2 * ERROR_LIMIT, answers.join());
  });

  it("passes tcp connections through, to servers that accept them", async () => {
    const greeting = () =>
      lab.operator.run("timeout", ["3", "bash", "-c", `head -n 1 </dev/tcp/${sharedAddress.ipv4}/${ports.banner}`]);
    const seen = new Set<string>();
    await until("both servers to greet", async () => seen.add((await greeting()).stdout.trim()).size >= 2, 20_000);
    assert.ok(
      [...seen].every((text) => /web[12]/.test(text)),
      [...seen].join(),
    );
  });

  it("tells when no server is left, and moves nothing: the other node could not do better", async () => {
    const active = await pair.active();
    await Promise.all([lab.hosts.web1.must("systemctl stop nginx"), lab.hosts.web2.must("systemctl stop nginx")]);
    const code = async () => {
      const url = `http://${sharedAddress.ipv4}:${ports.weighted}/`;
      return (await lab.operator.run("curl", ["--silent", "--output", "/dev/null", "--write-out", "%{http_code}", url]))
        .stdout;
    };
    await until("a 503", async () => (await code()) === "503", 20_000);
    assert.equal(await pair.active(), active);
    assert.equal((await pair.status(active)).redundancy, "redundant");
    await Promise.all([lab.hosts.web1.must("systemctl start nginx"), lab.hosts.web2.must("systemctl start nginx")]);
  });

  const watchedStatus = async () => (await ask(lab, ports.watched, "/")).status;

  /** When the node that serves has checked the server, since that was told how many are to fail. */
  async function checks(): Promise<readonly number[]> {
    const { privateAddress } = pair.host(await pair.active());
    return (await web1.tell()).checks[privateAddress] ?? [];
  }

  /** How many of so many requests each server answered. */
  async function answersOf(port: number, requests: number): Promise<Map<string, number>> {
    const answers = new Map<string, number>();
    for (let sent = 0; sent < requests; sent++) {
      const { stdout } = await fetchFrom(pair, `http://${sharedAddress.ipv4}:${port}/`);
      answers.set(stdout.trim(), (answers.get(stdout.trim()) ?? 0) + 1);
    }
    return answers;
  }
});

function frontends(): FrontendArgs[] {
  return [
    { name: "web", port: 80, defaultBackend: "weighted" },
    { name: "weighted", port: ports.weighted, defaultBackend: "weighted" },
    { name: "spare", port: ports.spare, defaultBackend: "spare" },
    { name: "status", port: ports.status, defaultBackend: "status" },
    { name: "watched", port: ports.watched, defaultBackend: "watched" },
    { name: "refusing", mode: "tcp", port: ports.refusing, defaultBackend: "refusing" },
    { name: "banner", mode: "tcp", port: ports.banner, defaultBackend: "banner" },
  ];
}

function backends({ hosts: { web1, web2 } }: Lab, origins: Record<"web1" | "web2", Origin>): BackendArgs[] {
  const server = ({ name, privateAddress }: Lab["hosts"]["web1"], port: number = webPort) => ({
    name,
    address: privateAddress,
    port,
  });
  const healthCheck = { path: "/healthz", intervalSeconds: 0.5, fall: 2, rise: 1 };
  const both = [server(web1), server(web2)];
  return [
    {
      name: "weighted",
      servers: [
        { ...server(web1), weight: 192 },
        { ...server(web2), weight: 64 },
      ],
      healthCheck,
    },
    { name: "spare", servers: [server(web1), { ...server(web2), backup: true }], healthCheck },
    {
      name: "status",
      servers: both,
      healthCheck: { ...healthCheck, path: "/ready", host: "app.example", expectStatus: 204 },
    },
    { name: "watched", servers: [origins.web1.server("http")], healthCheck: watched },
    {
      name: "refusing",
      mode: "tcp",
      servers: [{ ...origins.web1.server("line"), port: closedPort }, origins.web2.server("line")],
      retries: 0,
      redispatch: false,
      // Good all the time; only long after the test it has been so for often enough. It does not take a server out.
      healthCheck: { path: "/healthz", port: originPorts.http, intervalSeconds: 5, rise: 100, fall: 100 },
      passiveCheck: { observe: "connections", errorLimit: ERROR_LIMIT },
    },
    {
      name: "banner",
      mode: "tcp",
      balance: "static-rr",
      servers: [server(web1, bannerPort), server(web2, bannerPort)],
    },
  ];
}
