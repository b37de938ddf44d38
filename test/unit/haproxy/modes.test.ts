// What only http mode sees is not asked of tcp mode, and nobody is asked to balance UDP.
import { certificate } from "../../certificates";
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const hash = "$6$saltsalt$abcdefghijklmnopqrstuvwxyz";

const needHttp = (path: string, keys: readonly string[]) =>
  keys.map((key) => `${path}.${key}: needs mode "http", and that of ${path} is "tcp". Remove it or change the mode.`);

const cases: readonly Case[] = [
  [
    "say who balances UDP",
    [
      ["frontends[1].mode", "udp"],
      ["backends[1].mode", "UDP"],
    ],
    [
      'frontends[1].mode: "udp" is not for HAProxy, which balances TCP. For UDP use LVS (virtual_server in Keepalived) or several addresses in DNS; here use one of: http, tcp.',
      'backends[1].mode: "UDP" is not for HAProxy, which balances TCP. For UDP use LVS (virtual_server in Keepalived) or several addresses in DNS; here use one of: http, tcp.',
    ],
  ],
  [
    "say who balances QUIC",
    [["frontends[0].mode", "quic"]],
    [
      'frontends[0].mode: "quic" is not for HAProxy, which balances TCP. For UDP use LVS (virtual_server in Keepalived) or several addresses in DNS; here use one of: http, tcp.',
    ],
  ],
  [
    "refuse whatever needs requests in a frontend of mode tcp",
    [
      [
        "frontends[1]",
        {
          name: "tls",
          mode: "tcp",
          port: 443,
          defaultBackend: "db",
          routeTables: [],
          redirectToHttps: true,
          forwardedHeaders: "none",
          captureHeaders: {},
          requestIdHeader: "X-Id",
          headers: {},
          compression: {},
          timeouts: { clientSeconds: 1, httpRequestSeconds: 1, keepAliveSeconds: 1 },
          access: { allow: ["10.0.0.0/8"], basicAuth: { users: { alice: hash } }, maxBodyBytes: 1 },
          rateLimits: [
            { requests: 1, perSeconds: 1 },
            { errors: 1, perSeconds: 1 },
          ],
        },
      ],
    ],
    needHttp("frontends[1]", [
      "routeTables",
      "redirectToHttps",
      "forwardedHeaders",
      "captureHeaders",
      "requestIdHeader",
      "headers",
      "compression",
      "timeouts.httpRequestSeconds",
      "timeouts.keepAliveSeconds",
      "access.basicAuth",
      "access.maxBodyBytes",
      "rateLimits[0].requests",
      "rateLimits[1].errors",
    ]),
  ],
  [
    "refuse Strict-Transport-Security there",
    [["frontends[1].tls", { certificates: [certificate()], hsts: {} }]],
    needHttp("frontends[1]", ["tls.hsts"]),
  ],
  [
    "refuse conditions and actions of requests in its routes, however deep",
    [
      [
        "frontends[1].routes",
        [
          {
            match: {
              hosts: ["a.example"],
              any: [{ paths: ["/"] }, { serverNames: ["a.example"] }],
              not: { methods: ["GET"] },
            },
            backend: "db",
          },
          { redirect: { scheme: "https" } },
          { respond: {} },
          { backend: "db", rewrite: { addPrefix: "/a" } },
        ],
      ],
    ],
    needHttp("frontends[1]", [
      "routes[0].match.hosts",
      "routes[0].match.any[0].paths",
      "routes[0].match.not.methods",
      "routes[1].redirect",
      "routes[2].respond",
      "routes[3].rewrite",
    ]),
  ],
  [
    "refuse whatever needs requests in a backend of mode tcp",
    [
      [
        "backends[1]",
        {
          name: "db",
          mode: "tcp",
          balance: "uri",
          servers: [{ address: "10.0.0.1", port: 1 }],
          http2: true,
          connectionReuse: "safe",
          headers: {},
          cache: {},
          passiveCheck: { observe: "responses" },
        },
      ],
    ],
    needHttp("backends[1]", ["http2", "connectionReuse", "headers", "cache", "balance", "passiveCheck.observe"]),
  ],
  [
    "refuse names of TLS greetings where nobody hears them",
    [["frontends[0].tls", removed]],
    [
      'frontends[0].routes[0].match.serverNames: needs tls on frontends[0], or mode "tcp" to let TLS pass through. Use hosts, or add tls.',
    ],
  ],
  [
    "refuse a route to a backend that reads the traffic otherwise",
    [["frontends[0].routes[0].backend", "db"]],
    ['frontends[0].mode: "http" cannot use backends[1], whose mode is "tcp". Give both the same mode.'],
  ],
  [
    "refuse an entry of a table to such a backend",
    [["frontends[0].routeTables[0].backends", { "a.example.com": "db" }]],
    ['frontends[0].mode: "http" cannot use backends[1], whose mode is "tcp". Give both the same mode.'],
  ],
  [
    "refuse to send clients of TLS to TLS",
    [["frontends[0].redirectToHttps", true]],
    ["frontends[0].redirectToHttps: would lead clients of tls in a circle. Set it on the frontend without tls."],
  ],
];

describe("rules of modes", () => {
  refusals(cases);
});
