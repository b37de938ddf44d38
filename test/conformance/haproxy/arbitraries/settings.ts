// Settings of HAProxy as a whole.
import { availableParallelism } from "node:os";
import fc from "fast-check";
import { LogFormat } from "../../../../src/haproxy/operation/args";
import type { Haproxy } from "../../../../src/haproxy/operation/rules";
import { address, many, network, optionally, raw } from "./values";

export const haproxy: fc.Arbitrary<Haproxy> = optionally({
  maxConnections: fc.integer({ min: 100, max: 2000 }),
  // HAProxy 3.0 warns of more threads than processors.
  threads: fc.integer({ min: 1, max: availableParallelism() }),
  logging: optionally({ format: fc.constantFrom(...Object.values(LogFormat)), server: address }),
  monitoring: optionally({
    allow: many(network),
    basicAuth: fc.constant({ users: { ops: "$6$saltsalt$abcdefghijklmnop" } }),
  }),
  raw: optionally({
    global: raw("tune.bufsize 32768", "spread-checks 5"),
    defaults: raw("option http-keep-alive", "backlog 1000"),
  }),
  errorPages: fc.constant({ "503": "<p>Back soon</p>", "404": " ", "429": "<p>Slow down</p>" }),
});
