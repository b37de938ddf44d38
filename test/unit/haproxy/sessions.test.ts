// What keeps a client on its server, and what is refused in it.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "want something that a client is known by",
    [["backends[0].persistence", {}]],
    [
      "backends[0].persistence: says nothing of what to do. Give exactly one of cookie, applicationCookie, header, source.",
    ],
  ],
  [
    "want one thing that a client is known by",
    [["backends[0].persistence", { cookie: {}, source: true }]],
    ["backends[0].persistence: has cookie and source. Give exactly one of cookie, applicationCookie, header, source."],
  ],
  [
    "refuse a cookie that browsers refuse",
    [["backends[0].persistence", { cookie: { secure: false, sameSite: "None" } }]],
    [
      'backends[0].persistence.cookie.secure: false does not go with sameSite "None": browsers refuse such a cookie. Use true, or another sameSite.',
    ],
  ],
  [
    "refuse a cookie with a name, a sameSite or a domain that is none",
    [["backends[0].persistence", { cookie: { name: "a b", sameSite: "lax", domain: "*.example.com" } }]],
    [
      'backends[0].persistence.cookie.name: "a b" is not the name of a cookie. Use letters, digits, "_", "." and "-", 64 at most.',
      'backends[0].persistence.cookie.sameSite: "lax" is not known. Did you mean "Lax"? Use one of: Strict, Lax, None.',
      'backends[0].persistence.cookie.domain: "*.example.com" is not a DNS name. Use one such as "app.example.com".',
    ],
  ],
  [
    "refuse the name of an application's cookie that would break the line",
    [["backends[0].persistence", { applicationCookie: "a;b" }]],
    [
      'backends[0].persistence.applicationCookie: "a;b" is not the name of a cookie. Use letters, digits, "_", "." and "-", 64 at most.',
    ],
  ],
  [
    "refuse the name of a header that is none",
    [["backends[0].persistence", { header: "X Key" }]],
    [
      'backends[0].persistence.header: "X Key" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
    ],
  ],
  [
    "refuse a source that is not looked at",
    [["backends[0].persistence", { source: false }]],
    ["backends[0].persistence.source: false does nothing. Use true, or leave it out."],
  ],
  [
    "refuse tables out of range",
    [["backends[0].persistence", { source: true, expireSeconds: 0, tableSize: 10 }]],
    [
      "backends[0].persistence.expireSeconds: 0 is out of range. Use a whole number from 1 to 2592000.",
      "backends[0].persistence.tableSize: 10 is out of range. Use a whole number from 100 to 50000000.",
    ],
  ],
  [
    "refuse a cookie without servers",
    [
      ["backends[0].persistence", { cookie: {} }],
      ["backends[0].servers", []],
    ],
    ["backends[0].servers: is empty. List servers, each with an address and a port."],
  ],
  [
    "refuse a cookie without servers and without discovery",
    [
      ["backends[0].persistence", { cookie: {} }],
      ["backends[0].servers", removed],
    ],
    ["backends[0].servers: is empty. List servers, or give `discovery` to find them by DNS."],
  ],
  [
    "refuse a cookie where no requests are seen",
    [["backends[1].persistence", { cookie: {} }]],
    [
      'backends[1].persistence.cookie: needs mode "http", and that of backends[1] is "tcp". Remove it or change the mode.',
    ],
  ],
  [
    "refuse a header where no requests are seen",
    [["backends[1].persistence", { header: "X-User" }]],
    [
      'backends[1].persistence.header: needs mode "http", and that of backends[1] is "tcp". Remove it or change the mode.',
    ],
  ],
  [
    "refuse an application's cookie where no requests are seen",
    [["backends[1].persistence", { applicationCookie: "JSESSIONID" }]],
    [
      'backends[1].persistence.applicationCookie: needs mode "http", and that of backends[1] is "tcp". Remove it or change the mode.',
    ],
  ],
];

describe("rules of persistence", () => {
  refusals(cases);
});
