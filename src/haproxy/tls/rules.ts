// What the settings of TLS have to fulfil.
import * as checks from "../../validation/checks";
import { isRecord } from "../../validation/draft";
import type { Plain } from "../../validation/plain";
import { problem } from "../../validation/problem";
import { filledList, shape } from "../../validation/shape";
import { acmeShape } from "../acme/rules";
import {
  AlpnProtocol,
  type BackendTlsArgs,
  type ClientCertificateArgs,
  ClientCertificateMode,
  type FrontendTlsArgs,
  type HstsArgs,
  ServerVerification,
  TlsProfile,
} from "./args";
import { authorities, certificateWithKey } from "./certificates";

export type FrontendTls = Plain<FrontendTlsArgs>;
export type BackendTls = Plain<BackendTlsArgs>;

const { optional } = checks;

const CERTIFICATES_FIX = "Give PEM text with certificate and private key, or let `acme` get one.";

const fields = shape<FrontendTls>({
  certificates: optional(filledList(certificateWithKey, CERTIFICATES_FIX)),
  acme: optional(acmeShape),
  profile: optional(checks.oneOf(TlsProfile)),
  alpn: optional(filledList(checks.oneOf(AlpnProtocol), "List at least one, or leave it out.")),
  clientCertificates: optional(
    shape<Plain<ClientCertificateArgs>>({
      authorities,
      mode: optional(checks.oneOf(ClientCertificateMode)),
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

export const frontendTlsShape: checks.Check = (path, value) => [
  ...fields(path, value),
  ...(isRecord(value) && value.certificates === undefined && value.acme === undefined
    ? [problem(`${path}.certificates`, `is empty. ${CERTIFICATES_FIX}`)]
    : []),
];

export const backendTlsShape = shape<BackendTls>({
  verify: optional(checks.oneOf(ServerVerification)),
  authorities: optional(authorities),
  serverName: optional(checks.hostName),
  clientCertificate: optional(certificateWithKey),
});
