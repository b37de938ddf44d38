// Certificates that the nodes get by themselves from an authority that speaks ACME (RFC 8555).
import type { Input } from "@pulumi/pulumi";

/** Kinds of private keys, by their length in bits. */
export const AcmeKeyType = { ec256: "ec-256", ec384: "ec-384", rsa2048: "rsa-2048", rsa4096: "rsa-4096" } as const;
export type AcmeKeyType = (typeof AcmeKeyType)[keyof typeof AcmeKeyType];

/** An account with the authority that is there already (RFC 8555, section 7.3.4). */
export interface ExternalAccountArgs {
  /** Identifier of the key. */
  keyId: Input<string>;
  /** The key, in base64url as authorities give it; becomes a Pulumi secret. */
  hmacKey: Input<string>;
}

/**
 * One certificate for all of these names. The node that has the addresses orders it, and again once a third of its time
 * is left; the other one gets it over an encrypted connection. The authority asks each name by HTTP on port 80 (HTTP-01),
 * so that all of them have to lead here, and a frontend of mode `http` has to be on port 80: it answers such questions
 * by itself. Until the first certificate is there, clients get a temporary one of the node's own. Keys and certificates
 * stay on the nodes. Whoever uses this agrees to the authority's terms of service.
 */
export interface AcmeArgs {
  /** Names that the certificate is for, 1 to 100; without wildcards, which cannot be asked by HTTP. */
  domains: Input<Input<string>[]>;
  /**
   * Where the authority writes to when something is wrong with the account.
   * @default none
   */
  email?: Input<string>;
  /**
   * The authority's directory, by https.
   * @default "https://acme-v02.api.letsencrypt.org/directory", Let's Encrypt
   */
  directoryUrl?: Input<string>;
  /**
   * Ties the account to one that you have with the authority, where it asks for that.
   * @default none
   */
  externalAccount?: Input<ExternalAccountArgs>;
  /**
   * Kind of the certificate's private key, which is a new one each time.
   * @default "ec-256": small and fast, and known to every client of the last ten years
   */
  keyType?: Input<AcmeKeyType>;
  /**
   * Certificates, in PEM, of the authorities that the directory's own certificate has to come from: for an authority of
   * your own.
   * @default those that the distribution trusts
   */
  authorities?: Input<string>;
}
