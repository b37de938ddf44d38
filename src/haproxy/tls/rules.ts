// What the settings of TLS have to fulfil.
import * as checks from "../../validation/checks";
import type { Plain } from "../../validation/plain";
import { filledList, shape } from "../../validation/shape";
import {
  alpnProtocols,
  type BackendTlsArgs,
  type ClientCertificateArgs,
  clientCertificateModes,
  type FrontendTlsArgs,
  type HstsArgs,
  serverVerifications,
  tlsProfiles,
} from "./args";
import { authorities, certificateWithKey } from "./certificates";

export type FrontendTls = Plain<FrontendTlsArgs>;
export type BackendTls = Plain<BackendTlsArgs>;

const { optional } = checks;

export const frontendTlsShape = shape<FrontendTls>({
  certificates: filledList(certificateWithKey, "Give PEM text with certificate and private key."),
  profile: optional(checks.oneOf(tlsProfiles)),
  alpn: optional(filledList(checks.oneOf(alpnProtocols), "List at least one, or leave it out.")),
  clientCertificates: optional(
    shape<Plain<ClientCertificateArgs>>({
      authorities,
      mode: optional(checks.oneOf(clientCertificateModes)),
    }),
  ),
  strictServerName: optional(checks.flag),
  hsts: optional(
    shape<Plain<HstsArgs>>({
      maxAgeSeconds: optional(checks.wholeNumber(0, 315_360_000)),
      includeSubDomains: optional(checks.flag),
    }),
  ),
});

export const backendTlsShape = shape<BackendTls>({
  verify: optional(checks.oneOf(serverVerifications)),
  authorities: optional(authorities),
  serverName: optional(checks.hostName),
  clientCertificate: optional(certificateWithKey),
});
