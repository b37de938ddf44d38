// What psql sees of a primary and its standby behind one address.
import assert from "node:assert/strict";
import type { Result } from "../lab/command";
import { type Lab, sharedAddress, until } from "../lab/lab";
import { deployed } from "./deployed";
import { configure, webHosts } from "./servers/install";

const ports = { primary: 5432, any: 5433 } as const;
const whichServer = "SELECT host(inet_server_addr())";
/** What psql says when somebody ends its session. */
const cut = /connection to server was lost/;

/** @param installed resolves when the server's package is there */
export function postgresql(lab: () => Lab, installed: () => Promise<void>): void {
  const pair = deployed(lab, "postgresql", async (ready) => {
    await installed();
    const [first, second] = webHosts(ready);
    await configure(first, "postgresql.sh");
    await configure(second, "postgresql.sh", first.privateAddress);
    return {
      primary: { address: first.privateAddress, port: 5432 },
      standby: { address: second.privateAddress, port: 5432 },
      clientNetworks: ["198.51.100.2/32"],
    };
  });
  const primary = () => webHosts(lab())[0];
  const standby = () => webHosts(lab())[1];

  it("leads to the primary, by TLS from end to end", async () => {
    await must("CREATE TABLE orders (item text); INSERT INTO orders VALUES ('tea')");
    assert.equal(await must(whichServer), primary().privateAddress);
  });

  it("spreads those who only read over both servers", async () => {
    const servers = new Set<string>();
    for (let session = 0; session < 4; session++) servers.add(await must(whichServer, ports.any));
    assert.deepEqual(servers, new Set([primary().privateAddress, standby().privateAddress]));
  });

  it("refuses clients from elsewhere", async () => {
    const { code, stderr } = await lab().client.run("psql", psql(["SELECT 1"]));
    assert.equal(code, 2);
    assert.match(stderr, /closed the connection/);
  });

  it("goes to the standby while the primary is stopped, and back", async () => {
    await primary().must("systemctl stop postgresql");
    await serves(standby().privateAddress);
    assert.equal(await must("SELECT item FROM orders"), "tea");
    assert.match((await query("INSERT INTO orders VALUES ('cake')")).stderr, /read-only/);

    const session = await open();
    await primary().must("systemctl start postgresql");
    await serves(primary().privateAddress);
    assert.match((await session.end).stderr, cut, "a client stays on the standby");
  });

  it("notices a primary that takes connections and does nothing, and frees its clients", async () => {
    const session = await open();
    await primary().must("pkill --signal STOP --uid postgres");
    await serves(standby().privateAddress);
    assert.match((await session.end).stderr, cut);
    const active = pair().host(await pair().active());
    const log = await active.must("journalctl --identifier haproxy --output cat --no-pager");
    assert.match(log, /Server primary\/primary is DOWN, reason: Layer7 timeout/);

    await standby().must("su postgres -c 'psql --command \"SELECT pg_promote()\"'");
    await must("INSERT INTO orders VALUES ('cake')");
    assert.equal(await must("SELECT string_agg(item, ',') FROM orders"), "tea,cake");
  });

  const query = (sql: string, port?: number): Promise<Result> => lab().operator.run("psql", psql([sql], port));

  async function must(sql: string, port?: number): Promise<string> {
    const { code, stdout, stderr } = await query(sql, port);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  }

  function serves(address: string): Promise<unknown> {
    const answers = async () => (await query(whichServer)).stdout.trim() === address;
    return until(`port ${ports.primary} to lead to ${address}`, answers, 60_000, 200);
  }

  /** A session that has begun, and waits for longer than any test. */
  async function open(): Promise<{ readonly end: Promise<Result> }> {
    let begins = () => {};
    const begun = new Promise<void>((resolve) => {
      begins = resolve;
    });
    const waiting = psql([whichServer, "SELECT pg_sleep(100)"]);
    const end = lab().operator.run("psql", waiting, { timeoutMs: 110_000, onStdoutLine: begins });
    await Promise.race([begun, end]);
    return { end };
  }
}

/** Arguments of psql. */
function psql(commands: readonly string[], port: number = ports.primary): string[] {
  const uri = `postgresql://app:secret@${sharedAddress.ipv4}:${port}/app?sslmode=require&connect_timeout=5`;
  const plain = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"];
  return [uri, ...plain, ...commands.flatMap((command) => ["--command", command])];
}
