// Conditions, what becomes of requests, and tables: what is refused in them.
import assert from "node:assert/strict";
import { changed, messagesOf, removed, sampleArgs } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const nested = (depth: number): object => (depth === 0 ? { paths: ["/"] } : { not: nested(depth - 1) });

const cases: readonly Case[] = [
  [
    "want a route to lead somewhere",
    [["frontends[0].routes[0].backend", removed]],
    [
      "frontends[0].routes[0]: says nothing of what to do. Give exactly one of backend, redirect, respond.",
      "frontends[0].routes[0].rewrite: has no effect without backend. Remove one, or give the other.",
    ],
  ],
  [
    "want it to lead to one place",
    [["frontends[0].routes[1].backend", "app"]],
    ["frontends[0].routes[1]: has backend and redirect. Give exactly one of backend, redirect, respond."],
  ],
  [
    "suggest the backend that was meant",
    [["frontends[0].routes[0].backend", "ap"]],
    [
      'frontends[0].routes[0].backend: "ap" is not a backend. Did you mean "app"? Backends: app, db, found, session, tenant, near.',
    ],
  ],
  [
    "want a redirect to lead somewhere",
    [["frontends[0].routes[1].redirect", {}]],
    ["frontends[0].routes[1].redirect: says nothing of what to do. Give exactly one of location, prefix, scheme."],
  ],
  [
    "want a redirect to lead to one place",
    [["frontends[0].routes[1].redirect", { location: "https://example.com/", scheme: "http" }]],
    ["frontends[0].routes[1].redirect: has location and scheme. Give exactly one of location, prefix, scheme."],
  ],
  [
    "refuse a redirect with a line break, or with a status of something else",
    [["frontends[0].routes[1].redirect", { location: "/a\nb", status: 200 }]],
    [
      'frontends[0].routes[1].redirect.location: "/a\\nb" is not usable text. Use 1 to 2048 characters without line breaks and other control characters.',
      "frontends[0].routes[1].redirect.status: 200 does not redirect. Use 301, 302, 303, 307 or 308.",
    ],
  ],
  [
    "know the schemes",
    [["frontends[0].routes[1].redirect", { scheme: "ftp" }]],
    ['frontends[0].routes[1].redirect.scheme: "ftp" is not known. Did you mean "http"? Use one of: http, https.'],
  ],
  [
    "refuse answers out of range",
    [
      [
        "frontends[0].routes[4].respond",
        { status: 199, contentType: "", body: "x".repeat(8193), headers: { "X Y": "z" } },
      ],
    ],
    [
      "frontends[0].routes[4].respond.status: 199 is out of range. Use a whole number from 200 to 599.",
      'frontends[0].routes[4].respond.contentType: "" is not usable text. Use 1 to 128 characters without line breaks and other control characters.',
      'frontends[0].routes[4].respond.body: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx... is not usable text. Use 0 to 8192 bytes without control characters other than line breaks and tabs.',
      'frontends[0].routes[4].respond.headers["X Y"]: "X Y" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
    ],
  ],
  [
    "refuse a body in an answer that has none",
    [["frontends[0].routes[4].respond.status", 204]],
    ["frontends[0].routes[4].respond.body: cannot be in an answer with status 204. Remove it or change the status."],
  ],
  [
    "want a rewrite to change something",
    [["frontends[0].routes[0].rewrite", {}]],
    ["frontends[0].routes[0].rewrite: is empty. Give stripPrefix, addPrefix or both."],
  ],
  [
    "refuse prefixes that are no paths",
    [["frontends[0].routes[0].rewrite", { stripPrefix: "api", addPrefix: "/a?b" }]],
    [
      'frontends[0].routes[0].rewrite.stripPrefix: "api" is not a path. Begin with "/", percent-encode spaces and special characters, and leave the query out.',
      'frontends[0].routes[0].rewrite.addPrefix: "/a?b" is not a path. Begin with "/", percent-encode spaces and special characters, and leave the query out.',
    ],
  ],
  [
    "refuse a rewrite for no backend",
    [["frontends[0].routes[1].rewrite", { stripPrefix: "/a" }]],
    ["frontends[0].routes[1].rewrite: has no effect without backend. Remove one, or give the other."],
  ],
  [
    "want a condition to say something",
    [["frontends[0].routes[1].match", {}]],
    ["frontends[0].routes[1].match: is empty. Say what a request has to be like, or leave it out."],
  ],
  [
    "refuse conditions that nothing could fulfil",
    [
      [
        "frontends[0].routes[1].match",
        {
          hosts: ["*", "example.com:80"],
          paths: ["a"],
          pathPrefixes: ["/a b"],
          pathRegexes: ["("],
          methods: ["get"],
          headers: [{ name: "X Y" }],
          query: [{}],
          cookies: [],
          sourceNetworks: ["10.0.0.0/40"],
          serverNames: ["a..b"],
          host: "x",
        },
      ],
    ],
    [
      'frontends[0].routes[1].match.host: is not a property. Did you mean "hosts"? There are: hosts, paths, pathPrefixes, pathRegexes, methods, headers, query, cookies, sourceNetworks, serverNames, all, any, not.',
      'frontends[0].routes[1].match.hosts[0]: "*" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
      'frontends[0].routes[1].match.hosts[1]: "example.com:80" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
      'frontends[0].routes[1].match.paths[0]: "a" is not a path. Begin with "/", percent-encode spaces and special characters, and leave the query out.',
      'frontends[0].routes[1].match.pathPrefixes[0]: "/a b" is not a path. Begin with "/", percent-encode spaces and special characters, and leave the query out.',
      'frontends[0].routes[1].match.pathRegexes[0]: "(" is not a regular expression. Use 1 to 1024 characters that PCRE2 accepts.',
      'frontends[0].routes[1].match.methods[0]: "get" is not a method. Use one in capitals, such as "GET".',
      'frontends[0].routes[1].match.headers[0].name: "X Y" is not a usable name. Use letters, digits, "_", "." and "-", 64 at most.',
      'frontends[0].routes[1].match.query[0].name: is missing. Use letters, digits, "_", "." and "-", 64 at most.',
      "frontends[0].routes[1].match.cookies: is empty. List at least one, or leave it out.",
      'frontends[0].routes[1].match.sourceNetworks[0]: "10.0.0.0/40" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
      'frontends[0].routes[1].match.serverNames[0]: "a..b" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
    ],
  ],
  [
    "refuse conditions that nobody could read",
    [["frontends[0].routes[1].match", nested(10)]],
    ["frontends[0].routes[1].match.not.not.not.not.not.not.not.not.not: is nested more than 8 deep. Write it flatter."],
  ],
  [
    "refuse conditions with too many alternatives",
    [
      [
        "frontends[0].routes[1].match",
        { all: Array.from({ length: 7 }, (_, index) => ({ any: [{ paths: [`/${index}`] }, { methods: ["GET"] }] })) },
      ],
    ],
    [
      "frontends[0].routes[1].match: comes to 128 alternatives of up to 7 tests; the limits are 64 and 48. Split it into several routes, or use routeTables.",
    ],
  ],
  [
    "refuse conditions that are too long for a line",
    [["frontends[0].routes[1].match", { headers: Array.from({ length: 49 }, (_, index) => ({ name: `X-${index}` })) }]],
    [
      "frontends[0].routes[1].match: comes to 1 alternatives of up to 49 tests; the limits are 64 and 48. Split it into several routes, or use routeTables.",
    ],
  ],
  [
    "refuse entries of a table that could not be looked up, or lead nowhere",
    [["frontends[0].routeTables[0].backends", { "a.example.com": "ap", "b.example.com": "a b", "c d": "app" }]],
    [
      'frontends[0].routeTables[0].backends["b.example.com"]: "a b" is not a usable name. Use a letter, then letters, digits, "-" or "_", 63 at most; names that begin with "ha-lb" are reserved.',
      'frontends[0].routeTables[0].backends["c d"]: "c d" cannot be looked up. Use a host such as "example.com" or a path such as "/api".',
      'frontends[0].routeTables[0].backends["a.example.com"]: "ap" is not a backend. Did you mean "app"? Backends: app, db, found, session, tenant, near.',
    ],
  ],
  [
    "know what a table looks up",
    [["frontends[0].routeTables[0].by", "hosts"]],
    ['frontends[0].routeTables[0].by: "hosts" is not known. Did you mean "host"? Use one of: host, path, pathPrefix.'],
  ],
  [
    "want a table to have entries",
    [["frontends[0].routeTables[0].backends", removed]],
    ["frontends[0].routeTables[0].backends: is missing. Use names with values."],
  ],
  [
    "refuse more headers than fit in a line",
    [
      [
        "frontends[0].routes[4].respond.headers",
        Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`X-${index}`, "1"])),
      ],
    ],
    [
      "frontends[0].routes[4].respond.headers: has 17 headers, and an answer of HAProxy's own can have 16. Set the others in headers.response of the frontend.",
    ],
  ],
];

