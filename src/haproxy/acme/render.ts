// How HAProxy takes part: it answers the questions of HTTP-01 by itself, and shows certificates that are not in a bundle.
import { inChunks, type Lines } from "../section";
import type { Frontend } from "../shapes";
import { acmeCertificate, acmeCertificates, challengePort } from "./model";
import type { Acme } from "./rules";

/** Where the nodes keep what HAProxy is to show, or a link to it (lib/ha_lb/acme/store.py). */
const served = "/var/lib/ha-load-balancer/acme/served";

export function servedCertificate(acme: Acme): string {
  return `${served}/${acmeCertificate(acme).id}.pem`;
}

/** What answers the questions of authorities. */
export interface Challenges {
  readonly domains: readonly string[];
  /** Of the pair's account: that and the question itself make the answer (RFC 8555, section 8.1). */
  readonly thumbprint: string;
}

export function challengesOf(frontends: readonly Frontend[], thumbprint: string | undefined): Challenges | undefined {
  const domains = acmeCertificates(frontends).flatMap((certificate) => certificate.domains);
  return thumbprint && domains.length > 0 ? { domains: [...new Set(domains)].sort(), thumbprint } : undefined;
}

const QUESTION = "path_reg '^/\\.well-known/acme-challenge/[A-Za-z0-9_-]{8,256}$'";

/** Other names on the same port may have a client of their own behind it. */
export function challengeLines({ mode, port, tls, forwardProxy }: Frontend, challenges: Challenges | undefined): Lines {
  if (!challenges || mode === "tcp" || port !== challengePort || tls || forwardProxy) {
    return {};
  }
  const answer = `'%[path,field(4,/)].${challenges.thumbprint}'`;
  return {
    acl: inChunks(challenges.domains).map(
      (domains) => `acl acme_domain req.hdr(host),host_only -i -m str -- ${domains.join(" ")}`,
    ),
    request: [
      `http-request return status 200 content-type application/octet-stream lf-string ${answer} if { ${QUESTION} } acme_domain`,
    ],
  };
}
