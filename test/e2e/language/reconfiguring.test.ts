// Changes while requests are under way: told to the running HAProxy where it can be, a reload otherwise, and neither
// costs a request.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import type { ServerArgs } from "../../../src/haproxy/servers/args";
import { certificate } from "../../certificates";
import type { Sample } from "../../lab/client/outage";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { audit } from "../../pair/audit";
import { type LoadBalancerName, Pair, url } from "../../pair/pair";
import { withLab } from "../labForTests";
import { ask } from "../origin/ask";
import { type Origin, startOrigins } from "../origin/origin";

const ports = { web: 80, secure: 443 } as const;
const [first, renewed] = [certificate(), certificate({ days: 89 })];
const hosts = Array.from({ length: 1000 }, (_, index) => `host-${index}.example.com`);

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

  withLab("pair", async (started) => {
    lab = started;
    ({ web1, web2 } = await startOrigins(lab));
    wanted = { servers: [server(web1), server(web2)], pem: first, leads: "app" };
    pair = await Pair.deploy(lab, settings(wanted));
  });

  it("changes weights where HAProxy runs", async () => {
    await told({ servers: [server(web1, { weight: 10 }), server(web2, { weight: 30 })] });
    assert.deepEqual(await shares(40), { web1: 10, web2: 30 });
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

  it("has files that say the same: a reload changes nothing", async () => {
    const before = await Promise.all(loadBalancers.map(serversOn));
    await Promise.all(loadBalancers.map((name) => pair.host(name).must("systemctl reload haproxy")));
    assert.deepEqual(await Promise.all(loadBalancers.map(serversOn)), before);
    assert.equal(await backendFor("host-999.example.com"), "other");
    await audit(pair);
  });

  it("reloads for anything else", async () => {
    const before = await processes();
    assert.deepEqual(await lostDuring(() => change({ hsts: true })), []);
    const after = await processes();
    assert.ok(after.every((id, index) => id !== before[index]));
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
      // A body may end without a line's end.
      const answers = () => (said.match(/HTTP\/1\.1 200/g) ?? []).length;
      await until(`answer ${count}`, () => answers() === count, 10_000);
    };
    try {
      await request(1);
      assert.doesNotMatch(said, /^connection: close/im);
      await pair.host(await pair.active()).must("systemctl reload haproxy");
      await request(2);
      assert.match(said, /^connection: close/im);
    } finally {
      client.kill();
    }
  });

  it("reloads when a server cannot be removed because it is busy, and lets it finish", async () => {
    const hold = (holding: boolean) => Promise.all([web1, web2].map((origin) => origin.tell({ holding })));
    await hold(true);
    const client = await lab.client.start({ url: `${url}held`, perSecond: 1, timeoutMs: 300_000 });
    const active = await pair.active();
    await until("a server to be busy", async () => (await busyServers(active)).includes("web1"), 20_000);
    const before = await processes();
    await change({ servers: [server(web2)] });
    assert.notDeepEqual(await processes(), before);
    await hold(false);
    const { samples } = await client.stop();
    assert.deepEqual(
      samples.filter(({ ok }) => !ok),
      [],
    );
  });

  /** A change that loses no request, and that the running processes are told of. */
  async function told(part: Partial<Wanted>): Promise<void> {
    const before = await processes();
    let said = "";
    assert.deepEqual(
      await lostDuring(async () => {
        said = await change(part);
      }),
      [],
    );
    assert.deepEqual(await processes(), before, said);
    await pair.waitUntilRedundant();
  }

  /** What `pulumi up` said. */
  async function change(part: Partial<Wanted>): Promise<string> {
    wanted = { ...wanted, ...part };
    await pair.configure(settings(wanted));
    return (await pair.up()).stdout;
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

  /** The process of each node that takes new connections. */
  function processes(): Promise<string[]> {
    return Promise.all(
      loadBalancers.map(async (name) => /^Pid: (\d+)$/m.exec(await tell(name, "show info"))?.[1] ?? "none"),
    );
  }

  /** Address, port, number, weight and administrative state of each server; not its health, which a new process does not know. */
  async function serversOn(name: LoadBalancerName): Promise<string[]> {
    const lines = (await tell(name, "show servers state")).split("\n").filter((line) => /^\d+ (app|other) /.test(line));
    return lines.map((line) => {
      const [, backend, id, server, address, , administrative, userWeight, initialWeight, ...rest] = line.split(" ");
      return [backend, id, server, address, administrative, userWeight, initialWeight, rest[9]].join(" ");
    });
  }

  async function busyServers(name: LoadBalancerName): Promise<string[]> {
    const [header = "", ...lines] = (await tell(name, "show stat")).split("\n");
    const current = header.split(",").indexOf("scur");
    return lines
      .map((line) => line.split(","))
      .filter((columns) => columns[0] === "app" && Number(columns[current]) > 0)
      .map((columns) => columns[1] ?? "");
  }

  function tell(name: LoadBalancerName, command: string): Promise<string> {
    const script = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); \
      s.sendall(b"${command}\\n"); print(s.makefile().read())`;
    return pair.host(name).must(`python3 -c '${script}'`);
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
