// Turns the failover model into the keepalived.conf of one node. Pure: the same model gives the same text.
import { isIPv6 } from "node:net";
import { renderTemplate } from "../host/template";
import type { FailoverModel } from "./model";
import { priorities } from "./timers";

const template = "keepalived/keepalived.conf.mustache";

/** The address on `lo` that only the MASTER has; in ranges that no network routes. */
export function markerAddress(peerAddress: string): string {
  return isIPv6(peerAddress) ? "fd68:616c:6221::1/128" : "169.254.255.51/32";
}

export interface KeepalivedNode {
  readonly name: string;
  readonly index: 0 | 1;
  readonly ownAddress: string;
  readonly peerAddress: string;
  /** Addresses with prefix that Keepalived itself holds; none where a cloud moves them. */
  readonly heldAddresses: readonly string[];
  /** Whether an agent moves addresses, and so has to hear of every transition. */
  readonly hasMover: boolean;
}

export function renderKeepalived(failover: FailoverModel, node: KeepalivedNode): string {
  return renderTemplate(template, {
    node: node.name,
    virtualRouterId: failover.virtualRouterId,
    priority: priority(failover, node),
    // Both nodes wait for each other unless this is the one that is wanted back.
    preemptDelay: failover.preferred?.node === node.name ? { seconds: failover.preferred.delaySeconds } : undefined,
    // Validation lets the last digits of a product pass, such as 0.30000000000000004.
    advertInterval: Math.round(failover.advertIntervalSeconds * 100) / 100,
    ownAddress: node.ownAddress,
    peerAddress: node.peerAddress,
    marker: markerAddress(node.ownAddress),
    hasMover: node.hasMover,
    hasAddresses: node.heldAddresses.length > 0,
    addresses: node.heldAddresses.map((address, index) => ({ address, index })),
  });
}

function priority(failover: FailoverModel, node: KeepalivedNode): number {
  const comesFirst = failover.preferred ? failover.preferred.node === node.name : node.index === 0;
  return comesFirst ? priorities[0] : priorities[1];
}
