// What nodes are told of certificates: when those expire that the user gave, and which ones to get by ACME, with what.
import { acmeAccount } from "../haproxy/acme/account";
import type { AcmeCertificate } from "../haproxy/acme/model";
import { derivedIdentity } from "../haproxy/peers/identity";
import type { Frontend } from "../haproxy/shapes";
import { publicPart } from "../haproxy/tls/certificates";
import type { BundleFile } from "./bundle";

/** When those expire that no agent renews. */
export function givenCertificates(frontends: readonly Frontend[]) {
  return frontends.flatMap(({ name, tls }) =>
    (tls?.certificates ?? []).map((pem, index) => ({ id: `${name}/${index + 1}`, ...publicPart(pem) })),
  );
}

/** What the agent of certificates has to know, but for secrets. */
export function acmeSettings(certificates: readonly AcmeCertificate[], port: number) {
  return {
    port,
    certificates: certificates.map(({ externalAccount, authorities, ...certificate }) => ({
      ...certificate,
      externalAccountKeyId: externalAccount?.keyId,
      hasAuthorities: authorities !== undefined,
    })),
  };
}

export function acmeFiles(certificates: readonly AcmeCertificate[], secret: string): BundleFile[] {
  const files = [
    ["account.pem", acmeAccount(secret).key],
    // By which the two nodes know each other when they share certificates.
    ["identity.pem", derivedIdentity(secret, "certificates")],
    ...certificates.flatMap(({ id, externalAccount, authorities }) => [
      ...(externalAccount ? [[`${id}.hmac`, externalAccount.hmacKey]] : []),
      ...(authorities ? [[`${id}.authorities.pem`, authorities]] : []),
    ]),
  ];
  return files.map(([name, content]) => ({ path: `acme/${name}`, mode: 0o600, content: `${content?.trim()}\n` }));
}
