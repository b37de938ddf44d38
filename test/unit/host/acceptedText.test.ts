// Whatever strings validation lets through, a rendered file keeps its lines, its directives and the words in each.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { changed, problemsOf, removed, sampleArgs } from "../sampleArgs";
import { textsIn } from "../validation/hostile";
import { placesIn } from "../validation/places";
import { file, sampleBundles } from "./sampleBundles";

const configurations = ["haproxy.cfg", "keepalived.conf"] as const;

/** Choices and keys are left alone: whatever is not one of the choices, or no key, is refused. */
const fixed =
  /\.(mode|balance|type|profile|hostKey|privateKey|privateKeyPassphrase|preferredNode|defaultBackend|sameSite|keyType)$|\.raw[.[]/;
const all = textsIn(sampleArgs());
const texts = all.filter(({ path }) => !fixed.test(path));

/** Text that is often accepted: something good with a piece of anything in it, or made of what syntax is made of. */
function nearly(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: "binary", maxLength: 2 }),
    fc.string({ unit: fc.constantFrom(..."\n\r #\"'\\{}$;!.-_/%:@,0a"), maxLength: 4 }),
  );
  return fc
    .tuple(fc.nat(text.length), fc.nat(2), piece)
    .map(([at, dropped, added]) => text.slice(0, at) + added + text.slice(at + dropped));
}

