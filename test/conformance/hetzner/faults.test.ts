// Each fault that tests can inject, as who asks sees it, and that the same request works again afterwards.
import assert from "node:assert/strict";
import { now } from "../../lab/clock";
import type { Fault } from "../../lab/hetzner/control";
import { ApiForTests, type FloatingIpBody, type ServerBody } from "./apiForTests";

describe("hetzner: injected faults", () => {
  let api: ApiForTests;
  let floatingIp: FloatingIpBody;
  let first: ServerBody;
  let second: ServerBody;

  before(async () => {
    api = await ApiForTests.start();
    floatingIp = await api.floatingIp("shared");
    first = await api.server("one");
    second = await api.server("two");
  });
  afterEach(() => api.control.reset());
  after(() => api.stop());

  const read = () => api.ask("GET", `/floating_ips/${floatingIp.id}`);
  const once = (fault: Fault) => api.control.inject(fault, { times: 1 });

  const statuses = [
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "not_found"],
    [409, "conflict"],
    [422, "invalid_input"],
    [423, "locked"],
    [429, "rate_limit_exceeded"],
    [500, "server_error"],
    [502, "bad_gateway"],
    [503, "unavailable"],
    [504, "timeout"],
  ] as const;
  for (const [status, code] of statuses) {
    it(`answers ${status} ${code}, once`, async () => {
      await once({ kind: "status", status });
      const { body, headers, ...answer } = await read();
      assert.equal(answer.status, status);
      assert.equal(body.error.code, code);
      assert.equal(headers["ratelimit-limit"], "3600");
      if (status === 429) assert.equal(headers["ratelimit-remaining"], "0");
      assert.equal((await read()).status, 200);
    });
  }

  it("answers with a gateway's page", async () => {
    await once({ kind: "status", status: 502, html: true });
    const { status, headers, text } = await read();
    assert.equal(status, 502);
    assert.equal(headers["content-type"], "text/html");
    assert.match(text, /<h1>502 Bad Gateway<\/h1>/);
  });

  it("hits one method and path only", async () => {
    await api.control.inject(
      { kind: "status", status: 503 },
      { method: "POST", path: "/floating_ips/*/actions/assign" },
    );
    assert.equal((await read()).status, 200);
    const assign = `/floating_ips/${floatingIp.id}/actions/assign`;
    assert.equal(await api.refusal("POST", assign, { server: first.id }), "503 unavailable");
    assert.equal((await api.ask("POST", `/floating_ips/${floatingIp.id}/actions/unassign`)).status, 422);
  });

  it("hits requests from one address only", async () => {
    await api.control.inject({ kind: "status", status: 503 }, { from: "127.0.0.9" });
    assert.equal((await read()).status, 200);
    const asked = await api.ask("GET", "/servers", undefined, { from: "127.0.0.9" });
    assert.equal(asked.status, 503);
  });

  it("loses the answer to what was done all the same", async () => {
    await api.control.inject({ kind: "status", status: 504 }, { times: 1, carriedOut: true });
    const labels = { seen: "yes" };
    const answer = await api.ask("PUT", `/floating_ips/${floatingIp.id}`, { labels });
    assert.equal(answer.status, 504);
    assert.deepEqual((await read()).body.floating_ip.labels, labels);
  });

  it("resets the connection", async () => {
    await once({ kind: "reset" });
    await assert.rejects(read(), { code: "ECONNRESET" });
    assert.equal((await read()).status, 200);
  });

  it("says nothing, then resets the connection", async () => {
    await once({ kind: "silence", seconds: 0.3 });
    const begun = now();
    await assert.rejects(read(), { code: "ECONNRESET" });
    assert.ok(now() - begun >= 290);
  });

  it("cuts the body off", async () => {
    await once({ kind: "truncated" });
    await assert.rejects(read(), { code: "ECONNRESET" });
    assert.equal((await read()).status, 200);
  });

  it("sends a body that is no JSON", async () => {
    await once({ kind: "malformed" });
    const { status, text } = await read();
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(text));
  });

  it("fails the TLS handshake, from one address only", async () => {
    await api.control.inject({ kind: "tls" }, { from: "127.0.0.9" });
    await assert.rejects(api.ask("GET", "/servers", undefined, { from: "127.0.0.9" }), /handshake failure/i);
    assert.equal((await read()).status, 200);
    await api.control.lift();
    assert.equal((await api.ask("GET", "/servers", undefined, { from: "127.0.0.9" })).status, 200);
  });

  it("refuses connections until that is lifted, at the same port", async () => {
    const { port } = api;
    const fault = await api.control.outage("refused");
    await assert.rejects(read(), { code: "ECONNREFUSED" });
    await api.control.lift(fault);
    assert.equal((await read()).status, 200);
    assert.equal(api.port, port);
  });

  it("is out until that is lifted", async () => {
    const fault = await api.control.outage();
    for (const path of ["/servers", "/actions/1", "/floating_ips"])
      assert.equal((await api.ask("GET", path)).status, 503);
    await api.control.lift(fault);
    assert.equal((await read()).status, 200);
  });

  it("ends an action in an error after its 201, with nothing moved", async () => {
    await once({ kind: "action-error", code: "service_error", message: "cannot assign" });
    const before = (await read()).body.floating_ip.server;
    const { action } = await assign(first);
    assert.equal(action.status, "running");
    await api.settled();
    const { action: ended } = await api.must("GET", `/actions/${action.id}`);
    assert.equal(ended.status, "error");
    assert.deepEqual(ended.error, { code: "service_error", message: "cannot assign" });
    assert.equal((await read()).body.floating_ip.server, before);
    await assign(first);
  });

  it("tells the server before a move, for so many reads", async () => {
    await move(first);
    await api.control.inject({ kind: "stale-read", reads: 2 });
    await move(second);
    const seen: (number | null)[] = [];
    for (let n = 0; n < 3; n += 1) seen.push((await read()).body.floating_ip.server);
    assert.deepEqual(seen, [first.id, first.id, second.id]);
    assert.equal(await api.control.holderOf(floatingIp.ip), "two");
  });

  it("tells the server before a move, for so long", async () => {
    await move(first);
    await api.control.inject({ kind: "stale-read", seconds: 0.3 });
    await move(second);
    assert.equal((await read()).body.floating_ip.server, first.id);
    await new Promise((waited) => setTimeout(waited, 300));
    assert.equal((await read()).body.floating_ip.server, second.id);
  });

  it("writes down what each request met with", async () => {
    await once({ kind: "status", status: 429 });
    await read();
    await read();
    const log = (await api.control.requests()).map(({ status, fault, token, source }) => [
      status,
      fault,
      token,
      source,
    ]);
    assert.deepEqual(log, [
      [429, "status", "operator", "127.0.0.1"],
      [200, null, "operator", "127.0.0.1"],
    ]);
  });

  const assign = (server: ServerBody) =>
    api.must("POST", `/floating_ips/${floatingIp.id}/actions/assign`, { server: server.id });

  async function move(server: ServerBody): Promise<void> {
    if ((await api.control.holderOf(floatingIp.ip)) !== server.name) await assign(server);
    await api.settled();
  }
});
