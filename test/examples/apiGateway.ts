// What programs with and without a key get from the API.
import assert from "node:assert/strict";
import { certificate } from "../certificates";
import { startOrigins } from "../e2e/origin/origin";
import { type Lab, until } from "../lab/lab";
import { deployed } from "./deployed";
import { SecureClient } from "./secureClient";

const host = "api.example.com";
/** As the example has it. */
const perMinute = 100;

export function apiGateway(lab: () => Lab): void {
  let api: SecureClient;
  const pair = deployed(lab, "api-gateway", async (ready) => {
    api = new SecureClient(ready, host);
    const { web1, web2 } = await startOrigins(ready);
    return {
      certificate: { secret: certificate({ names: [host] }) },
      services: {
        "orders-v1": [web1.server("http")],
        "orders-v2": [web2.server("http")],
        customers: [web1.server("http"), web2.server("http")],
      },
    };
  });

  it("finds services by path and by the version that a header names", async () => {
    const serverOf = async (version?: string) => (await api.ask("/orders/7", as("carol", version))).echo.server;
    assert.deepEqual([await serverOf(), await serverOf("1"), await serverOf("2")], ["web1", "web1", "web2"]);
    const customer = await api.ask("/customers/9?full=1", as("carol", "2"));
    assert.deepEqual([customer.status, customer.echo.url], [200, "/9?full=1"]);
  });

  it("answers by itself where there is no service, and where there is no key", async () => {
    for (const [status, options] of [
      [404, as("carol")],
      [401, {}],
    ] as const) {
      const answer = await api.ask("/unknown", options);
      assert.deepEqual([answer.status, answer.headers["content-type"]], [status, "application/problem+json"]);
      assert.equal(JSON.parse(answer.body).status, status);
    }
  });

  it("limits each key by itself", async () => {
    const codes = await api.askMany("/orders/", perMinute + 10, as("alice"));
    assert.deepEqual(new Set(codes.slice(0, perMinute)), new Set(["200"]));
    const { status, headers } = await api.ask("/orders/1", as("alice"));
    assert.deepEqual([codes.at(-1), status, headers["retry-after"]], ["429", 429, "60"]);
    assert.equal((await api.ask("/orders/1", as("bob"))).status, 200);
  });

  it("logs each request as JSON, with the id that the service got, and without its key", async () => {
    const { echo } = await api.ask("/orders/logged", as("a-secret-key", "1"));
    const active = pair().host(await pair().active());
    const log = () => active.must("journalctl --identifier haproxy --output cat --no-pager");
    const id = echo.headers["x-request-id"];
    const ofRequest = async () => (await log()).split("\n").find((text) => text.includes(`"requestId":"${id}"`));
    const { status, backend, requestHeaders } = JSON.parse(
      await until("the request in the log", ofRequest, 20_000, 100),
    );
    assert.deepEqual([status, backend, requestHeaders["x-api-version"]], [200, "orders-v1", "1"]);
    assert.doesNotMatch(await log(), /a-secret-key/);
  });
}

function as(key: string, version?: string) {
  const headers = [`X-Api-Key: ${key}`, ...(version ? [`X-Api-Version: ${version}`] : [])];
  return { args: headers.flatMap((header) => ["--header", header]) };
}
