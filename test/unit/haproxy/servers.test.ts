// Where servers come from and how one is picked: what is refused in it.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "want servers or discovery",
    [["backends[0].servers", removed]],
    ["backends[0].servers: is empty. List servers, or give `discovery` to find them by DNS."],
  ],
  [
    "refuse servers together with discovery",
    [["backends[0].discovery", { dns: "app.internal", port: 80, slots: 10 }]],
    ["backends[0]: has servers and discovery. Give exactly one of servers, discovery."],
  ],
  [
    "refuse discovery by what is no name, and out of range",
    [
      ["backends[0].servers", removed],
      [
        "backends[0].discovery",
        { dns: "10.0.0.1", port: 0, slots: 0, resolvers: ["ns1", "10.0.0.2:99999"], holdSeconds: 0 },
      ],
    ],
    [
      'backends[0].discovery.dns: "10.0.0.1" is not a DNS name. Use one such as "app.example.com".',
      "backends[0].discovery.port: 0 is not a port. Use a whole number from 1 to 65535.",
      "backends[0].discovery.slots: 0 is out of range. Use a whole number from 1 to 1000.",
      'backends[0].discovery.resolvers[0]: "ns1" is not a name server. Use an address such as "10.0.0.2", "10.0.0.2:53" or "[2001:db8::2]:53".',
      'backends[0].discovery.resolvers[1]: "10.0.0.2:99999" is not a name server. Use an address such as "10.0.0.2", "10.0.0.2:53" or "[2001:db8::2]:53".',
      "backends[0].discovery.holdSeconds: 0 is out of range. Use seconds from 0.1 to 3600, in steps of 0.001.",
    ],
  ],
  [
    "want what discovery needs",
    [
      ["backends[0].servers", removed],
      ["backends[0].discovery", { resolvers: [] }],
    ],
    [
      'backends[0].discovery.dns: is missing. Use one such as "app.example.com".',
      "backends[0].discovery.port: is missing. Use a whole number from 1 to 65535.",
      "backends[0].discovery.slots: is missing. Use a whole number from 1 to 1000.",
      "backends[0].discovery.resolvers: is empty. List at least one, or leave it out.",
    ],
  ],
  [
    "want the header that hdr looks at",
    [["backends[0].balance", "hdr"]],
    ['backends[0].balanceKey: is missing. Name the header that "hdr" looks at.'],
  ],
  [
    "want the parameter that url_param looks at",
    [["backends[0].balance", "url_param"]],
    ['backends[0].balanceKey: is missing. Name the query parameter that "url_param" looks at.'],
  ],
  [
    "refuse a balanceKey that nothing looks at",
    [["backends[0].balanceKey", "user"]],
    ['backends[0].balanceKey: is only used by "url_param" and "hdr", and balance is "leastconn". Remove it.'],
  ],
  [
    "refuse a hashType where nothing is hashed",
    [["backends[0].hashType", "consistent"]],
    [
      'backends[0].hashType: is only used by "source", "uri", "url_param", "hdr", "rdp-cookie", and balance is "leastconn". Remove it.',
    ],
  ],
  [
    "know the types of hashes",
    [["backends[1].hashType", "ring"]],
    ['backends[1].hashType: "ring" is not known. Use one of: map-based, consistent.'],
  ],
  [
    "refuse an address with a port in it",
    [["backends[0].servers[0].address", "10.0.0.1:80"]],
    [
      'backends[0].servers[0].address: "10.0.0.1:80" is neither an IP address nor a DNS name. Use one such as "10.0.0.11" or "app.example.com".',
    ],
  ],
  [
    "refuse limits of a server out of range",
    [["backends[0].servers[0].maxConnections", 0]],
    ["backends[0].servers[0].maxConnections: 0 is out of range. Use a whole number from 1 to 1000000."],
  ],
  [
    "refuse settings of connections out of range",
    [
      ["backends[0].connectionReuse", "allways"],
      ["backends[0].sendProxyProtocol", "v3"],
      ["backends[0].retries", 21],
      ["backends[0].redispatch", "yes"],
      ["backends[0].slowStartSeconds", 0],
      ["backends[0].http2", 1],
    ],
    [
      "backends[0].slowStartSeconds: 0 is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.",
      "backends[0].retries: 21 is out of range. Use a whole number from 0 to 20.",
      'backends[0].redispatch: "yes" is not a boolean. Use true or false.',
      "backends[0].http2: 1 is not a boolean. Use true or false.",
      'backends[0].sendProxyProtocol: "v3" is not known. Did you mean "v1"? Use one of: v1, v2.',
      'backends[0].connectionReuse: "allways" is not known. Did you mean "always"? Use one of: never, safe, aggressive, always.',
    ],
  ],
  [
    "refuse time-outs out of range, and those that there are not",
    [
      [
        "backends[0].timeouts",
        { connectSeconds: 0, serverSeconds: 86_401, queueSeconds: "1", tunnelSeconds: 1.0005, conectSeconds: 1 },
      ],
    ],
    [
      'backends[0].timeouts.conectSeconds: is not a property. Did you mean "connectSeconds"? There are: connectSeconds, serverSeconds, queueSeconds, tunnelSeconds.',
      "backends[0].timeouts.connectSeconds: 0 is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.",
      "backends[0].timeouts.serverSeconds: 86401 is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.",
      'backends[0].timeouts.queueSeconds: "1" is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.',
      "backends[0].timeouts.tunnelSeconds: 1.0005 is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.",
    ],
  ],
];

describe("rules of servers", () => {
  refusals(cases);
});
