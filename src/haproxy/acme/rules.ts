// What the settings of ACME have to fulfil.
import * as checks from "../../validation/checks";
import { type Draft, entries, isComplete, isRecord, known, UNKNOWN } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { type Problem, problem, show } from "../../validation/problem";
import { filledList, shape } from "../../validation/shape";
import type { Frontend, Rule } from "../shapes";
import { authorities } from "../tls/certificates";
import { type AcmeArgs, AcmeKeyType, type ExternalAccountArgs } from "./args";
import { challengePort, letsEncrypt } from "./model";

export type Acme = Plain<AcmeArgs>;

const { check, isText, optional } = checks;

/** What authorities take for one certificate. */
const MOST_DOMAINS = 100;

const wildcards = check(
  (value) => !isText(value) || !value.startsWith("*."),
  "is a wildcard, which cannot be asked by HTTP.",
  "Name each host, or give a certificate of yours in tls.certificates.",
);
const domain: checks.Check = (path, value) => [
  ...wildcards(path, value),
  ...(isText(value) && value.startsWith("*.") ? [] : checks.hostName(path, value)),
];
const domainList = filledList(domain, "Name the hosts that the certificate is for.");
const domains: checks.Check = (path, value) => [
  ...domainList(path, value),
  ...(Array.isArray(value) && value.length > MOST_DOMAINS
    ? [problem(path, `has ${value.length} names. Use ${MOST_DOMAINS} at most, and further frontends for others.`)]
    : []),
  ...repeatedNames(path, value),
];

function repeatedNames(path: string, value: unknown): Problem[] {
  const names: unknown[] = Array.isArray(value) ? value.map((name) => (isText(name) ? name.toLowerCase() : name)) : [];
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    return isText(name) && first < index
      ? [problem(`${path}[${index}]`, `${show(name)} is ${path}[${first}], too. Remove one of them.`)]
      : [];
  });
}

const email = check(
  (value) => isText(value) && value.length <= 254 && /^[\w.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(value),
  "is not an address for mail.",
  'Use one such as "hostmaster@example.com".',
);
const directoryUrl = check(
  (value) =>
    isText(value) && /^https:\/\/[A-Za-z0-9.[\]:-]+(\/[A-Za-z0-9._~%/-]*)?$/.test(value) && URL.canParse(value),
  "is not the URL of a directory.",
  `Use one by https, such as "${letsEncrypt}".`,
);
const keyId = check(
  (value) => isText(value) && /^[\w.~:/+=@-]{1,200}$/.test(value),
  "is not the identifier of a key.",
  "Give the one that the authority shows with the account, without spaces.",
);
/** Its message never shows the value. */
const hmacKey: checks.Check = (path, value) =>
  value === UNKNOWN || (isText(value) && /^[\w-]{16,}={0,2}$/.test(value))
    ? []
    : [
        problem(
          path,
          `${value === undefined ? "is missing" : "is not a key in base64url"}. Give the one that the authority shows with the account: letters, digits, "-" and "_".`,
        ),
      ];

export const acmeShape = shape<Acme>({
  domains,
  email: optional(email),
  directoryUrl: optional(directoryUrl),
  externalAccount: optional(shape<Plain<ExternalAccountArgs>>({ keyId, hmacKey })),
  keyType: optional(checks.oneOf(AcmeKeyType)),
  authorities: optional(authorities),
});

interface Place {
  readonly path: string;
  readonly value: Exclude<Draft<Acme>, symbol>;
}

function acmes(frontends: Draft<Frontend[]>): Place[] {
  return entries<Frontend>("frontends", frontends).flatMap(({ path, value }) => {
    const acme = isRecord(value.tls) ? value.tls.acme : undefined;
    return known(acme) && isRecord(acme) ? [{ path: `${path}.tls.acme`, value: acme as Place["value"] }] : [];
  });
}

/** The authority's questions need somebody who answers them. */
export const challengesAreAnswered: Rule = ({ frontends }) => {
  const answers = entries<Frontend>("frontends", frontends).some(
    ({ value }) =>
      (value.port === challengePort || value.port === UNKNOWN) &&
      (value.mode ?? "http") !== "tcp" &&
      value.tls === undefined &&
      value.forwardProxy === undefined,
  );
  // A list or a frontend that is to come may have one.
  const isKnown = Array.isArray(frontends) && frontends.every((one) => one !== UNKNOWN);
  return answers || !isKnown
    ? []
    : acmes(frontends).map(({ path }) =>
        problem(
          path,
          `needs a frontend of mode "http" without tls on port ${challengePort}, where the authority asks. Add one, such as { name: "plain", port: ${challengePort}, redirectToHttps: true }.`,
        ),
      );
};

const OF_THE_ACCOUNT = ["email", "externalAccount", "authorities"] as const;

/** The pair has one account with each authority. */
export const oneAccountEach: Rule = ({ frontends }) => {
  const firsts = new Map<string, Place>();
  return acmes(frontends).flatMap(({ path, value }) => {
    const directory = value.directoryUrl ?? letsEncrypt;
    const first = isText(directory) ? firsts.get(directory) : undefined;
    if (first === undefined) {
      if (isText(directory)) {
        firsts.set(directory, { path, value });
      }
      return [];
    }
    return OF_THE_ACCOUNT.filter((key) => differ(value[key], first.value[key])).map((key) =>
      problem(
        `${path}.${key}`,
        `is not that of ${first.path}, with the same authority. The pair has one account there: give both the same.`,
      ),
    );
  });
};

/** What an update will tell may be the same. */
function differ(one: unknown, other: unknown): boolean {
  return isComplete(one) && isComplete(other) && JSON.stringify(one) !== JSON.stringify(other);
}
