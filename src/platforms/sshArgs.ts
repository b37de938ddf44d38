// How a user says where SSH goes through, the same on every platform.
import type { Input } from "@pulumi/pulumi";
import type { SshEndpoint } from "../platform";

/** A host that connections to the nodes pass through. */
export interface BastionArgs {
  /** IP address or DNS name. */
  host: Input<string>;
  /** @default 22 */
  port?: Input<number>;
  /** @default the user of the nodes */
  user?: Input<string>;
  /** @default the key of the nodes */
  privateKey?: Input<string>;
  /** Passphrase of the private key. @default that of the nodes, when the key is theirs too */
  privateKeyPassphrase?: Input<string>;
  /** The bastion's public host key, such as "ecdsa-sha2-nistp256 AAAA…". */
  hostKey?: Input<string>;
}

/** What a user says of the nodes' own login. */
export interface Login {
  readonly user?: Input<string>;
  readonly privateKey: Input<string>;
  readonly privateKeyPassphrase?: Input<string>;
}

/** A bastion with what it takes over from the nodes' own login. */
export function bastionEndpoint(bastion: BastionArgs | undefined, login: Login): SshEndpoint | undefined {
  return (
    bastion && {
      ...bastion,
      user: bastion.user ?? login.user,
      privateKey: bastion.privateKey ?? login.privateKey,
      // A bastion with a key of its own does not get the passphrase of the nodes' key.
      privateKeyPassphrase:
        bastion.privateKeyPassphrase ?? (bastion.privateKey ? undefined : login.privateKeyPassphrase),
    }
  );
}
