// How servers are found to be working, and what is refused in it.
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "know the types",
    [["backends[0].healthCheck.type", "https"]],
    [
      'backends[0].healthCheck.type: "https" is not known. Did you mean "http"? Use one of: http, tcp, ssl-hello, mysql, pgsql, redis, smtp, ldap, none.',
    ],
  ],
  [
    "refuse a user in a check by HTTP",
    [["backends[0].healthCheck.user", "bob"]],
    [
      'backends[0].healthCheck.user: is only used by checks of type "mysql", "pgsql", "smtp", and this one is "http". Remove it or change the type.',
    ],
  ],
  [
    "refuse a user where no type is given",
    [["backends[0].healthCheck", { user: "bob" }]],
    [
      'backends[0].healthCheck.user: is only used by checks of type "mysql", "pgsql", "smtp", and no type is given. Remove it or change the type.',
    ],
  ],
  [
    "refuse a path in a check of a database",
    [["backends[1].healthCheck.path", "/"]],
    [
      'backends[1].healthCheck.path: is only used by checks of type "http", and this one is "pgsql". Remove it or change the type.',
    ],
  ],
  [
    "refuse to expect two things",
    [["backends[0].healthCheck.expectBody", "ok"]],
    [
      "backends[0].healthCheck.expectBody: cannot be together with expectStatus: HAProxy expects one thing. Remove one of them.",
    ],
  ],
  [
    "refuse settings of a request that make none",
    [
      ["backends[0].healthCheck.path", "healthz"],
      ["backends[0].healthCheck.method", "get"],
      ["backends[0].healthCheck.host", "a b"],
      ["backends[0].healthCheck.tls", "yes"],
    ],
    [
      'backends[0].healthCheck.path: "healthz" is not a path. Begin with "/" and percent-encode spaces, quotes, # and other special characters.',
      'backends[0].healthCheck.method: "get" is not known. Use one of: GET, HEAD, OPTIONS, POST.',
      'backends[0].healthCheck.host: "a b" is neither an IP address nor a DNS name. Use one such as "10.0.0.11" or "app.example.com".',
      'backends[0].healthCheck.tls: "yes" is not a boolean. Use true or false.',
    ],
  ],
  [
    "refuse a user that would break the line",
    [["backends[1].healthCheck.user", "o'brien"]],
    ['backends[1].healthCheck.user: "o\'brien" is not a user name. Use letters, digits, "_", "." and "-", 63 at most.'],
  ],
  [
    "refuse to expect nothing at all",
    [["backends[0].healthCheck", { expectBody: "" }]],
    [
      'backends[0].healthCheck.expectBody: "" is not usable text. Use 1 to 1024 characters without line breaks and other control characters.',
    ],
  ],
  [
    "want the port of an agent",
    [["backends[0].agentCheck", { intervalSeconds: 0 }]],
    [
      "backends[0].agentCheck.port: is missing. Use a whole number from 1 to 65535.",
      "backends[0].agentCheck.intervalSeconds: 0 is out of range. Use seconds from 0.1 to 3600, in steps of 0.001.",
    ],
  ],
  [
    "know what a passive check observes",
    [["backends[0].passiveCheck", { observe: "answers", errorLimit: 0 }]],
    [
      'backends[0].passiveCheck.observe: "answers" is not known. Use one of: connections, responses.',
      "backends[0].passiveCheck.errorLimit: 0 is out of range. Use a whole number from 1 to 1000.",
    ],
  ],
  [
    "refuse to take servers out that nothing brings back",
    [["backends[0].healthCheck", { type: "none" }]],
    [
      'backends[0].passiveCheck: would take servers out for good: healthCheck.type is "none". Let a check bring them back.',
    ],
  ],
];

describe("rules of health checks", () => {
  refusals(cases);
});
