// Where frontends listen: two on one address and port are refused, whichever way they say so.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { changed, messagesOf } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "refuse one address that all addresses have, too",
    [
      ["frontends[1].port", 80],
      ["frontends[1].addresses", ["198.51.100.10"]],
    ],
    ['frontends[1].port: 80 is already used by frontends[0] ("web"). Give one of them another port.'],
  ],
  [
    "refuse all addresses where one is taken",
    [["frontends[1].port", 80]],
    [
      'frontends[1].port: 80 is already used by frontends[0] ("web"). Give one of them another port.',
      'frontends[4].port: 80 is already used by frontends[1] ("tls"). Give one of them another port.',
    ],
  ],
  [
    "name the first that has the port",
    [
      ["frontends[0].port", 443],
      ["frontends[2].port", 443],
    ],
    [
      'frontends[1].port: 443 is already used by frontends[0] ("web"). Give one of them another port.',
      'frontends[2].port: 443 is already used by frontends[0] ("web"). Give one of them another port.',
    ],
  ],
  [
    "name the first, whichever address it has in common",
    [
      ["frontends[1].port", 80],
      ["frontends[1].addresses", ["198.51.100.11"]],
      ["frontends[2].port", 80],
      ["frontends[2].addresses", ["198.51.100.11", "198.51.100.10"]],
    ],
    ['frontends[2].port: 80 is already used by frontends[0] ("web"). Give one of them another port.'],
  ],
  [
    "refuse what is no address",
    [
      ["frontends[0].addresses", ["here"]],
      ["frontends[0].acceptProxyProtocolFrom", []],
    ],
    [
      'frontends[0].addresses[0]: "here" is not an IP address. Use one such as "10.0.0.11" or "2001:db8::11".',
      "frontends[0].acceptProxyProtocolFrom: is empty. List at least one, or leave it out.",
    ],
  ],
  [
    "want an address where addresses are listed",
    [["frontends[0].addresses", []]],
    ["frontends[0].addresses: is empty. List at least one, or leave it out."],
  ],
  [
    "refuse limits of a frontend out of range",
    [
      ["frontends[0].maxConnections", 0],
      ["frontends[0].timeouts.clientSeconds", 0],
    ],
    [
      "frontends[0].maxConnections: 0 is out of range. Use a whole number from 1 to 10000000.",
      "frontends[0].timeouts.clientSeconds: 0 is out of range. Use seconds from 0.001 to 86400, in steps of 0.001.",
    ],
  ],
];

describe("rules of ports and addresses", () => {
  refusals(cases);

  it("take one port on addresses of their own", () => {
    assert.deepEqual(messagesOf(changed(["frontends[1].port", 80], ["frontends[1].addresses", ["198.51.100.11"]])), []);
  });

  it("let addresses that are not known yet differ", () => {
    const later = pulumi.output(Promise.resolve(["198.51.100.11"]));
    assert.deepEqual(messagesOf(changed(["frontends[1].port", 80], ["frontends[1].addresses", later])), []);
  });
});
