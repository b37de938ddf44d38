// Encryption towards clients and towards servers.
import type { Input } from "@pulumi/pulumi";
import type { AcmeArgs } from "../acme/args";

/** Mozilla's profiles: `intermediate` for any client of the last ten years, `modern` for TLS 1.3 alone. */
export const TlsProfile = { intermediate: "intermediate", modern: "modern" } as const;
export type TlsProfile = (typeof TlsProfile)[keyof typeof TlsProfile];

/** What becomes of a client without a certificate of its own. */
export const ClientCertificateMode = { required: "required", optional: "optional" } as const;
export type ClientCertificateMode = (typeof ClientCertificateMode)[keyof typeof ClientCertificateMode];

/** Protocols that clients may choose in the TLS greeting. */
export const AlpnProtocol = { h2: "h2", http11: "http/1.1" } as const;
export type AlpnProtocol = (typeof AlpnProtocol)[keyof typeof AlpnProtocol];

/** Certificates that clients show. HAProxy keywords: `ca-file`, `verify`. */
export interface ClientCertificateArgs {
  /** Certificates of the authorities that clients' certificates come from, in PEM. */
  authorities: Input<string>;
  /**
   * Whether a client without one is turned away.
   * @default "required"
   */
  mode?: Input<ClientCertificateMode>;
}

/** Tells browsers to come by HTTPS only from now on. Header: Strict-Transport-Security (RFC 6797). */
export interface HstsArgs {
  /**
   * Seconds that browsers remember it.
   * @default 63072000, two years
   */
  maxAgeSeconds?: Input<number>;
  /**
   * Whether it holds for all hosts below, too.
   * @default false: a host below may not have HTTPS yet
   */
  includeSubDomains?: Input<boolean>;
}

/** A frontend that ends TLS. HAProxy keyword: `bind … ssl`. */
export interface FrontendTlsArgs {
  /**
   * Certificates, each one PEM text with the certificate, those of the authorities between, and the private key. The
   * client's TLS greeting (SNI) picks one; the first serves clients that name no known host. Secrets: they stand in
   * Pulumi's state encrypted, and on the nodes in files that only root can read. Answers of OCSP are not stapled:
   * they would have to be fetched all the time, and authorities such as Let's Encrypt give none any more; a certificate
   * with "must staple" is therefore of no use here. HAProxy keyword: `crt`.
   * @default none: `acme` gets one
   */
  certificates?: Input<Input<string>[]>;
  /**
   * Has the nodes get a certificate by themselves, and renew it. It comes after those in `certificates`.
   * @default none: `certificates` has them all
   */
  acme?: Input<AcmeArgs>;
  /**
   * Protocol versions and ciphers.
   * @default "intermediate": TLS 1.2 and 1.3, forward secrecy and authenticated ciphers only
   */
  profile?: Input<TlsProfile>;
  /**
   * Protocols offered to clients, the preferred one first. HAProxy keyword: `alpn`.
   * @default ["h2", "http/1.1"] in http mode, none in tcp mode
   */
  alpn?: Input<Input<AlpnProtocol>[]>;
  /**
   * Certificates that clients have to show.
   * @default none
   */
  clientCertificates?: Input<ClientCertificateArgs>;
  /**
   * Whether a client that names a host without a certificate is turned away. HAProxy keyword: `strict-sni`.
   * @default false: it gets the first certificate
   */
  strictServerName?: Input<boolean>;
  /**
   * Strict-Transport-Security in every answer; http mode only.
   * @default none: a browser does not forget it when HTTPS is given up
   */
  hsts?: Input<HstsArgs>;
}

/** Whether a server's certificate is checked. */
export const ServerVerification = { required: "required", none: "none" } as const;
export type ServerVerification = (typeof ServerVerification)[keyof typeof ServerVerification];

/** Servers that are reached by TLS. HAProxy keyword: `server … ssl`. */
export interface BackendTlsArgs {
  /**
   * Whether the server's certificate has to be good. HAProxy keyword: `verify`.
   * @default "required": encryption to nobody in particular protects from nobody
   */
  verify?: Input<ServerVerification>;
  /**
   * Certificates of the authorities that servers' certificates come from, in PEM. HAProxy keyword: `ca-file`.
   * @default those that the distribution trusts
   */
  authorities?: Input<string>;
  /**
   * Name in the TLS greeting, and what the certificate has to be for. HAProxy keywords: `sni`, `verifyhost`.
   * @default in http mode the request's host; in tcp mode none, so that the certificate may be for any name
   */
  serverName?: Input<string>;
  /**
   * A certificate to show to servers, with its private key, in PEM. A secret. HAProxy keyword: `crt`.
   * @default none
   */
  clientCertificate?: Input<string>;
}
