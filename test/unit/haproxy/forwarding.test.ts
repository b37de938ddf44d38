// The way out for programs: a proxy to everywhere, or one that does something else as well, is refused.
import { removed } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "want destinations",
    [["frontends[2].forwardProxy.destinations", []]],
    [
      "frontends[2].forwardProxy.destinations: is empty. List the hosts that may be asked for; a proxy to everywhere is not to be had.",
    ],
  ],
  [
    "want destinations at all",
    [["frontends[2].forwardProxy.destinations", removed]],
    [
      "frontends[2].forwardProxy.destinations: is empty. List the hosts that may be asked for; a proxy to everywhere is not to be had.",
    ],
  ],
  [
    "refuse destinations that are no hosts, or all of them",
    [["frontends[2].forwardProxy.destinations", ["*", "https://example.com", "example.com:80"]]],
    [
      'frontends[2].forwardProxy.destinations[0]: "*" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
      'frontends[2].forwardProxy.destinations[1]: "https://example.com" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
      'frontends[2].forwardProxy.destinations[2]: "example.com:80" is not a host. Use one such as "example.com", or "*.example.com" for all below it; without a port.',
    ],
  ],
  [
    "refuse ports and name servers that are none",
    [
      ["frontends[2].forwardProxy.ports", [0]],
      ["frontends[2].forwardProxy.resolvers", ["dns.example.com"]],
    ],
    [
      "frontends[2].forwardProxy.ports[0]: 0 is not a port. Use a whole number from 1 to 65535.",
      'frontends[2].forwardProxy.resolvers[0]: "dns.example.com" is not a name server. Use an address such as "10.0.0.2", "10.0.0.2:53" or "[2001:db8::2]:53".',
    ],
  ],
  [
    "refuse backends, routes and redirects beside it",
    [
      ["frontends[2].defaultBackend", "app"],
      ["frontends[2].routes", []],
      ["frontends[2].redirectToHttps", true],
    ],
    [
      "frontends[2].defaultBackend: cannot be together with forwardProxy. Give that a frontend of its own.",
      "frontends[2].routes: cannot be together with forwardProxy. Give that a frontend of its own.",
      "frontends[2].redirectToHttps: cannot be together with forwardProxy. Give that a frontend of its own.",
    ],
  ],
  [
    "refuse it where no requests are seen",
    [["frontends[2].mode", "tcp"]],
    ['frontends[2].forwardProxy: needs mode "http", and that of frontends[2] is "tcp". Remove it or change the mode.'],
  ],
];

describe("rules of a forward proxy", () => {
  refusals(cases);
});
