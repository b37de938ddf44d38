import assert from "node:assert/strict";
import { changed, messagesOf, removed, signingKey } from "../sampleArgs";

type Case = readonly [behaviour: string, haproxy: unknown, expected: readonly string[]];

const source = { signingKey };
const branchFix = 'Use one such as "3.0"; 2.6 is the oldest.';
const armourFix =
  "Give what the owner of the repository publishes; `gpg --no-default-keyring --keyring ./FILE --armor --export` turns a binary file into text.";
const urlFix =
  'Use one such as "https://packages.example.com/haproxy" without a name, password, query or fragment in it; nodes know {codename}, {distribution}, {architecture}, and {key} is enterpriseKey.';
const editionFix = "Give edition, one of: community, enterprise. Or leave it out.";
const noPlace = "has no place in the repository's address. Put {key} into source.url, or leave it out.";

const cases: readonly Case[] = [
  ["takes the distribution's, said or unsaid", {}, []],
  ["takes it by name", { edition: "distribution" }, []],
  ["takes a branch of the community", { edition: "community", version: "3.0", source }, []],
  ["takes a later branch", { edition: "community", version: "2.10", source }, []],
  ["takes Enterprise with a key", { edition: "enterprise", version: "3.0", source, enterpriseKey: "k".repeat(8) }, []],
  [
    "takes a mirror of Enterprise without a key",
    { edition: "enterprise", version: "3.0", source: { ...source, url: "http://mirror.example.com/{codename}" } },
    [],
  ],
  [
    "knows the editions",
    { edition: "comunity", version: "3.0", source },
    [
      'packages.haproxy.edition: "comunity" is not known. Did you mean "community"? Use one of: distribution, community, enterprise.',
    ],
  ],
  [
    "names everything that an edition lacks, at once",
    { edition: "enterprise" },
    [
      'packages.haproxy.version: is missing. Give a branch, such as "3.0".',
      "packages.haproxy.source: is missing. Give at least { signingKey }, the repository's public key.",
      "packages.haproxy.enterpriseKey: is missing. Give the key of your subscription, or source.url without {key}.",
    ],
  ],
  [
    "wants the edition with what only some have",
    { version: "3.0", source, enterpriseKey: "12345678" },
    ["version", "source", "enterpriseKey"].map(
      (key) => `packages.haproxy.${key}: has no meaning for the distribution's HAProxy. ${editionFix}`,
    ),
  ],
  [
    "wants a branch, not a release",
    { edition: "community", version: "3.0.11", source },
    [`packages.haproxy.version: "3.0.11" is not a branch that can be used. ${branchFix}`],
  ],
  [
    "wants text, because 2.10 is no number",
    { edition: "community", version: 3.2, source },
    [`packages.haproxy.version: 3.2 is not a branch that can be used. ${branchFix}`],
  ],
  [
    "wants a branch that knows the configuration's language",
    { edition: "community", version: "2.4", source },
    [`packages.haproxy.version: "2.4" is not a branch that can be used. ${branchFix}`],
  ],
  [
    "wants the key that the repository is signed with",
    { edition: "community", version: "3.0", source: {} },
    [`packages.haproxy.source.signingKey: is missing. ${armourFix}`],
  ],
  [
    "does not take a private key for a public one, nor show it",
    {
      edition: "community",
      version: "3.0",
      source: { signingKey: signingKey.replaceAll("PUBLIC", "PRIVATE") },
    },
    [`packages.haproxy.source.signingKey: is not a public key in ASCII armour (its text is not shown). ${armourFix}`],
  ],
  [
    "does not show an address: there may be a password in it",
    { edition: "community", version: "3.0", source: { ...source, url: "https://me:secret@example.com/" } },
    [`packages.haproxy.source.url: is not the address of a repository (its text is not shown). ${urlFix}`],
  ],
  [
    "wants apt to find it by http or https",
    { edition: "community", version: "3.0", source: { ...source, url: "file:///srv/mirror" } },
    [`packages.haproxy.source.url: is not the address of a repository (its text is not shown). ${urlFix}`],
  ],
  [
    "lets nodes make up no host",
    { edition: "community", version: "3.0", source: { ...source, url: "https://example.com/{nowhere}" } },
    [`packages.haproxy.source.url: is not the address of a repository (its text is not shown). ${urlFix}`],
  ],
  [
    "wants a host that is the same for all nodes: apt knows a repository by it",
    { edition: "community", version: "3.0", source: { ...source, url: "https://{codename}.example.com/" } },
    [`packages.haproxy.source.url: is not the address of a repository (its text is not shown). ${urlFix}`],
  ],
  [
    "wants a name with a password",
    { edition: "community", version: "3.0", source: { ...source, password: "sesame" } },
    ["packages.haproxy.source.user: is missing. Give both or neither."],
  ],
  [
    "wants a place for the key",
    { edition: "community", version: "3.0", source, enterpriseKey: "12345678" },
    [`packages.haproxy.enterpriseKey: ${noPlace}`],
  ],
  [
    "wants the key for its place",
    { edition: "community", version: "3.0", source: { ...source, url: "https://example.com/{key}" } },
    ["packages.haproxy.enterpriseKey: is missing. Give the key of your subscription, or source.url without {key}."],
  ],
  [
    "does not show a key that is none",
    { edition: "enterprise", version: "3.0", source, enterpriseKey: "my key" },
    [
      "packages.haproxy.enterpriseKey: is not a key of HAProxy Enterprise (its text is not shown). Give the letters and digits that your subscription names, as a secret.",
    ],
  ],
];

describe("the HAProxy that nodes install", () => {
  for (const [behaviour, haproxy, expected] of cases) {
    it(behaviour, () => {
      assert.deepEqual(messagesOf(changed(["packages.haproxy", haproxy])), expected);
    });
  }

  it("needs nothing to be said", () => {
    assert.deepEqual(messagesOf(changed(["packages", removed])), []);
  });
});
