// Who may ask what, and how often.
import assert from "node:assert/strict";
import { ApiForTests } from "./apiForTests";

describe("hetzner: access", () => {
  let api: ApiForTests;

  before(async () => {
    api = await ApiForTests.start();
  });
  afterEach(() => api.control.reset());
  after(() => api.stop());

  for (const token of ["none", "unknown"] as const) {
    it(`is refused with ${token === "none" ? "no" : "an unknown"} token, and tells no limit`, async () => {
      const { status, body, headers } = await api.ask("GET", "/servers", undefined, { token });
      assert.deepEqual([status, body.error.code], [401, "unauthorized"]);
      assert.equal(headers["ratelimit-remaining"], undefined);
    });
  }

  it("with a read token is for reading", async () => {
    const observer = { token: "observer" } as const;
    assert.equal((await api.ask("GET", "/servers", undefined, observer)).status, 200);
    const network = { name: "n", ip_range: "10.0.0.0/16" };
    assert.equal(await api.refusal("POST", "/networks", network, observer), "403 token_readonly");
    assert.equal(await api.refusal("DELETE", "/networks/1", undefined, observer), "403 token_readonly");
  });

  it("ends with the token's revocation", async () => {
    await api.control.revoke("operator");
    assert.equal(await api.refusal("GET", "/servers"), "401 unauthorized");
    assert.equal((await api.ask("GET", "/servers", undefined, { token: "observer" })).status, 200);
    await api.control.restore("operator");
    assert.equal((await api.ask("GET", "/servers")).status, 200);
  });

  it("is counted down from 3600, for all tokens together", async () => {
    const remaining = async (token: "operator" | "observer") =>
      Number((await api.ask("GET", "/servers", undefined, { token })).headers["ratelimit-remaining"]);
    await api.control.setRemaining(100);
    assert.equal(await remaining("operator"), 99);
    assert.equal(await remaining("observer"), 98);
  });

  it("is refused without budget, and comes back with a second", async () => {
    await api.control.setRemaining(1);
    const { headers } = await api.ask("GET", "/servers");
    assert.equal(headers["ratelimit-limit"], "3600");
    assert.equal(headers["ratelimit-remaining"], "0");
    assert.ok(Math.abs(Number(headers["ratelimit-reset"]) - Date.now() / 1000 - 3600) < 3);
    assert.equal(await api.refusal("GET", "/servers"), "429 rate_limit_exceeded");
    await new Promise((waited) => setTimeout(waited, 1050));
    assert.equal((await api.ask("GET", "/servers")).status, 200);
    assert.equal((await api.ask("GET", "/servers")).status, 429);
  });

  it("to what is not there is refused", async () => {
    assert.equal(await api.refusal("GET", "/volumes"), "404 not_found");
    assert.equal(await api.refusal("GET", "/servers/1"), "404 not_found");
    assert.equal(await api.refusal("GET", "/servers/one"), "404 not_found");
    assert.equal(await api.refusal("DELETE", "/servers"), "405 method_not_allowed");
  });

  it("with a body that is no JSON is refused", async () => {
    assert.equal(await api.refusal("POST", "/networks", undefined, { raw: "{" }), "400 json_error");
  });
});
