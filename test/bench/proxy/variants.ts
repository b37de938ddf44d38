// What is measured: the rendered configuration, what it is compared with, and itself without one feature after another.

import { renderProxy } from "../../../src/haproxy/render";
import type { Backend, Frontend } from "../../../src/haproxy/shapes";
import { webPort } from "../../lab/layout";
import { certificateFile, handTunedHaproxy, nginx } from "./configurations";
import type { Kind, VariantName } from "./report";

export interface File {
  readonly path: string;
  readonly content: string;
}

/** A configuration that runs beside the others, on ports of its own. */
export interface Variant {
  readonly name: VariantName;
  readonly program: "haproxy" | "nginx";
  readonly port: number;
  readonly tlsPort: number;
  /** The first one is the configuration. */
  readonly files: readonly File[];
  readonly kinds: readonly Kind[];
}

interface Surroundings {
  readonly servers: readonly string[];
  readonly certificate: string;
  readonly node: { readonly name: string; readonly address: string };
}

const everyKind: readonly Kind[] = ["keep-alive", "new-connection", "tls-resumed", "tls-full"];
const requests: readonly Kind[] = ["keep-alive"];
const connections: readonly Kind[] = ["keep-alive", "new-connection"];

export function variants(surroundings: Surroundings): Variant[] {
  const { servers, certificate } = surroundings;
  const written = (program: "haproxy" | "nginx", features: boolean) => (ports: Ports) => {
    const content = (program === "haproxy" ? handTunedHaproxy : nginx)({ ...ports, servers, features });
    const path = program === "haproxy" ? "haproxy.cfg" : "nginx.conf";
    return [
      { path, content },
      { path: certificateFile, content: certificate },
    ];
  };
  const ours = (without: Without) => (ports: Ports) => rendered(surroundings, ports, without);
  const all: readonly (readonly [VariantName, Variant["program"], (ports: Ports) => File[], readonly Kind[]])[] = [
    ["ours", "haproxy", ours({}), everyKind],
    ["hand-tuned", "haproxy", written("haproxy", true), everyKind],
    ["ours-again", "haproxy", ours({}), everyKind],
    ["nginx", "nginx", written("nginx", true), everyKind],
    ["no-log", "haproxy", ours({ log: true }), requests],
    ["no-forwarded", "haproxy", ours({ forwarded: true }), requests],
    ["no-guard", "haproxy", ours({ guard: true }), requests],
    ["no-checks", "haproxy", ours({ checks: true }), requests],
    ["bare", "haproxy", ours({ log: true, forwarded: true, guard: true }), connections],
    ["hand-tuned-bare", "haproxy", written("haproxy", false), connections],
    ["nginx-bare", "nginx", written("nginx", false), connections],
    ["shared-connections", "haproxy", ours({ ownConnections: true }), ["new-connection"]],
  ];
  return all.map(([name, program, files, kinds], index) => {
    const ports = { port: 8001 + index, tlsPort: 8501 + index };
    return { name, program, ...ports, files: files(ports), kinds };
  });
}

interface Ports {
  readonly port: number;
  readonly tlsPort: number;
}

/** Default features that are left out. */
interface Without {
  readonly log?: boolean;
  readonly forwarded?: boolean;
  readonly guard?: boolean;
  readonly checks?: boolean;
  /** A connection to a server is no client's own. */
  readonly ownConnections?: boolean;
}

function rendered({ servers, certificate, node }: Surroundings, { port, tlsPort }: Ports, without: Without): File[] {
  const common: Partial<Frontend> = {
    defaultBackend: "app",
    ...(without.forwarded ? { forwardedHeaders: "none" } : {}),
  };
  const frontends: Frontend[] = [
    { ...common, name: "web", port },
    { ...common, name: "secure", port: tlsPort, tls: { certificates: [certificate] } },
  ];
  const app: Backend = {
    name: "app",
    servers: servers.map((address) => ({ address, port: webPort })),
    healthCheck: without.checks ? { type: "none" } : { path: "/healthz" },
    ...(without.ownConnections ? { connectionReuse: "always" } : {}),
  };
  const peers = { own: node, other: node, port: 8406, identity: certificate };
  const { text, files } = renderProxy({ frontends, backends: [app] }, { ipv6: false, peers, statusPort: 8405 });
  const gone = [...(without.log ? LOG_LINES : []), ...(without.guard ? [GUARD_LINE] : [])];
  const left = text.split("\n").filter((line) => !gone.some((one) => one.test(line)));
  return [{ path: "haproxy.cfg", content: left.join("\n") }, ...files];
}

/** No option takes these away. */
const LOG_LINES = [/^ +log /, /^ +option httplog$/];
const GUARD_LINE = /req\.hdr\(content-length\) -m len 0/;
