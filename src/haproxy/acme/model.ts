// Which certificates the frontends ask ACME for, with every default filled in. The same one is ordered once.
import { createHash } from "node:crypto";
import type { Frontend } from "../shapes";
import type { AcmeKeyType } from "./args";
import type { Acme } from "./rules";

export interface AcmeCertificate {
  /** What its files are called on the nodes: another one for other names, another kind of key or another authority. */
  readonly id: string;
  readonly domains: readonly string[];
  readonly keyType: AcmeKeyType;
  readonly directoryUrl: string;
  readonly email?: string;
  readonly externalAccount?: { readonly keyId: string; readonly hmacKey: string };
  readonly authorities?: string;
}

export const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

/** Debian package of the client that talks to authorities. */
export const acmePackages = ["dehydrated"] as const;

/** Where HTTP-01 asks. */
export const challengePort = 80;

export function acmeCertificate(acme: Acme): AcmeCertificate {
  const { keyType = "ec-256", directoryUrl = letsEncrypt, email, externalAccount, authorities } = acme;
  const domains = acme.domains.map((domain) => domain.toLowerCase());
  const sorted = domains.toSorted();
  const hash = createHash("sha256").update(JSON.stringify([sorted, keyType, directoryUrl]));
  // Files have names of 255 bytes at most.
  const id = `${sorted[0]?.slice(0, 200)}-${hash.digest("hex").slice(0, 8)}`;
  return { id, domains, keyType, directoryUrl, email, externalAccount, authorities };
}

export function acmeCertificates(frontends: readonly Frontend[]): AcmeCertificate[] {
  const all = frontends.flatMap(({ tls }) => (tls?.acme ? [acmeCertificate(tls.acme)] : []));
  return [...new Map(all.map((one) => [one.id, one])).values()];
}
