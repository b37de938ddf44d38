// A proxy for programs that want out: they ask it for whole addresses, and it goes there for them.
import type { Input } from "@pulumi/pulumi";

/**
 * Makes a frontend a forward proxy for plain HTTP to listed destinations. Everything else is refused: other hosts and
 * ports with 403, CONNECT with 405, and names that lead to loopback, to a cloud's metadata or back to the pair (its
 * shared addresses, those between the two nodes and those that they are reached at), with 403. It asks name servers
 * itself, so that the address that was checked is the one that is used. http only. HAProxy keywords: `do-resolve`,
 * `set-dst`.
 */
export interface ForwardProxyArgs {
  /** Hosts that may be asked for: "example.com" is that host, "*.example.com" everything below it. */
  destinations: Input<Input<string>[]>;
  /**
   * TCP ports that may be asked for.
   * @default [80], the one of plain HTTP: other ports lead to other services
   */
  ports?: Input<Input<number>[]>;
  /**
   * Name servers that are asked, such as "10.0.0.2" or "10.0.0.2:5353".
   * @default those of the host, in /etc/resolv.conf
   */
  resolvers?: Input<Input<string>[]>;
}