describe("rules of routes", () => {
  refusals(cases);

  it("list the first backends of many, and say when there is none", () => {
    const { frontends, backends } = sampleArgs();
    const many = Array.from({ length: 21 }, (_, index) => ({ ...backends[0], name: `b${index}` }));
    const wrong = { ...sampleArgs(), frontends: [{ ...frontends[1], defaultBackend: "warehouse" }] };
    const where = 'frontends[0].defaultBackend: "warehouse" is not a backend.';
    const listed = many.slice(0, 20).map(({ name }) => name);
    assert.deepEqual(messagesOf({ ...wrong, backends: many }), [`${where} Backends: ${listed.join(", ")}, …`]);
    assert.deepEqual(messagesOf({ ...wrong, backends: [] }), [
      "backends: is empty. Add a backend: a name and its servers.",
      `${where} There is no backend yet.`,
    ]);
  });

  it("stop comparing names when there are more than anybody mistypes", () => {
    // "ap10" to "apd7": two edits away from "app", all of them.
    const names = Array.from({ length: 200 }, (_, index) => `ap${(16 + index).toString(16)}`);
    const wrong = Object.fromEntries(names.map((name) => [`${name}.example.com`, name]));
    const messages = messagesOf(changed(["frontends[0].routeTables[0].backends", wrong]));
    assert.equal(messages.length, 200);
    assert.match(
      messages[0] ?? "",
      /"ap10" is not a backend\. Did you mean "app"\? Backends: app, db, found, session, tenant, near\.$/,
    );
    assert.match(messages[199] ?? "", /"apd7" is not a backend\. Backends: app, db, found, session, tenant, near\.$/);
  });
});
