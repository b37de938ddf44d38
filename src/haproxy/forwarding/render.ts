// A forward proxy as lines of a frontend, with the backend and the name servers that it needs.
import { isIPv4 } from "node:net";
import { hostTests } from "../routing/conditions";
import { inChunks, type Lines } from "../section";
import { resolverLines } from "../servers/resolvers";
import type { ForwardProxy } from "./rules";

/** Where no name may lead: this process's host, its own network segment and a cloud's metadata (RFC 6890). */
const FORBIDDEN = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"];
const HOST = "req.hdr(host),host_only,lower";

/** @param ownAddresses of the pair: who is let in there need not be who asks through the proxy */
export function forwardLines(
  frontend: string,
  { destinations, ports = [80] }: ForwardProxy,
  ownAddresses: readonly string[],
): Lines {
  const port = "req.hdr(host),port_only";
  // What no port is written at goes to the one of plain HTTP.
  const acl = [
    ...hostTests("req.hdr(host),host_only", destinations).map((test) => `acl known_destination ${test}`),
    ...ports.map((number) => `acl known_port ${port} -m int ${number}`),
    ...(ports.includes(80) ? [`acl known_port ${port} -m int 0`] : []),
    // Names are looked up for IPv4 alone.
    ...inChunks([...FORBIDDEN, ...new Set(ownAddresses.filter((address) => isIPv4(address)))]).map(
      (some) => `acl forbidden_address var(txn.ha_lb_address) -m ip ${some.join(" ")}`,
    ),
  ];
  return {
    acl,
    request: [
      "http-request deny deny_status 405 content-type text/plain string 'CONNECT is not offered here' if METH_CONNECT",
      "http-request deny deny_status 403 if !known_destination",
      "http-request deny deny_status 403 if !known_port",
      `http-request do-resolve(txn.ha_lb_address,${resolversOf(frontend)},ipv4) ${HOST}`,
      "http-request deny deny_status 502 if !{ var(txn.ha_lb_address) -m found }",
      "http-request deny deny_status 403 if forbidden_address",
      "http-request set-dst var(txn.ha_lb_address)",
      "http-request set-dst-port int(80)",
      `http-request set-dst-port ${port} if { ${port} -m int gt 0 }`,
      // Servers are asked by path; the whole address was for the proxy.
      "http-request set-uri %[pathq]",
    ],
    routing: [`default_backend ${backendOf(frontend)}`],
  };
}

const backendOf = (frontend: string) => `ha-lb-forward-of-${frontend}`;
const resolversOf = backendOf;

export function forwardBackend(frontend: string) {
  return { name: backendOf(frontend), lines: ["mode http", "server any 0.0.0.0:0"] };
}

export function forwardResolvers(frontend: string, { resolvers }: ForwardProxy) {
  return { name: resolversOf(frontend), lines: resolverLines(resolvers, 5) };
}