/** The words of a line as HAProxy and Keepalived see them; undefined when a quote stays open. */
function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== "" && !rest.startsWith("#")) {
    const [word] = /^(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\#])+/.exec(rest) ?? [];
    if (word === undefined) {
      return undefined;
    }
    words.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return words;
}

/**
 * What kinds of lines there are: the indentation, the directive or that it is an address, and how many words come
 * before a condition. How many tests a condition needs depends on the text: whether it is that of another test, too.
 */
function shape(text: string): string[] {
  const kinds = text.split(/[\n\r]/).map((line) => {
    const [first = "", ...words] = wordsOf(line) ?? ["a quote that stays open"];
    const indentation = line.search(/\S/);
    const until = words.indexOf("if");
    const count = first === "acl" ? "any" : String(until < 0 ? words.length : until);
    return `${indentation} ${isIP(first.split("/")[0] as string) === 0 ? first : "address"} ${count}`;
  });
  return [...new Set(kinds)].sort();
}

function shapes(...changes: readonly (readonly [string, unknown])[]): string[][] {
  return sampleBundles(...changes).flatMap((bundle) => configurations.map((path) => shape(file(bundle, path).content)));
}

/** Where a backend or a node is called by its name. */
const references = /\.(backend|defaultBackend)$|\.backends[.[]|\.preferredNode$/;

/** A new name has to be used where the old one was. */
function renamed(path: string, value: string): (readonly [string, unknown])[] {
  const old = /^(backends|platform\.nodes)\[\d+\]\.name$/.test(path) && all.find((one) => one.path === path)?.text;
  const users = all.filter((one) => references.test(one.path) && one.text === old);
  return [path, ...users.map((one) => one.path)].map((place) => [place, value]);
}

describe("strings that validation accepts", () => {
  const expected = shapes();

  for (const { path, text } of texts) {
    it(`keep the rendered files in shape: ${path}`, () => {
      let accepted = 0;
      fc.assert(
        fc.property(nearly(text), (value) => {
          const changes = renamed(path, value);
          if (problemsOf(changed(...changes)).length === 0) {
            accepted++;
            assert.deepEqual(shapes(...changes), expected);
          }
        }),
        { numRuns: 15, examples: [[text]] },
      );
      assert.ok(accepted > 0);
    });
  }
});

/** Names that users choose: those of tables, by where the table stands. */
const tables = [
  ...["request.set", "request.add", "response.set", "response.add"].flatMap((which) => [
    `frontends[0].headers.${which}`,
    `backends[0].headers.${which}`,
  ]),
  "frontends[0].routes[4].respond.headers",
  "frontends[0].routeTables[0].backends",
  "frontends[0].routeTables[1].backends",
  "frontends[0].access.basicAuth.users",
  "haproxy.monitoring.basicAuth.users",
  "haproxy.errorPages",
];

describe("names in tables that validation accepts", () => {
  const expected = shapes();
  const linesOfMaps = (value: (readonly [string, unknown])[]) =>
    [1, 2].map((number) => file(sampleBundles(...value)[0], `haproxy/maps/web-${number}.map`).content);

  for (const path of tables) {
    const [[name = "", item] = []] = Object.entries(at(path));
    it(`keep the rendered files in shape: ${path}`, () => {
      let accepted = 0;
      fc.assert(
        fc.property(nearly(name), (text) => {
          const changes = [[path, Object.fromEntries([[text, item]])]] as const;
          if (problemsOf(changed(...changes)).length === 0) {
            accepted++;
            assert.deepEqual(shapes(...changes), expected);
            for (const map of linesOfMaps([...changes])) assert.match(map, /^[!-~]+ app\n$/);
          }
        }),
        { numRuns: 40, examples: [[name]] },
      );
      assert.ok(accepted > 0);
    });
  }

  function at(path: string): Record<string, unknown> {
    const inTable = placesIn(sampleArgs()).find((place) => place.path === path);
    return inTable?.value as Record<string, unknown>;
  }
});

describe("raw lines that validation accepts", () => {
  for (const path of [
    "frontends[0].raw[0]",
    "backends[0].raw[0]",
    "haproxy.raw.global[0]",
    "haproxy.raw.defaults[0]",
  ]) {
    it(`stay one line of their section: ${path}`, () => {
      const sections = (text: string) => text.split(/[\n\r]/).filter((line) => /^\S/.test(line));
      const of = (value: string) => file(sampleBundles([path, value])[0], "haproxy.cfg").content;
      const [expected, lines] = [sections(of("option abortonclose")), of("option abortonclose").split("\n").length];
      fc.assert(
        fc.property(nearly("frontend x"), (value) => {
          if (problemsOf(changed([path, value])).length === 0) {
            const text = of(value);
            assert.deepEqual(sections(text), expected);
            assert.equal(text.split(/[\n\r]/).length, lines);
            assert.doesNotMatch(text, /^ +(frontend\s|"|'|\\)/m);
          }
        }),
        { numRuns: 60, examples: [["option forwardfor"], ['fr"ontend" x'], ["frontend x"], [".if true"], ["a \\"]] },
      );
    });
  }
});

describe("lists that validation accepts", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/).filter((text) => !text.startsWith("ha-lb"));
  const server = fc.record(
    {
      address: fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain()),
      port: fc.integer({ min: 1, max: 65535 }),
      weight: fc.integer({ min: 0, max: 256 }),
      backup: fc.boolean(),
    },
    { requiredKeys: ["address", "port"] },
  );
  const backend = fc.record(
    {
      name,
      servers: fc.array(server, { minLength: 1, maxLength: 4 }),
      healthCheck: fc.record({ path: fc.constant("/up"), expectStatus: fc.integer({ min: 100, max: 599 }) }),
    },
    { requiredKeys: ["name", "servers"] },
  );

  it("give every item its lines, and nothing else any", () => {
    fc.assert(
      fc.property(fc.uniqueArray(backend, { minLength: 1, maxLength: 5, selector: (one) => one.name }), (backends) => {
        const frontends = backends.map((one, index) => ({ name: one.name, port: index + 1, defaultBackend: one.name }));
        const changes = [
          ["frontends", frontends],
          ["backends", backends],
          ["haproxy", removed],
        ] as const;
        assert.deepEqual(problemsOf(changed(...changes)), []);
        const text = file(sampleBundles(...changes)[0], "haproxy.cfg").content;
        const count = (directive: string) => text.match(new RegExp(`^ *${directive} `, "gm"))?.length ?? 0;
        assert.equal(count("frontend"), 1 + frontends.length);
        assert.equal(count("bind"), 1 + 2 * frontends.length);
        assert.equal(count("backend"), backends.length);
        assert.equal(count("server"), backends.flatMap((one) => one.servers).length);
        assert.equal(count("http-check expect"), backends.filter((one) => one.healthCheck).length);
      }),
      { numRuns: 100 },
    );
  });
});
