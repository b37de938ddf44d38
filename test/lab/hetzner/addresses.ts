// Arithmetic with addresses and networks, IPv4 and IPv6, as text.
import { isIP, isIPv4 } from "node:net";

export interface Range {
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
  readonly version: 4 | 6;
}

/** A network such as "10.0.0.0/16"; undefined for what is none, or has bits set behind its prefix. */
export function parseRange(text: string): Range | undefined {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const version = isIP(address);
  const prefix = Number(digits);
  const bits = version === 4 ? 32 : 128;
  if ((version !== 4 && version !== 6) || prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = parse(address);
  return first % size === 0n ? { first, last: first + size - 1n, prefix, version } : undefined;
}

export const contains = (outer: Range, inner: Pick<Range, "first" | "last" | "version">) =>
  outer.version === inner.version && outer.first <= inner.first && inner.last <= outer.last;

export const overlap = (a: Range, b: Range) => a.version === b.version && a.first <= b.last && b.first <= a.last;

export const holds = (range: Range, address: string) =>
  contains(range, { first: parse(address), last: parse(address), version: isIPv4(address) ? 4 : 6 });

/** The number of an address that is known to be one. */
export function parse(address: string): bigint {
  if (isIPv4(address)) return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = "", tail] = withoutDottedQuad(address).split("::");
  const groups = (text: string) => text.split(":").filter(Boolean);
  const middle = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(middle).fill("0"), ...groups(tail ?? "")];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** "::ffff:192.0.2.1" ends in an IPv4 address. */
function withoutDottedQuad(address: string): string {
  const [, before = "", quad] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  if (!quad) return address;
  const value = parse(quad);
  return `${before}${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

export function formatIpv4(address: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join(".");
}

export const formatRange = (first: bigint, prefix: number) => `${formatIpv4(first)}/${prefix}`;
