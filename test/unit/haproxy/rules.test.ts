import assert from "node:assert/strict";
import { changed, messagesOf, removed, sampleArgs } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const nameFix =
  'Use a letter, then letters, digits, "-" or "_", 63 at most; names that begin with "ha-lb" are reserved.';
const portFix = "Use a whole number from 1 to 65535.";
const { frontends, backends } = sampleArgs();
const [web, app] = [frontends[0], backends[0]];

const cases: readonly Case[] = [
  [
    "wants a frontend",
    [["frontends", []]],
    ["frontends: is empty. Add a frontend: a name, a port and a defaultBackend."],
  ],
  [
    "wants frontends at all",
    [["frontends", removed]],
    ["frontends: is empty. Add a frontend: a name, a port and a defaultBackend."],
  ],
  [
    "wants a list of frontends",
    [["frontends", "web"]],
    ['frontends: "web" is not a list. Add a frontend: a name, a port and a defaultBackend.'],
  ],
  [
    "wants objects in a list",
    [["frontends[1]", "tls"]],
    ['frontends[1]: "tls" is not an object. Add a frontend: a name, a port and a defaultBackend.'],
  ],
  [
    "suggests the backend that was meant",
    [["frontends[0].defaultBackend", "ap"]],
    [
      'frontends[0].defaultBackend: "ap" is not a backend. Did you mean "app"? Backends: app, db, found, session, tenant, near.',
    ],
  ],
  [
    "suggests nothing far-fetched",
    [["frontends[1].defaultBackend", "warehouse"]],
    ['frontends[1].defaultBackend: "warehouse" is not a backend. Backends: app, db, found, session, tenant, near.'],
  ],
  [
    "wants a default backend",
    [["frontends[1].defaultBackend", removed]],
    ["frontends[1].defaultBackend: is missing. Name the backend that gets the traffic, or give routes."],
  ],
  [
    "wants both ends to read the traffic alike",
    [["frontends[1].mode", "http"]],
    ['frontends[1].mode: "http" cannot use backends[1], whose mode is "tcp". Give both the same mode.'],
  ],
  [
    "takes a left-out mode for http when it compares modes",
    [["backends[1].mode", removed]],
    ['frontends[1].mode: "tcp" cannot use backends[1], whose mode is "http". Give both the same mode.'],
  ],
  [
    "knows the modes",
    [
      ["frontends[0].mode", "https"],
      ["backends[0].mode", "https"],
    ],
    [
      'frontends[0].mode: "https" is not known. Did you mean "http"? Use one of: http, tcp.',
      'backends[0].mode: "https" is not known. Did you mean "http"? Use one of: http, tcp.',
    ],
  ],
  [
    "knows the balance algorithms",
    [["backends[0].balance", "leastcon"]],
    [
      'backends[0].balance: "leastcon" is not known. Did you mean "leastconn"? Use one of: roundrobin, static-rr, leastconn, first, source, uri, url_param, hdr, rdp-cookie, random.',
    ],
  ],
  [
    "refuses a port that is used twice",
    [["frontends[1].port", 80]],
    [
      'frontends[1].port: 80 is already used by frontends[0] ("web"). Give one of them another port.',
      'frontends[4].port: 80 is already used by frontends[1] ("tls"). Give one of them another port.',
    ],
  ],
  [
    "refuses the port of the nodes' status, even when it is the default",
    [
      ["frontends[1].port", 8405],
      ["failover.statusPort", removed],
    ],
    ["frontends[1].port: 8405 is failover.statusPort of the nodes, too. Give one of them another port."],
  ],
  [
    "refuses two frontends of one name",
    [["frontends[1].name", "web"]],
    ['frontends[1].name: "web" is already the name of frontends[0]. Names are unique within frontends.'],
  ],
  [
    "refuses two backends of one name",
    [["backends", [app, app]]],
    [
      'backends[1].name: "app" is already the name of backends[0]. Names are unique within backends.',
      'frontends[1].defaultBackend: "db" is not a backend. Backends: app, app.',
    ],
  ],
  [
    "refuses two servers of one name",
    [["backends[0].servers[1].name", "one"]],
    [
      'backends[0].servers[1].name: "one" is already the name of backends[0].servers[0]. Names are unique within backends[0].servers.',
    ],
  ],
  [
    "refuses a server name that another server gets by default",
    [
      ["backends[0].servers[0].name", "app-2"],
      ["backends[0].servers[1].name", removed],
    ],
    [
      'backends[0].servers[1].name: "app-2" is already the name of backends[0].servers[0]. Names are unique within backends[0].servers.',
    ],
  ],
  [
    "wants servers",
    [["backends[0].servers", []]],
    ["backends[0].servers: is empty. List servers, each with an address and a port."],
  ],
  [
    "wants an address and a port of a server",
    [["backends[1].servers", [{}]]],
    [
      'backends[1].servers[0].address: is missing. Use one such as "10.0.0.11" or "app.example.com".',
      `backends[1].servers[0].port: is missing. ${portFix}`,
    ],
  ],
  [
    "refuses an address that only looks like one",
    [["backends[0].servers[0].address", "10.0.0.256"]],
    [
      'backends[0].servers[0].address: "10.0.0.256" is neither an IP address nor a DNS name. Use one such as "10.0.0.11" or "app.example.com".',
    ],
  ],
  [
    "wants a health check to be an object",
    [["backends[0].healthCheck", "/healthz"]],
    ['backends[0].healthCheck: "/healthz" is not an object. Use one with the properties that the documentation lists.'],
  ],
  [
    "refuses settings of an HTTP check in another one",
    [["backends[0].healthCheck.type", "tcp"]],
    ["path", "method", "host", "expectStatus"].map(
      (key) =>
        `backends[0].healthCheck.${key}: is only used by checks of type "http", and this one is "tcp". Remove it or change the type.`,
    ),
  ],
  [
    "refuses values out of range in a health check",
    [
      ["backends[0].healthCheck.intervalSeconds", 0.05],
      ["backends[0].healthCheck.fall", 0],
      ["backends[0].healthCheck.rise", 101],
      ["backends[0].healthCheck.expectStatus", 99],
      ["backends[0].healthCheck.port", 65536],
    ],
    [
      "backends[0].healthCheck.expectStatus: 99 is out of range. Use a whole number from 100 to 599.",
      `backends[0].healthCheck.port: 65536 is not a port. ${portFix}`,
      "backends[0].healthCheck.intervalSeconds: 0.05 is out of range. Use seconds from 0.1 to 3600, in steps of 0.001.",
      "backends[0].healthCheck.fall: 0 is out of range. Use a whole number from 1 to 100.",
      "backends[0].healthCheck.rise: 101 is out of range. Use a whole number from 1 to 100.",
    ],
  ],
  [
    "refuses a weight out of range and a backup that is no boolean",
    [
      ["backends[0].servers[0].weight", 257],
      ["backends[0].servers[0].backup", "no"],
    ],
    [
      "backends[0].servers[0].weight: 257 is out of range. Use a whole number from 0 to 256.",
      'backends[0].servers[0].backup: "no" is not a boolean. Use true or false.',
    ],
  ],
];

