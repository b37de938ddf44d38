// TLS as words of a bind or server line, with the files of certificates that they name.
import { servedCertificate } from "../acme/render";
import type { ProxyMode } from "../args";
import { beside, type ConfigFile, type Lines } from "../section";
import type { TlsProfile } from "./args";
import type { BackendTls, FrontendTls } from "./rules";

/**
 * Mozilla's intermediate profile, version 5.7, without the ciphers of finite-field Diffie-Hellman: every client that
 * has those has elliptic curves too, and HAProxy would want parameters for them.
 */
const intermediateCiphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];
const suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

/** Mozilla's; OpenSSL alone would add X448 and P-521. What is newer keeps today's recordings from tomorrow's computers. */
const curves = ["X25519", "P-256", "P-384"];
const curvesOfNewerLibraries = ["X25519MLKEM768", ...curves];

/** Set once for all frontends; a profile that is stricter adds to it where it is used. */
export const globalTlsSettings = [
  ...(["bind", "server"] as const).flatMap((side) => [
    `ssl-default-${side}-ciphers ${intermediateCiphers.join(":")}`,
    `ssl-default-${side}-ciphersuites ${suites.join(":")}`,
    `ssl-default-${side}-options ${side === "bind" ? "prefer-client-ciphers " : ""}ssl-min-ver TLSv1.2 no-tls-tickets`,
  ]),
  ".if openssl_version_atleast(3.5.0)",
  `ssl-default-bind-curves ${curvesOfNewerLibraries.join(":")}`,
  ".else",
  `ssl-default-bind-curves ${curves.join(":")}`,
  ".endif",
];

const stricter: Readonly<Record<TlsProfile, string>> = { intermediate: "", modern: " ssl-min-ver TLSv1.3" };

/** What stands on the bind line after the address. */
export function bindTls(frontend: string, mode: ProxyMode, tls: FrontendTls): string {
  const alpn = tls.alpn ?? (mode === "http" ? ["h2", "http/1.1"] : []);
  const clients = tls.clientCertificates;
  return [
    " ssl",
    tls.certificates ? ` crt ${certificateFolder(frontend)}` : "",
    tls.acme ? ` crt ${servedCertificate(tls.acme)}` : "",
    `${stricter[tls.profile ?? "intermediate"]}`,
    alpn.length > 0 ? ` alpn ${alpn.join(",")}` : "",
    clients ? ` ca-file ${clientAuthorities(frontend)} verify ${clients.mode ?? "required"}` : "",
    tls.strictServerName ? " strict-sni" : "",
  ].join("");
}

export function frontendTlsLines(tls: FrontendTls | undefined): Lines {
  if (!tls?.hsts) {
    return {};
  }
  const { maxAgeSeconds = 63_072_000, includeSubDomains = false } = tls.hsts;
  const value = `max-age=${maxAgeSeconds}${includeSubDomains ? "; includeSubDomains" : ""}`;
  return { afterResponse: [`http-after-response set-header Strict-Transport-Security '${value}'`] };
}

/** Numbered, because HAProxy takes them in alphabetical order and the first one is the default. */
export function frontendTlsFiles(frontend: string, tls: FrontendTls | undefined): ConfigFile[] {
  return [
    ...(tls?.certificates ?? []).map((content, index) => ({
      path: `${certificateFolder(frontend)}/${String(index + 1).padStart(4, "0")}.pem`,
      content: wholeLines(content),
    })),
    ...(tls?.clientCertificates
      ? [{ path: clientAuthorities(frontend), content: wholeLines(tls.clientCertificates.authorities) }]
      : []),
  ];
}

/** What stands on a server's line. */
export function serverTls(backend: string, mode: ProxyMode, tls: BackendTls, http2: boolean): string {
  const { verify = "required", serverName } = tls;
  const sni = serverName ? `str(${serverName})` : mode === "http" ? "req.hdr(host),host_only" : undefined;
  return [
    ` ssl verify ${verify}`,
    verify === "required" ? ` ca-file ${tls.authorities ? serverAuthorities(backend) : "@system-ca"}` : "",
    sni ? ` sni ${sni}` : "",
    serverName && verify === "required" ? ` verifyhost ${serverName}` : "",
    tls.clientCertificate ? ` crt ${clientCertificate(backend)}` : "",
    mode === "http" ? ` alpn ${http2 ? "h2" : "http/1.1"}` : "",
  ].join("");
}

export function backendTlsFiles(backend: string, tls: BackendTls | undefined): ConfigFile[] {
  return [
    ...(tls?.authorities ? [{ path: serverAuthorities(backend), content: wholeLines(tls.authorities) }] : []),
    ...(tls?.clientCertificate
      ? [{ path: clientCertificate(backend), content: wholeLines(tls.clientCertificate) }]
      : []),
  ];
}

const certificateFolder = (frontend: string) => beside(`certificates/${frontend}`);
const clientAuthorities = (frontend: string) => beside(`authorities/clients-of-${frontend}.pem`);
const serverAuthorities = (backend: string) => beside(`authorities/servers-of-${backend}.pem`);
const clientCertificate = (backend: string) => beside(`certificates/to-servers-of-${backend}.pem`);

function wholeLines(text: string): string {
  return `${text.replaceAll("\r\n", "\n").trim()}\n`;
}
