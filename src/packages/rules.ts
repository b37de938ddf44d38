// What the arguments about packages have to fulfil. Messages show neither keys nor passwords.
import * as checks from "../validation/checks";
import { isRecord, known, UNKNOWN } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem } from "../validation/problem";
import { filledList, shape } from "../validation/shape";
import {
  HaproxyEdition,
  type HaproxyPackageArgs,
  type PackageSourceArgs,
  type PackagesArgs,
  PackageUpgrade,
} from "./args";
import { KEY } from "./model";

export type Packages = Plain<PackagesArgs>;
export type HaproxyPackage = Plain<HaproxyPackageArgs>;
type PackageSource = Plain<PackageSourceArgs>;

const { check, isText, optional } = checks;

const PLACEHOLDERS = ["{codename}", "{distribution}", "{architecture}"];
const OLDEST = [2, 6] as const;

const version = check(
  (value) => isText(value) && /^\d\.\d{1,2}$/.test(value) && isSupported(value),
  "is not a branch that can be used.",
  'Use one such as "3.0"; 2.6 is the oldest.',
);

function isSupported(branch: string): boolean {
  const [major = 0, minor = 0] = branch.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The host is not the nodes' to make up: apt knows a repository by it. */
function isUrl(text: string): boolean {
  const [, host = "", path = ""] = /^https?:\/\/([^/]*)(\/.*)?$/.exec(text) ?? [];
  return /^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(host) && /^[A-Za-z0-9._~%+/-]*$/.test(filledIn(path)) && URL.canParse(text);
}

const suite = check(
  (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9._~+/-]{0,99}$/.test(filledIn(value)),
  "is not the name of a suite.",
  'Use one such as "bookworm" or "{codename}-backports-3.0".',
);

/** Placeholders count as the words that they stand for. */
function filledIn(text: string): string {
  return [...PLACEHOLDERS, KEY].reduce((rest, placeholder) => rest.replaceAll(placeholder, "x"), text);
}

const component = check(
  (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9._+/-]{0,99}$/.test(value),
  "is not the name of a component.",
  'Use one such as "main".',
);

/** @param what it has to be, in place of its text */
function unshown(isGood: (text: string) => boolean, what: string, fix: string): checks.Check {
  return (path, value) => {
    if (value === UNKNOWN || (isText(value) && isGood(value))) {
      return [];
    }
    return [
      problem(path, value === undefined ? `is missing. ${fix}` : `is not ${what} (its text is not shown). ${fix}`),
    ];
  };
}

const ARMOUR =
  /^-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n([!-9;-~]+: [ -~]*\r?\n)*\r?\n([A-Za-z0-9+/=]+\r?\n)+-----END PGP PUBLIC KEY BLOCK-----\s*$/;

const signingKey = unshown(
  (text) => text.length <= 100_000 && ARMOUR.test(text.trimStart()),
  "a public key in ASCII armour",
  "Give what the owner of the repository publishes; `gpg --no-default-keyring --keyring ./FILE --armor --export` turns a binary file into text.",
);

const url = unshown(
  isUrl,
  "the address of a repository",
  `Use one such as "https://packages.example.com/haproxy" without a name, password, query or fragment in it; nodes know ${PLACEHOLDERS.join(", ")}, and ${KEY} is enterpriseKey.`,
);

const enterpriseKey = unshown(
  (text) => /^[A-Za-z0-9_-]{8,200}$/.test(text),
  "a key of HAProxy Enterprise",
  "Give the letters and digits that your subscription names, as a secret.",
);

/** Words of auth.conf, which knows no quotes. */
const word = (what: string) =>
  unshown((text) => /^[!-~]{1,200}$/.test(text), what, "Use 1 to 200 letters, digits and signs without spaces.");

const sourceFields = shape<PackageSource>(
  {
    signingKey,
    url: optional(url),
    suite: optional(suite),
    components: optional(filledList(component, "List at least one, or leave it out.")),
    user: optional(word("a name")),
    password: optional(word("a password")),
  },
  "Give at least { signingKey }.",
);

const source: checks.Check = (path, value) => [
  ...sourceFields(path, value),
  ...(isRecord(value) && (value.user === undefined) !== (value.password === undefined)
    ? [problem(`${path}.${value.user === undefined ? "user" : "password"}`, "is missing. Give both or neither.")]
    : []),
];

const haproxyFields = shape<HaproxyPackage>({
  edition: optional(checks.oneOf(HaproxyEdition)),
  version: optional(version),
  source: optional(source),
  enterpriseKey: optional(enterpriseKey),
});

const haproxy: checks.Check = (path, value) => [
  ...haproxyFields(path, value),
  ...(isRecord(value) && value.edition !== UNKNOWN ? editionProblems(path, value) : []),
];

/** Each edition has properties of its own. */
function editionProblems(path: string, { edition = "distribution", ...given }: Record<string, unknown>): Problem[] {
  if (edition === "distribution") {
    return (["version", "source", "enterpriseKey"] as const)
      .filter((key) => given[key] !== undefined)
      .map((key) =>
        problem(`${path}.${key}`, `has no meaning for the distribution's HAProxy. ${SAY_EDITION} Or leave it out.`),
      );
  }
  if (edition !== "community" && edition !== "enterprise") {
    return [];
  }
  return [
    ...(given.version === undefined ? [problem(`${path}.version`, 'is missing. Give a branch, such as "3.0".')] : []),
    ...(given.source === undefined
      ? [problem(`${path}.source`, "is missing. Give at least { signingKey }, the repository's public key.")]
      : []),
    ...keyProblems(`${path}.enterpriseKey`, edition, given),
  ];
}

const SAY_EDITION = `Give edition, one of: ${Object.values(HaproxyEdition).slice(1).join(", ")}.`;

/** The key is given where, and only where, an address has a place for it. */
function keyProblems(path: string, edition: string, { source: from, enterpriseKey: key }: Record<string, unknown>) {
  const address = isRecord(from) ? from.url : undefined;
  if (from === UNKNOWN || address === UNKNOWN) {
    return [];
  }
  const isNeeded = address === undefined ? edition === "enterprise" : String(address).includes(KEY);
  if (isNeeded && key === undefined) {
    return [problem(path, "is missing. Give the key of your subscription, or source.url without {key}.")];
  }
  return !isNeeded && known(key)
    ? [problem(path, `has no place in the repository's address. Put ${KEY} into source.url, or leave it out.`)]
    : [];
}

export const packagesShape = optional(
  shape<Packages>({
    haproxy: optional(haproxy),
    upgrade: optional(checks.oneOf(PackageUpgrade)),
    lockTimeoutSeconds: optional(checks.wholeNumber(1, 600)),
  }),
);
