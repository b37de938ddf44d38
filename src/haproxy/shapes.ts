// The shapes of a frontend and of a backend: a check for each of their properties.
import * as checks from "../validation/checks";
import type { Draft } from "../validation/draft";
import type { Plain } from "../validation/plain";
import type { Problem } from "../validation/problem";
import { filledList, list, shape } from "../validation/shape";
import type { BackendArgs, CaptureHeadersArgs, FrontendArgs, FrontendTimeoutsArgs } from "./args";
import { forwardProxyShape } from "./forwarding/rules";
import { agentCheckShape, healthCheckShape, passiveCheckShape } from "./health/rules";
import { modeShape } from "./modes";
import { accessShape, rateLimitsShape } from "./protection/rules";
import { rawLine } from "./raw";
import { ForwardedHeaders } from "./rewriting/args";
import { cacheShape, compressionShape, headerName, headersShape } from "./rewriting/rules";
import { routeShape, routeTableShape } from "./routing/rules";
import { BalanceAlgorithm, ConnectionReuse, HashType, ProxyProtocol } from "./servers/args";
import { backendTimeoutsShape, discoveryShape, serverShape } from "./servers/rules";
import { persistenceShape } from "./sessions/rules";
import { backendTlsShape, frontendTlsShape } from "./tls/rules";

export type Frontend = Plain<FrontendArgs>;
export type Backend = Plain<BackendArgs>;

/** Both lists, as far as they are known. */
export interface ProxyDraft {
  readonly frontends: Draft<Frontend[]>;
  readonly backends: Draft<Backend[]>;
}

/** What has to hold between them. */
export type Rule = (draft: ProxyDraft) => Problem[];

const { optional } = checks;
const emptyFix = "List at least one, or leave it out.";
const timeout = optional(checks.seconds(0.001, 86_400));

export const frontendShape = shape<Frontend>(
  {
    name: checks.name,
    mode: optional(modeShape),
    port: checks.port,
    addresses: optional(filledList(checks.address, emptyFix)),
    defaultBackend: optional(checks.name),
    routes: optional(list(routeShape)),
    routeTables: optional(list(routeTableShape)),
    tls: optional(frontendTlsShape),
    redirectToHttps: optional(checks.flag),
    acceptProxyProtocolFrom: optional(filledList(checks.network, emptyFix)),
    forwardedHeaders: optional(checks.oneOf(ForwardedHeaders)),
    headers: optional(headersShape),
    access: optional(accessShape),
    rateLimits: optional(rateLimitsShape),
    forwardProxy: optional(forwardProxyShape),
    captureHeaders: optional(
      shape<Plain<CaptureHeadersArgs>>({ request: optional(list(headerName)), response: optional(list(headerName)) }),
    ),
    requestIdHeader: optional(headerName),
    compression: optional(compressionShape),
    maxConnections: optional(checks.wholeNumber(1, 10_000_000)),
    timeouts: optional(
      shape<Plain<FrontendTimeoutsArgs>>({
        clientSeconds: timeout,
        httpRequestSeconds: timeout,
        keepAliveSeconds: timeout,
      }),
    ),
    raw: optional(list(rawLine)),
  },
  "Add a frontend: a name, a port and a defaultBackend.",
);

export const backendShape = shape<Backend>(
  {
    name: checks.name,
    mode: optional(modeShape),
    balance: optional(checks.oneOf(BalanceAlgorithm)),
    balanceKey: optional(headerName),
    hashType: optional(checks.oneOf(HashType)),
    servers: optional(filledList(serverShape, "List servers, each with an address and a port.")),
    discovery: optional(discoveryShape),
    healthCheck: optional(healthCheckShape),
    persistence: optional(persistenceShape),
    agentCheck: optional(agentCheckShape),
    passiveCheck: optional(passiveCheckShape),
    slowStartSeconds: optional(checks.seconds(0.001, 86_400)),
    retries: optional(checks.wholeNumber(0, 20)),
    redispatch: optional(checks.flag),
    tls: optional(backendTlsShape),
    http2: optional(checks.flag),
    sendProxyProtocol: optional(checks.oneOf(ProxyProtocol)),
    connectionReuse: optional(checks.oneOf(ConnectionReuse)),
    headers: optional(headersShape),
    cache: optional(cacheShape),
    timeouts: optional(backendTimeoutsShape),
    raw: optional(list(rawLine)),
  },
  "Add a backend: a name and its servers.",
);
