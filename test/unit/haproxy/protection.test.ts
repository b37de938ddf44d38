// Who may come in and how often: what is refused in it, with the words that a user reads.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz";

const cases: readonly Case[] = [
  [
    "want a rate limit to say for how long",
    [["frontends[0].rateLimits[0].perSeconds", removed]],
    ["frontends[0].rateLimits[0].perSeconds: is missing. Use a whole number from 1 to 86400."],
  ],
  [
    "want a rate limit to count something",
    [["frontends[0].rateLimits[1].errors", removed]],
    ["frontends[0].rateLimits[1]: says nothing of what to do. Give exactly one of requests, connections, errors."],
  ],
  [
    "want a rate limit to count one thing",
    [["frontends[0].rateLimits[1].requests", 5]],
    ["frontends[0].rateLimits[1]: has requests and errors. Give exactly one of requests, connections, errors."],
  ],
  [
    "want the header that tells clients apart",
    [["frontends[0].rateLimits[0].name", removed]],
    ["frontends[0].rateLimits[0].name: is missing. Name the header that tells clients apart."],
  ],
  [
    "want the cookie that tells clients apart",
    [
      ["frontends[0].rateLimits[0].by", "cookie"],
      ["frontends[0].rateLimits[0].name", removed],
    ],
    ["frontends[0].rateLimits[0].name: is missing. Name the cookie that tells clients apart."],
  ],
  [
    "refuse a name that nothing looks at",
    [["frontends[0].rateLimits[0].by", removed]],
    [
      'frontends[0].rateLimits[0].name: has no effect when by is "source". Remove it, or say by which header or cookie.',
    ],
  ],
  [
    "know what clients are told apart by",
    [["frontends[0].rateLimits[0].by", "headers"]],
    [
      'frontends[0].rateLimits[0].by: "headers" is not known. Did you mean "header"? Use one of: source, header, cookie.',
    ],
  ],
  [
    "refuse to count connections by what only requests have",
    [["frontends[0].rateLimits[0]", { connections: 5, perSeconds: 10, by: "header", name: "X-Api-Key" }]],
    [
      'frontends[0].rateLimits[0].by: "header" is part of a request, and connections are counted before there is one. Use "source".',
    ],
  ],
  [
    "refuse more limits than HAProxy follows",
    [["frontends[0].rateLimits", [1, 2, 3].map((requests) => ({ requests, perSeconds: 1 }))]],
    ["frontends[0].rateLimits: has 3 limits, and a frontend can have 2. Keep the ones that matter most."],
  ],
  [
    "want a list of limits to have one",
    [["frontends[0].rateLimits", []]],
    ["frontends[0].rateLimits: is empty. List at least one, or leave it out."],
  ],
  [
    "refuse limits out of range",
    [
      ["frontends[0].rateLimits[0].requests", 0],
      ["frontends[0].rateLimits[0].burst", -1],
      ["frontends[0].rateLimits[0].perSeconds", 86_401],
      ["frontends[0].rateLimits[0].tableSize", 99],
      ["frontends[0].rateLimits[1].penaltySeconds", 0.5],
      ["frontends[0].rateLimits[1].action", "tarpit"],
    ],
    [
      "frontends[0].rateLimits[0].requests: 0 is out of range. Use a whole number from 1 to 10000000.",
      "frontends[0].rateLimits[0].perSeconds: 86401 is out of range. Use a whole number from 1 to 86400.",
      "frontends[0].rateLimits[0].burst: -1 is out of range. Use a whole number from 0 to 10000000.",
      "frontends[0].rateLimits[0].tableSize: 99 is out of range. Use a whole number from 100 to 50000000.",
      "frontends[0].rateLimits[1].penaltySeconds: 0.5 is out of range. Use a whole number from 1 to 86400.",
      'frontends[0].rateLimits[1].action: "tarpit" is not known. Use one of: reject, drop.',
    ],
  ],
  [
    "refuse a password in place of its hash, and do not show it",
    [["frontends[0].access.basicAuth.users.alice", "open sesame"]],
    [
      "frontends[0].access.basicAuth.users.alice: is not a password hash (its text is not shown). Make one with `openssl passwd -6`; it begins with $6$, $5$, $2b$ or $y$.",
    ],
  ],
  [
    "want somebody who may log in",
    [["frontends[0].access.basicAuth.users", {}]],
    ["frontends[0].access.basicAuth.users: is empty. Name at least one user, with a password hash."],
  ],
  [
    "want users of basicAuth at all",
    [["frontends[0].access.basicAuth.users", removed]],
    ["frontends[0].access.basicAuth.users: is empty. Name at least one user, with a password hash."],
  ],
  [
    "refuse names of users that would break the line",
    [["frontends[0].access.basicAuth.users", { "al ice": hash }]],
    [
      'frontends[0].access.basicAuth.users["al ice"]: "al ice" is not a user name. Use letters, digits, "_", ".", "@" and "-", 63 at most.',
    ],
  ],
  [
    "refuse a realm with a line break",
    [["frontends[0].access.basicAuth.realm", "a\nb"]],
    [
      'frontends[0].access.basicAuth.realm: "a\\nb" is not usable text. Use 1 to 128 characters without line breaks and other control characters.',
    ],
  ],
  [
    "refuse an empty list of networks, and what is no network",
    [
      ["frontends[0].access.allow", []],
      ["frontends[0].access.deny", ["10.0.0.0/33", "somewhere"]],
    ],
    [
      "frontends[0].access.allow: is empty. List at least one, or leave it out.",
      'frontends[0].access.deny[0]: "10.0.0.0/33" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
      'frontends[0].access.deny[1]: "somewhere" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
    ],
  ],
  [
    "refuse a size of bodies below nothing",
    [["frontends[0].access.maxBodyBytes", -1]],
    ["frontends[0].access.maxBodyBytes: -1 is out of range. Use a whole number from 0 to 1099511627776."],
  ],
  [
    "suggest the option that was meant",
    [["frontends[0].access.alow", ["10.0.0.0/8"]]],
    [
      'frontends[0].access.alow: is not a property. Did you mean "allow"? There are: allow, deny, basicAuth, maxBodyBytes.',
    ],
  ],
];

describe("rules of access and rate limits", () => {
  refusals(cases);
});
