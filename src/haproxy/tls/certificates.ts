// Certificates and keys in PEM: whether HAProxy could use them, and for how long.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Check, isText } from "../../validation/checks";
import { UNKNOWN } from "../../validation/draft";
import { problem, show } from "../../validation/problem";

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/g;
const KEY_PAIR_FIX = "Give the certificate, those of the authorities between, and the private key, all in PEM.";
const AUTHORITIES_FIX = "Give those of the authorities, in PEM.";

/**
 * A certificate with its private key, and whatever certificates lead to its authority. Messages never show the text: a
 * key may be in it.
 */
export const certificateWithKey: Check = (path, value) => complaint(path, value, keyPairComplaint, KEY_PAIR_FIX);

/** One or more certificates of authorities. */
export const authorities: Check = (path, value) => complaint(path, value, authoritiesComplaint, AUTHORITIES_FIX);

/** What anybody sees of a certificate; times are in seconds since 1970. */
export interface PublicCertificate {
  readonly domains: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
}

/** @param pem that has passed */
export function publicPart(pem: string): PublicCertificate {
  const { validFrom, validTo, subjectAltName, subject } = new X509Certificate(leafOf(pem));
  const domains = (subjectAltName ?? subject).split(/, |\n/).map((name) => name.replace(/^(DNS|IP Address):|^CN=/, ""));
  return { domains, notBefore: Date.parse(validFrom) / 1000, notAfter: Date.parse(validTo) / 1000 };
}

function leafOf(pem: string): string {
  return blocksOf(pem).find(({ label }) => label === "CERTIFICATE")?.text ?? pem;
}

function complaint(path: string, value: unknown, judge: (text: string) => string | undefined, fix: string) {
  if (value === UNKNOWN) {
    return [];
  }
  if (!isText(value) || value.trim() === "") {
    return [problem(path, `is ${value === undefined ? "missing" : isText(value) ? "empty" : "no text"}. ${fix}`)];
  }
  const found = judge(value);
  return found ? [problem(path, found)] : [];
}

function keyPairComplaint(text: string): string | undefined {
  const blocks = blocksOf(text);
  const keys = blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const chain = parsedCertificates(blocks, KEY_PAIR_FIX);
  if (typeof chain === "string") {
    return chain;
  }
  if (keys.length !== 1) {
    return `has ${keys.length === 0 ? "no private key" : `${keys.length} private keys`}. ${KEY_PAIR_FIX}`;
  }
  const [leaf] = chain;
  if (!leaf) {
    return `has no certificate. ${KEY_PAIR_FIX}`;
  }
  const key = parsedKey(keys[0]?.text ?? "");
  if (!key) {
    return "has a private key that cannot be read. Give it in PEM, without a passphrase.";
  }
  if (!leaf.checkPrivateKey(key)) {
    return `has a private key that is not that of the certificate for ${names(leaf)}. The certificate of the server comes first in the file.`;
  }
  return outOfDate(leaf) ?? brokenChain(chain) ?? expired(chain);
}

function authoritiesComplaint(text: string): string | undefined {
  const blocks = blocksOf(text);
  if (blocks.some(({ label }) => label.endsWith("PRIVATE KEY"))) {
    return "has a private key. Only certificates belong here; take the key out, and replace it where it was shown.";
  }
  const certificates = parsedCertificates(blocks, AUTHORITIES_FIX);
  if (typeof certificates === "string") {
    return certificates;
  }
  return certificates.length === 0 ? `has no certificate. ${AUTHORITIES_FIX}` : expired(certificates);
}

function blocksOf(text: string): { label: string; text: string }[] {
  return [...text.matchAll(BLOCK)].map(([block, label = ""]) => ({ label, text: block }));
}

/** @returns what is wrong with them, where something is */
function parsedCertificates(
  blocks: readonly { label: string; text: string }[],
  fix: string,
): X509Certificate[] | string {
  try {
    return blocks.filter(({ label }) => label === "CERTIFICATE").map(({ text }) => new X509Certificate(text));
  } catch {
    return `has a certificate that cannot be read. ${fix}`;
  }
}

function parsedKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function names(certificate: X509Certificate): string {
  return show(certificate.subjectAltName?.replaceAll("DNS:", "") ?? certificate.subject);
}

function outOfDate(certificate: X509Certificate): string | undefined {
  const { validFrom, validTo } = certificate;
  const what = `is the certificate for ${names(certificate)}, which`;
  return Date.parse(validTo) < Date.now()
    ? `${what} expired on ${validTo}. Give a new one.`
    : Date.parse(validFrom) > Date.now()
      ? `${what} is not valid before ${validFrom}. Give one that is valid now, or look at this machine's clock.`
      : undefined;
}

/** What leads to an authority, or is one, counts for nothing once it has expired. One that begins later may lie ready. */
function expired(certificates: readonly X509Certificate[]): string | undefined {
  const index = certificates.findIndex(({ validTo }) => Date.parse(validTo) < Date.now());
  const found = certificates[index];
  return found
    ? `has certificate ${index + 1}, of ${show(found.subject.replaceAll("\n", ", "))}, which expired on ${found.validTo}. Take it out, or give a new one.`
    : undefined;
}

/** Each certificate is issued by the next one; otherwise clients that lack the one between turn away. */
function brokenChain(chain: readonly X509Certificate[]): string | undefined {
  const broken = chain.findIndex((one, index) => {
    const issuer = chain[index + 1];
    return issuer !== undefined && !one.checkIssued(issuer);
  });
  return broken < 0
    ? undefined
    : `has certificate ${broken + 2}, which did not issue certificate ${broken + 1}. Put them in order: server, authorities between.`;
}
