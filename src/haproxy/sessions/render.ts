// Persistence as lines of a backend, and what it adds to each server's line.
import { createHash } from "node:crypto";
import { peersName } from "../peers/render";
import type { Lines } from "../section";
import type { Persistence } from "./rules";

/** Longest key that a table remembers; what is longer is cut, and still the same for the same client. */
const KEY_LENGTH = 64;

export function persistenceLines(backend: string, persistence: Persistence | undefined, discovered: boolean): Lines {
  if (!persistence) {
    return {};
  }
  const { cookie, applicationCookie, header } = persistence;
  if (cookie) {
    return { setting: cookieLines(backend, cookie, discovered) };
  }
  if (applicationCookie) {
    const stick = [`stick match req.cook(${applicationCookie})`, `stick store-response res.cook(${applicationCookie})`];
    return { setting: [table("string", persistence)], routing: stick };
  }
  return header
    ? { setting: [table("string", persistence)], routing: [`stick on req.hdr(${header})`] }
    : { setting: [table("ipv6", persistence)], routing: ["stick on src"] };
}

function cookieLines(backend: string, cookie: NonNullable<Persistence["cookie"]>, discovered: boolean): string[] {
  const { name = "SERVERID", secure = true, sameSite = "Lax", domain } = cookie;
  const options = [
    "insert indirect nocache httponly",
    secure ? "secure" : "",
    `attr SameSite=${sameSite}`,
    domain ? `domain ${domain}` : "",
    discovered ? "dynamic" : "",
  ];
  return [
    `cookie ${name} ${options.filter(Boolean).join(" ")}`,
    // Servers that DNS finds have no names of their own to make values of.
    ...(discovered ? [`dynamic-cookie-key ${digest(backend)}`] : []),
  ];
}

function table(type: "string" | "ipv6", { expireSeconds = 1800, tableSize = 100_000 }: Persistence): string {
  const length = type === "string" ? ` len ${KEY_LENGTH}` : "";
  return `stick-table type ${type}${length} size ${tableSize} expire ${expireSeconds}s peers ${peersName}`;
}

/** A value that tells clients nothing of the servers, and stays when servers before this one come and go. */
export function serverCookie(persistence: Persistence | undefined, server: string): string {
  return persistence?.cookie ? ` cookie ${digest(server)}` : "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

export function usesTable(persistence: Persistence | undefined): boolean {
  return persistence !== undefined && persistence.cookie === undefined;
}
