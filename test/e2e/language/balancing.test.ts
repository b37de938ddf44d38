// What frontends and backends do with real traffic: weights, backups, health checks, http and tcp.
import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { until } from "../../lab/command";
import { bannerPort, type Lab, sharedAddress, webPort } from "../../lab/lab";
import { fetchFrom } from "../../pair/audit";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";

/** Names of the backends, and the ports of their frontends. */
const ports = { weighted: 8001, spare: 8002, status: 8003, banner: bannerPort } as const;
describe("balancing real traffic", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab, { frontends: frontends(), backends: backends(lab) });
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

  it("passes tcp connections through, to servers that accept them", async () => {
    const greeting = () =>
      lab.operator.run("timeout", ["3", "bash", "-c", `cat </dev/tcp/${sharedAddress.ipv4}/${ports.banner}`]);
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
    { name: "banner", mode: "tcp", port: ports.banner, defaultBackend: "banner" },
  ];
}

function backends({ hosts: { web1, web2 } }: Lab): BackendArgs[] {
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
    {
      name: "banner",
      mode: "tcp",
      balance: "static-rr",
      servers: [server(web1, bannerPort), server(web2, bannerPort)],
    },
  ];
}
