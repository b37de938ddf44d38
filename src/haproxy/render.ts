// Turns the proxy model into haproxy.cfg. Pure: the same model gives the same text.
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { renderTemplate } from "../host/template";
import type { BackendModel, FrontendModel, HealthCheckModel, ProxyModel, ServerModel } from "./model";

const template = "haproxy/haproxy.cfg.mustache";

export interface RenderedProxy {
  readonly text: string;
  /** What the readiness answer of a process with exactly this configuration says. */
  readonly configId: string;
}

/** @param ipv6 whether clients also come by IPv6 */
export function renderProxy(proxy: ProxyModel, ipv6: boolean): RenderedProxy {
  const view = {
    frontends: proxy.frontends.map((frontend) => frontendView(frontend, ipv6)),
    backends: proxy.backends.map(backendView),
  };
  const configId = createHash("sha256").update(renderTemplate(template, view)).digest("hex").slice(0, 16);
  return { text: renderTemplate(template, { ...view, configId }), configId };
}

function frontendView(frontend: FrontendModel, ipv6: boolean) {
  return { ...frontend, ipv6, logOption: frontend.mode === "http" ? "httplog" : "tcplog" };
}

function backendView(backend: BackendModel) {
  const checkOptions = backend.healthCheck ? checkKeywords(backend.healthCheck) : "";
  return {
    ...backend,
    httpCheck: backend.healthCheck?.http,
    servers: backend.servers.map((server) => ({ ...server, endpoint: endpoint(server), checkOptions })),
  };
}

function checkKeywords(check: HealthCheckModel): string {
  const port = check.port === undefined ? "" : ` port ${check.port}`;
  return ` check inter ${Math.round(check.intervalSeconds * 1000)}ms fall ${check.fall} rise ${check.rise}${port}`;
}

function endpoint({ address, port }: ServerModel): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
