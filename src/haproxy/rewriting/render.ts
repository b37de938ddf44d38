// Headers, compression and caches as lines of a section.
import { inChunks, type Lines, literal, word } from "../section";
import type { ForwardedHeaders } from "./args";
import { type Cache, type Compression, defaultCacheMebibytes, type HeaderChanges, type Headers } from "./rules";

export function headerLines({ request, response }: Headers = {}): Lines {
  return {
    request: request ? changes("http-request", request) : [],
    response: response ? changes("http-response", response) : [],
  };
}

function changes(rule: string, { remove = [], set = {}, add = {} }: HeaderChanges): string[] {
  return [
    ...remove.map((name) => `${rule} del-header ${name}`),
    ...Object.entries(set).map(([name, value]) => `${rule} set-header ${name} ${literal(value)}`),
    ...Object.entries(add).map(([name, value]) => `${rule} add-header ${name} ${literal(value)}`),
  ];
}

/** What a client says of itself in these headers is overwritten: servers trust them. */
export function forwardedLines(which: ForwardedHeaders, tls: boolean): Lines {
  const scheme = tls ? "https" : "http";
  const xForwarded = [
    "http-request set-header X-Forwarded-For %[src]",
    `http-request set-header X-Forwarded-Proto ${scheme}`,
    "http-request set-header X-Forwarded-Host %[req.hdr(host)]",
    "http-request set-header X-Forwarded-Port %[dst_port]",
  ];
  // An IPv6 address stands in brackets and quotes (RFC 7239, section 6).
  const forwarded = [
    `http-request set-header Forwarded 'for=%[src];proto=${scheme};host="%[req.hdr(host)]"' if { src 0.0.0.0/0 }`,
    `http-request set-header Forwarded 'for="[%[src]]";proto=${scheme};host="%[req.hdr(host)]"' if !{ src 0.0.0.0/0 }`,
  ];
  return {
    request: [
      ...(which === "x-forwarded" || which === "both" ? xForwarded : []),
      ...(which === "forwarded" || which === "both" ? forwarded : []),
    ],
  };
}

const compressible = [
  "text/html",
  "text/plain",
  "text/css",
  "text/javascript",
  "text/xml",
  "application/javascript",
  "application/json",
  "application/xml",
  "image/svg+xml",
];

export function compressionLines(compression: Compression | undefined): Lines {
  return compression
    ? {
        setting: [
          "compression algo gzip",
          ...inChunks(compression.types ?? compressible).map(
            (types) => `compression type ${types.map(word).join(" ")}`,
          ),
        ],
      }
    : {};
}

/** The section that keeps the answers of a backend, and the backend's lines that use it. */
export function cacheSection(backend: string, cache: Cache) {
  const { totalMebibytes = defaultCacheMebibytes, maxObjectBytes = 131_072, maxAgeSeconds = 60 } = cache;
  return {
    name: backend,
    lines: [`total-max-size ${totalMebibytes}`, `max-object-size ${maxObjectBytes}`, `max-age ${maxAgeSeconds}`],
  };
}

export function cacheLines(backend: string, cache: Cache | undefined): Lines {
  return cache
    ? { request: [`http-request cache-use ${backend}`], response: [`http-response cache-store ${backend}`] }
    : {};
}