describe("rules of frontends and backends", () => {
  it("find nothing wrong with good arguments", () => {
    assert.deepEqual(messagesOf(sampleArgs()), []);
  });

  refusals(cases);

  for (const port of [0, -1, 65536, 80.5, Number.NaN, "80", true]) {
    it(`refuse ${JSON.stringify(port)} as a port`, () => {
      const shown = typeof port === "number" ? String(port) : JSON.stringify(port);
      assert.deepEqual(messagesOf(changed(["frontends[0].port", port])), [
        `frontends[0].port: ${shown} is not a port. ${portFix}`,
      ]);
    });
  }

  for (const name of ["", "1st", "-web", "web app", "wéb", "ha-lb-ready", "w".repeat(64)]) {
    it(`refuse ${JSON.stringify(name)} as a name`, () => {
      const quoted = JSON.stringify(name);
      const shown = quoted.length > 60 ? `${quoted.slice(0, 57)}...` : quoted;
      assert.deepEqual(messagesOf(changed(["frontends[0].name", name])), [
        `frontends[0].name: ${shown} is not a usable name. ${nameFix}`,
      ]);
    });
  }

  it("let a left-out option be null, as JSON has it", () => {
    const nulls = { mode: null, name: "web", port: 80, defaultBackend: "app" };
    assert.deepEqual(messagesOf(changed(["frontends", [nulls]], ["backends[0].healthCheck", null])), []);
  });

  it("show the resource that was given in place of one of its outputs", () => {
    const wrong = Object.assign(Object.create({ constructor: class Server {} }), { __pulumiResource: true });
    wrong.itself = wrong;
    assert.deepEqual(messagesOf(changed(["backends[0].servers[0].address", wrong])), [
      'backends[0].servers[0].address: "the resource Server" is neither an IP address nor a DNS name. Use one such as "10.0.0.11" or "app.example.com".',
    ]);
  });

  it("compare nothing with what is not there", () => {
    assert.deepEqual(messagesOf(changed(["frontends", [web]], ["backends", [app]])), []);
  });
});
