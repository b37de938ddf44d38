// Limits, logs, monitoring, error pages and raw lines: what is refused in them.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "want an object",
    [["haproxy", "fast"]],
    ['haproxy: "fast" is not an object. Use one with the properties that the documentation lists.'],
  ],
  [
    "refuse limits out of range",
    [
      ["haproxy.maxConnections", 0],
      ["haproxy.threads", 65],
    ],
    [
      "haproxy.maxConnections: 0 is out of range. Use a whole number from 1 to 10000000.",
      "haproxy.threads: 65 is out of range. Use a whole number from 1 to 64.",
    ],
  ],
  [
    "know the formats of logs, and want the address of a log server",
    [
      ["haproxy.logging.format", "jsn"],
      ["haproxy.logging.server", "logs.example.com"],
    ],
    [
      'haproxy.logging.format: "jsn" is not known. Did you mean "json"? Use one of: standard, json.',
      'haproxy.logging.server: "logs.example.com" is not a syslog server. Use an address such as "10.0.0.2", "10.0.0.2:514" or "[2001:db8::2]:514".',
    ],
  ],
  [
    "refuse a log server with a port that is none",
    [["haproxy.logging.server", "10.0.0.5:70000"]],
    [
      'haproxy.logging.server: "10.0.0.5:70000" is not a syslog server. Use an address such as "10.0.0.2", "10.0.0.2:514" or "[2001:db8::2]:514".',
    ],
  ],
  [
    "refuse to show the statistics to everybody",
    [
      ["haproxy.monitoring.allow", removed],
      ["haproxy.monitoring.basicAuth", removed],
    ],
    ["haproxy.monitoring.addresses: would show the statistics to whoever reaches them. Give allow or basicAuth, too."],
  ],
  [
    "refuse a frontend on the port of monitoring",
    [["frontends[0].port", 8404]],
    ["frontends[0].port: 8404 is haproxy.monitoring.port of the nodes, too. Give one of them another port."],
  ],
  [
    "refuse one port for monitoring and for the nodes' status, even when it is the default",
    [
      ["haproxy.monitoring.port", removed],
      ["failover.statusPort", 8404],
    ],
    ["haproxy.monitoring.port: 8404 is failover.statusPort of the nodes, too. Give one of them another port."],
  ],
  [
    "refuse an empty list of addresses, and what is no network",
    [
      ["haproxy.monitoring.allow", ["office"]],
      ["haproxy.monitoring.addresses", []],
    ],
    [
      "haproxy.monitoring.addresses: is empty. List at least one, or leave it out.",
      'haproxy.monitoring.allow[0]: "office" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
    ],
  ],
  [
    "know the answers that have a page, and want it to say something",
    [["haproxy.errorPages", { "418": "<h1>Teapot</h1>", "503": "" }]],
    [
      'haproxy.errorPages["418"]: "418" is no status of HAProxy\'s own answers. Use one of 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504.',
      'haproxy.errorPages["503"]: "" is not usable text. Use 1 to 8192 bytes without control characters other than line breaks and tabs.',
    ],
  ],
  [
    "want a page where there are error pages",
    [["haproxy.errorPages", {}]],
    ["haproxy.errorPages: is empty. Give at least one page, or leave it out."],
  ],
  [
    "refuse raw lines that leave their section",
    [
      ["haproxy.raw.global", ["frontend other"]],
      ["haproxy.raw.defaults", ["retries 1\nfrontend other", ".if true"]],
      ["frontends[0].raw", ["bind :81 \\"]],
      ["backends[0].raw", ["'backend' other"]],
    ],
    [
      'frontends[0].raw[0]: "bind :81 \\\\" is not a line for this section. Give one directive of HAProxy\'s, without a line break, that does not begin another section.',
      "backends[0].raw[0]: \"'backend' other\" is not a line for this section. Give one directive of HAProxy's, without a line break, that does not begin another section.",
      'haproxy.raw.global[0]: "frontend other" is not a line for this section. Give one directive of HAProxy\'s, without a line break, that does not begin another section.',
      'haproxy.raw.defaults[0]: "retries 1\\nfrontend other" is not a line for this section. Give one directive of HAProxy\'s, without a line break, that does not begin another section.',
      'haproxy.raw.defaults[1]: ".if true" is not a line for this section. Give one directive of HAProxy\'s, without a line break, that does not begin another section.',
    ],
  ],
];

describe("rules of HAProxy as a whole", () => {
  refusals(cases);
});
