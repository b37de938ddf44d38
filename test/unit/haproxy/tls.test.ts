// Settings of TLS beside the certificates themselves: what is refused in them.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "want a certificate",
    [["frontends[0].tls.certificates", []]],
    ["frontends[0].tls.certificates: is empty. Give PEM text with certificate and private key, or let `acme` get one."],
  ],
  [
    "want certificates at all",
    [["frontends[0].tls.certificates", removed]],
    ["frontends[0].tls.certificates: is empty. Give PEM text with certificate and private key, or let `acme` get one."],
  ],
  [
    "want certificates to be text",
    [["frontends[0].tls.certificates", [5, " "]]],
    [
      "frontends[0].tls.certificates[0]: is no text. Give the certificate, those of the authorities between, and the private key, all in PEM.",
      "frontends[0].tls.certificates[1]: is empty. Give the certificate, those of the authorities between, and the private key, all in PEM.",
    ],
  ],
  [
    "know profiles and protocols",
    [
      ["frontends[0].tls.profile", "old"],
      ["frontends[0].tls.alpn", ["h3"]],
      ["frontends[0].tls.strictServerName", "yes"],
    ],
    [
      'frontends[0].tls.profile: "old" is not known. Use one of: intermediate, modern.',
      'frontends[0].tls.alpn[0]: "h3" is not known. Did you mean "h2"? Use one of: h2, http/1.1.',
      'frontends[0].tls.strictServerName: "yes" is not a boolean. Use true or false.',
    ],
  ],
  [
    "want a protocol where protocols are listed",
    [["frontends[0].tls.alpn", []]],
    ["frontends[0].tls.alpn: is empty. List at least one, or leave it out."],
  ],
  [
    "refuse Strict-Transport-Security out of range",
    [["frontends[0].tls.hsts", { maxAgeSeconds: -1, includeSubDomains: 1, preload: true }]],
    [
      "frontends[0].tls.hsts.preload: is not a property. There are: maxAgeSeconds, includeSubDomains.",
      "frontends[0].tls.hsts.maxAgeSeconds: -1 is out of range. Use a whole number from 0 to 315360000.",
      "frontends[0].tls.hsts.includeSubDomains: 1 is not a boolean. Use true or false.",
    ],
  ],
  [
    "know what becomes of clients without a certificate",
    [["frontends[0].tls.clientCertificates.mode", "require"]],
    [
      'frontends[0].tls.clientCertificates.mode: "require" is not known. Did you mean "required"? Use one of: required, optional.',
    ],
  ],
  [
    "want the authorities of clients' certificates",
    [["frontends[0].tls.clientCertificates.authorities", removed]],
    ["frontends[0].tls.clientCertificates.authorities: is missing. Give those of the authorities, in PEM."],
  ],
  [
    "refuse half a verification of servers",
    [
      ["backends[0].tls.verify", false],
      ["backends[0].tls.serverName", "10.0.0.1"],
      ["backends[0].tls.authorities", ""],
    ],
    [
      "backends[0].tls.verify: false is not known. Use one of: required, none.",
      "backends[0].tls.authorities: is empty. Give those of the authorities, in PEM.",
      'backends[0].tls.serverName: "10.0.0.1" is not a DNS name. Use one such as "app.example.com".',
    ],
  ],
];

describe("rules of TLS", () => {
  refusals(cases);
});
