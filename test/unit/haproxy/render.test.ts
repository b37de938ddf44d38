import assert from "node:assert/strict";
import type { BackendArgs, FrontendArgs } from "../../../src";
import { renderProxy } from "../../../src/haproxy/render";
import type { Backend, Frontend } from "../../../src/haproxy/rules";
import { assertGolden } from "../golden";
import { sampleArgs } from "../sampleArgs";

interface Proxy {
  readonly frontends: readonly FrontendArgs[];
  readonly backends: readonly BackendArgs[];
}

const peers = {
  own: { name: "lb1", address: "10.0.0.11" },
  other: { name: "lb2", address: "10.0.0.12" },
  port: 8406,
  identity: "certificate and key",
};
const web: FrontendArgs = { name: "web", port: 80, defaultBackend: "app" };
const app: BackendArgs = {
  name: "app",
  servers: [{ address: "10.0.1.1", port: 8080 }],
  healthCheck: { path: "/healthz" },
};
const minimal: Proxy = { frontends: [web], backends: [app] };
const ipv6: Proxy = { ...minimal, backends: [{ ...app, servers: [{ address: "2001:db8:1::5", port: 8080 }] }] };
const tcp: Proxy = {
  frontends: [{ name: "postgres", mode: "tcp", port: 5432, defaultBackend: "pg" }],
  backends: [
    {
      name: "pg",
      mode: "tcp",
      balance: "leastconn",
      servers: [
        { address: "10.0.1.20", port: 5432 },
        { address: "10.0.1.21", port: 5432, backup: true },
      ],
    },
  ],
};

function rendered({ frontends, backends }: Proxy, listensOnIpv6 = false) {
  return renderProxy(
    { frontends: frontends as Frontend[], backends: backends as Backend[] },
    { ipv6: listensOnIpv6, peers, statusPort: 8405 },
  );
}

function withCheck(healthCheck: BackendArgs["healthCheck"]): string {
  return rendered({ frontends: [web], backends: [{ ...app, healthCheck }] }).text;
}

describe("haproxy.cfg", () => {
  for (const [name, proxy, listensOnIpv6] of [
    ["minimal", minimal, false],
    ["ipv6", ipv6, true],
    ["tcp", tcp, false],
    ["all-options", sampleArgs() as unknown as Proxy, true],
  ] as const) {
    it(`is as expected: ${name}`, () => assertGolden(`haproxy/${name}.cfg`, rendered(proxy, listensOnIpv6).text));
  }

  it("answers readiness questions with its own digest, which changes with anything in it", () => {
    const first = rendered(minimal);
    assert.deepEqual(first.files.at(-1), { path: "haproxy/maps/identity.map", content: `id ${first.configId}\n` });
    assert.match(first.text, /^ +http-request return status 200 .*map\(haproxy\/maps\/identity\.map\)/m);
    assert.equal(rendered(minimal).configId, first.configId);
    assert.notEqual(rendered(minimal, true).configId, first.configId);
    assert.notEqual(rendered({ ...minimal, frontends: [{ ...web, port: 81 }] }).configId, first.configId);
  });

  it("has every answer close its connection once the node is told that none is kept", () => {
    const { files, text } = rendered(minimal);
    assert.deepEqual(files[0], { path: "haproxy/maps/draining.map", content: "kept yes\n" });
    assert.match(text, /^ +http-after-response set-header Connection close if .*map\(haproxy\/maps\/draining\.map\)/m);
    assert.doesNotMatch(rendered(tcp).text, /Connection close/);
  });

  it("checks by HTTP as soon as a path, a host or a status says so", () => {
    assert.match(withCheck({ path: "/up" }), /http-check send meth GET uri \/up$/m);
    assert.match(
      withCheck({ host: "a.example" }),
      /http-check send meth GET uri \/ ver HTTP\/1\.1 hdr Host a\.example$/m,
    );
    assert.match(withCheck({ expectStatus: 204 }), /http-check expect status 204$/m);
    assert.match(withCheck({ type: "http" }), /http-check send meth GET uri \/$/m);
  });

  it("checks by TCP otherwise, and not at all when told so", () => {
    assert.doesNotMatch(withCheck({}), /httpchk|http-check/);
    assert.match(withCheck(undefined), /server app-1 .* check inter 2000ms fall 3 rise 2$/m);
    assert.match(withCheck({ port: 99, intervalSeconds: 0.25 }), / check inter 250ms fall 3 rise 2 port 99$/m);
    assert.match(withCheck({ type: "none" }), /server app-1 10\.0\.1\.1:8080 id \d+ weight 100$/m);
  });

  it("numbers servers by their names, so that one that goes does not renumber the others", () => {
    const ids = (...names: string[]) => {
      const servers = names.map((name) => ({ name, address: "10.0.1.1", port: 8080 }));
      const { text } = rendered({ frontends: [web], backends: [{ ...app, servers }] });
      return Object.fromEntries([...text.matchAll(/server (\S+) .* id (\d+)/g)].map(([, name, id]) => [name, id]));
    };
    const { a, b, c } = ids("a", "b", "c");
    assert.equal(new Set([a, b, c]).size, 3);
    assert.deepEqual(ids("c", "a"), { a, c });
  });

  it("gives a server of weight 0 that weight, and not the default", () => {
    const drained = { ...app, servers: [{ address: "10.0.1.1", port: 8080, weight: 0 }] };
    assert.match(rendered({ frontends: [web], backends: [drained] }).text, / weight 0 /);
  });
});
