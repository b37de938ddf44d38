// The section by which the two nodes tell each other what their tables hold.
import { beside, type ConfigFile } from "../section";

export const peersName = "ha-lb-peers";

/** One node's view of the pair. */
export interface PeerNode {
  readonly name: string;
  readonly address: string;
}
export interface Peers {
  readonly own: PeerNode;
  readonly other: PeerNode;
  readonly port: number;
  /** Certificate and key of the pair, in PEM: who has them is one of the two. */
  readonly identity: string;
}

const identityFile = beside("peers.pem");

export function peersSection({ own, other, port }: Peers) {
  const tls = `ssl crt ${identityFile} ca-file ${identityFile} verify required ssl-min-ver TLSv1.3`;
  return {
    name: peersName,
    localPeer: own.name,
    lines: [
      `bind ${endpoint(own.address, port)} ${tls}`,
      `server ${own.name} ${tls}`,
      `server ${other.name} ${endpoint(other.address, port)} ${tls}`,
    ],
  };
}

export function peersFiles({ identity }: Peers): ConfigFile[] {
  return [{ path: identityFile, content: identity }];
}

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
