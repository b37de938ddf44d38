// Every line of docs/haproxy.md: compiled, accepted by validation and by the real HAProxy, and what it says it becomes.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { derivedIdentity } from "../../src/haproxy/peers/identity";
import { renderProxy } from "../../src/haproxy/render";
import type { Backend, Frontend } from "../../src/haproxy/shapes";
import { authority, certificate } from "../certificates";
import { CheckingHaproxy, haproxyVersions } from "../conformance/haproxy/haproxy";
import { needsLab } from "../setup/needsLab";
import { messagesOf, sampleArgs } from "../unit/sampleArgs";
import { compilerComplaints } from "./compiler";

const root = resolve(__dirname, "../..");
const guide = readFileSync(join(root, "docs/haproxy.md"), "utf8").split("\n");

interface Line {
  readonly todo: string;
  readonly place: "frontend" | "backend" | "haproxy" | "always";
  readonly code: string;
  readonly words: readonly string[];
}

interface Made {
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly haproxy?: object;
}

const wordsIn = (cell: string) => cell.split("`, `").map((word) => word.replaceAll("`", ""));

const lines: Line[] = guide.flatMap((text) => {
  const [, todo, place, code, words] =
    /^\| (.+?) \| (frontend|backend|haproxy|always) \| (`.+?`|nothing) \| (.+) \|$/.exec(text) ?? [];
  return todo && place && code && words
    ? [
        {
          todo,
          place: place as Line["place"],
          code: code === "nothing" ? "" : code.slice(1, -1),
          words: wordsIn(words),
        },
      ]
    : [];
});

describe("docs/haproxy.md", function () {
  this.timeout(600_000);
  const made = new Map<string, Made>();
  const without = new Map<Line["place"], Made>();

  before(async function () {
    needsLab(this);
    const file = join(root, "node_modules/.cache/docs/haproxy.ts");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, program());
    assert.deepEqual(compilerComplaints(file), []);
    const { examples, bare } = require(file) as {
      examples: (pem: string, ca: string, hash: string) => Made[];
      bare: Record<Line["place"], Made>;
    };
    const all = examples(certificate(), authority(), "$6$saltsalt$abcdefghijklmnopqrstuvwxyz");
    for (const [index, { todo }] of lines.entries()) made.set(todo, all[index] as Made);
    for (const [place, one] of Object.entries(bare)) without.set(place as Line["place"], one);
  });

  it("has as many lines as it has rows of code", () => {
    assert.ok(lines.length >= 75, `${lines.length} lines`);
    assert.equal(new Set(lines.map(({ todo }) => todo)).size, lines.length);
  });

  for (const { todo, place, words } of lines) {
    it(`says what works: ${todo}`, () => {
      const example = made.get(todo) as Made;
      assert.deepEqual(messagesOf({ ...sampleArgs(), haproxy: undefined, ...example }), []);
      const [text, before] = [example, without.get(place) as Made].map((one) => renderProxy(one, node).text);
      for (const word of words) {
        const [count, otherwise] = [text, before].map((one) => (one ?? "").split(word).length - 1) as [number, number];
        const comes = place === "always" ? count > 0 : count > otherwise;
        assert.ok(comes, `"${word}": ${count} times, and ${otherwise} without the code, in:\n${text}`);
      }
    });
  }

  for (const version of haproxyVersions) {
    it(`says what HAProxy ${version} runs without a warning, all at once`, async () => {
      const haproxy = await CheckingHaproxy.ready(version);
      const rendered = renderProxy(together(), node);
      const complaints = haproxy.complaints(rendered);
      if (complaints.length > 0) {
        const culprits = lines.filter(
          ({ todo }) => haproxy.complaints(renderProxy(made.get(todo) as Made, node)).length > 0,
        );
        assert.fail(`${complaints.join("\n")}\n${culprits.map(({ todo }) => todo).join("\n")}`);
      }
      assert.equal(await haproxy.readiness(rendered, node.peers.own.address), rendered.configId);
    });
  }

  /** What each line adds, under names and ports of its own. */
  function together(): Made {
    const of = (place: Line["place"]) => lines.filter((line) => line.place === place).map(({ todo }) => made.get(todo));
    const spare = (without.get("always") as Made).backends;
    return {
      frontends: of("frontend").map((one, index) => ({
        ...(one?.frontends[0] as Frontend),
        name: `web-${index}`,
        port: 1000 + index,
      })),
      backends: [
        ...of("backend").map((one, index) => ({ ...(one?.backends[0] as Backend), name: `extra-${index}` })),
        ...spare,
      ],
      haproxy: Object.assign({}, ...of("haproxy").map((one) => one?.haproxy)),
    };
  }

  it("names all words that a property can be", () => {
    const choices = guide.flatMap((text) => {
      const [, words] = /^\| `\w+` \| [^`|]+ \| (`.+`) \|$/.exec(text) ?? [];
      return words ? [wordsIn(words).sort().join()] : [];
    });
    const folders = ["acme", "health", "operation", "protection", "rewriting", "routing", "servers", "sessions", "tls"];
    const sets = ["args", ...folders.map((folder) => `${folder}/args`)].flatMap((path) =>
      Object.values(require(join(root, "src/haproxy", path)) as Record<string, Readonly<Record<string, string>>>),
    );
    const expected = sets.map((set) => Object.values(set).sort().join());
    assert.deepEqual(choices.sort(), expected.sort());
  });
});

const node = {
  ipv6: false,
  statusPort: 8405,
  peers: {
    own: { name: "lb1", address: "10.0.0.11" },
    other: { name: "lb2", address: "10.0.0.12" },
    port: 8406,
    identity: derivedIdentity("secret", "peers"),
  },
};

/** A TypeScript module with all lines, each where it belongs. */
function program(): string {
  const servers = 'servers: [{ address: "10.0.0.21", port: 80 }]';
  const whole = {
    frontend: (code: string) => `{ frontends: [{ ...web, ${code} }], backends: [app, db] }`,
    backend: (code: string) => `{ frontends: [web], backends: [{ ...app, name: "extra", ${code} }, app, db] }`,
    haproxy: (code: string) => `{ frontends: [web], backends: [app], haproxy: { ${code} } }`,
    always: () => "{ frontends: [web], backends: [app, db] }",
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
    "export const bare = {",
    ...Object.entries(whole).map(([place, around]) => `  ${place}: ${around("")},`),
    "};",
    "",
  ]
    .join("\n")
    .replaceAll(", , ", ", ")
    .replaceAll(",  }", " }");
}
