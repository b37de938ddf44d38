// Every line of docs/haproxy.md: compiled, accepted by validation and by the real HAProxy, and what it says it becomes.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { renderProxy } from "../../src/haproxy/render";
import type { Backend, Frontend } from "../../src/haproxy/shapes";
import { authority, certificate } from "../certificates";
import { CheckingHaproxy } from "../conformance/haproxy/haproxy";
import { needsLab } from "../setup/needsLab";
import { messagesOf, sampleArgs } from "../unit/sampleArgs";
import { compilerComplaints } from "./compiler";

const root = resolve(__dirname, "../..");

interface Line {
  readonly todo: string;
  readonly place: "frontend" | "backend" | "haproxy";
  readonly code: string;
  readonly words: readonly string[];
}

interface Made {
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly haproxy?: object;
}

const lines: Line[] = readFileSync(join(root, "docs/haproxy.md"), "utf8")
  .split("\n")
  .flatMap((text) => {
    const [, todo, place, code, words] =
      /^\| (.+?) \| (frontend|backend|haproxy) \| `(.+?)` \| (.+) \|$/.exec(text) ?? [];
    return todo && place && code && words
      ? [
          {
            todo,
            place: place as Line["place"],
            code,
            words: words.split("`, `").map((word) => word.replaceAll("`", "")),
          },
        ]
      : [];
  });

describe("docs/haproxy.md", function () {
  this.timeout(600_000);
  const made = new Map<string, Made>();
  let haproxy: CheckingHaproxy;

  before(async function () {
    needsLab(this);
    haproxy = await CheckingHaproxy.ready();
    const file = join(root, "node_modules/.cache/docs/haproxy.ts");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, program());
    assert.deepEqual(compilerComplaints(file), []);
    const { examples } = require(file) as { examples: (pem: string, ca: string, hash: string) => Made[] };
    const all = examples(certificate(), authority(), "$6$saltsalt$abcdefghijklmnopqrstuvwxyz");
    for (const [index, { todo }] of lines.entries()) made.set(todo, all[index] as Made);
  });

  it("has as many lines as it has rows of code", () => {
    assert.ok(lines.length >= 50, `${lines.length} lines`);
    assert.equal(new Set(lines.map(({ todo }) => todo)).size, lines.length);
  });

  for (const { todo, words } of lines) {
    it(`says what works: ${todo}`, () => {
      const example = made.get(todo) as Made;
      assert.deepEqual(messagesOf({ ...sampleArgs(), haproxy: undefined, ...example }), []);
      const rendered = renderProxy(example, node);
      // The name of a server in an example leads nowhere.
      assert.deepEqual(haproxy.complaints(rendered), []);
      for (const word of words) {
        assert.ok(rendered.text.includes(word), `no "${word}" in:\n${rendered.text}`);
      }
    });
  }
});

const node = {
  ipv6: false,
  peers: {
    own: { name: "lb1", address: "10.0.0.11" },
    other: { name: "lb2", address: "10.0.0.12" },
    port: 8406,
    identity: certificate(),
  },
};

/** A TypeScript module with all lines, each where it belongs. */
function program(): string {
  const servers = 'servers: [{ address: "10.0.0.21", port: 80 }]';
  const whole = {
    frontend: (code: string) => `{ frontends: [{ ...web, ${code} }], backends: [app, db] }`,
    backend: (code: string) => `{ frontends: [web], backends: [{ ...app, name: "extra", ${code} }, app, db] }`,
    haproxy: (code: string) => `{ frontends: [web], backends: [app], haproxy: { ${code} } }`,
  };
  return [
    `import type { HaLoadBalancerArgs } from ${JSON.stringify(join(root, "src"))};`,
    'type Example = Omit<HaLoadBalancerArgs, "platform">;',
    'const web = { name: "web", port: 80, defaultBackend: "app" };',
    `const app = { name: "app", ${servers} };`,
    `const db = { name: "db", mode: "tcp" as const, ${servers} };`,
    "export const examples = (pem: string, ca: string, hash: string): Example[] => [",
    ...lines.map(({ place, code }) => `  ${whole[place](code)},`),
    "];",
    "",
  ].join("\n");
}
