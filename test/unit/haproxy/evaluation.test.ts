// In which order HAProxy comes to what a frontend asks of it, and lists that are longer than its lines.
import assert from "node:assert/strict";
import type { FrontendArgs } from "../../../src";
import type { HaproxyArgs } from "../../../src/haproxy/operation/args";
import { renderProxy } from "../../../src/haproxy/render";

const peers = {
  own: { name: "lb1", address: "10.0.0.11" },
  other: { name: "lb2", address: "10.0.0.12" },
  port: 8406,
  identity: "certificate and key",
};
const app = { name: "app", servers: [{ address: "10.0.1.1", port: 8080 }] };
const networks = Array.from({ length: 80 }, (_, index) => `10.1.${index}.0/24`);
const hash = "$6$saltsalt$abcdefghijklmnop";

function textOf(frontend: Partial<FrontendArgs>, haproxy: HaproxyArgs = {}): string {
  const frontends = [{ name: "web", port: 80, defaultBackend: "app", ...frontend }];
  const ownAddresses = ["198.51.100.100", "2001:db8::100", "lb2.example.com", "198.51.100.11", "10.0.0.12"];
  const proxy = { frontends, backends: [app], haproxy } as Parameters<typeof renderProxy>[0];
  return renderProxy(proxy, { ipv6: false, peers, statusPort: 8405, ownAddresses }).text;
}

function assertOrder(text: string, ...parts: readonly string[]): void {
  const places = parts.map((part) => text.indexOf(part));
  assert.ok(!places.includes(-1), `one of ${parts.join(", ")} is missing in:\n${text}`);
  assert.deepEqual(
    places,
    [...places].sort((one, other) => one - other),
    text,
  );
}

describe("what a frontend does first", () => {
  it("turns networks away before it waits for a TLS greeting, which ends the rules", () => {
    const text = textOf({
      mode: "tcp",
      acceptProxyProtocolFrom: ["192.0.2.1"],
      access: { allow: ["198.51.100.0/24"], deny: ["198.51.100.3"] },
      routes: [{ match: { serverNames: ["one.example.com"] }, backend: "app" }],
    });
    assertOrder(
      text,
      "tcp-request connection expect-proxy",
      "content reject if { src -- 198.51.100.3 }",
      "content reject if !allowed_source",
      "content accept if { req.ssl_hello_type 1 }",
    );
  });

  it("counts requests before it asks for a password, a body's size or a route, but after the networks", () => {
    const text = textOf({
      access: { deny: ["198.51.100.3"], basicAuth: { users: { alice: hash } }, maxBodyBytes: 10 },
      rateLimits: [{ errors: 3, perSeconds: 10 }],
      routes: [{ match: { paths: ["/gone"] }, respond: { status: 410 } }],
    });
    assertOrder(
      text,
      "deny_status 403 if { src -- 198.51.100.3 }",
      "track-sc0 src",
      "deny_status 429",
      "deny_status 400",
      "http-request auth realm",
      "deny_status 411",
      "wait-for-body",
      "deny_status 413",
      "deny_status 410",
    );
  });

  it("answers client errors of its own as refusals, which HAProxy counts as errors", () => {
    const respond = (status: number, body?: string) =>
      /http-request (.*) if \{ var/.exec(textOf({ routes: [{ respond: { status, body } }] }))?.[1];
    assert.equal(respond(404), "deny deny_status 404 file /dev/null");
    assert.equal(respond(451, "no"), "deny deny_status 451 content-type text/plain file haproxy/bodies/web-1");
    assert.equal(respond(399), "return status 399");
    assert.equal(respond(500), "return status 500");
  });
});

describe("the way out", () => {
  it("leads to no address of the pair, nor to loopback, a cloud's metadata or many at once", () => {
    const text = textOf({ defaultBackend: undefined, forwardProxy: { destinations: ["a.example"] } });
    const [, addresses] = /acl forbidden_address var\(txn\.ha_lb_address\) -m ip (.*)/.exec(text) ?? [];
    assert.equal(
      addresses,
      "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 10.0.0.11 10.0.0.12 198.51.100.100 198.51.100.11",
    );
    assertOrder(text, "do-resolve(", "deny_status 403 if forbidden_address", "set-dst var(");
  });
});

describe("lists that are longer than a line of HAProxy's", () => {
  const types = networks.map((_, index) => `text/x-${index}`);
  const cases: readonly (readonly [what: string, text: string, values: readonly string[]])[] = [
    ["acceptProxyProtocolFrom", textOf({ acceptProxyProtocolFrom: networks }), networks],
    ["access.allow", textOf({ access: { allow: networks } }), networks],
    ["access.deny", textOf({ access: { deny: networks } }), networks],
    ["compression.types", textOf({ compression: { types } }), types],
    ["monitoring.allow", textOf({}, { monitoring: { allow: networks } }), networks],
    ["sourceNetworks", textOf({ routes: [{ match: { sourceNetworks: networks }, backend: "app" }] }), networks],
  ];

  for (const [what, text, values] of cases) {
    it(`are all there, in several: ${what}`, () => {
      const words = text.split("\n").map((line) => line.trim().split(" "));
      assert.ok(words.every((line) => line.length <= 64));
      assert.deepEqual(
        words.flat().filter((word) => values.includes(word)),
        values,
      );
    });
  }
});
