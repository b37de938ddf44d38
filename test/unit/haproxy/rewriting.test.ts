// What is changed on the way through, and what is refused in it.
import assert from "node:assert/strict";
import { changed, messagesOf } from "../sampleArgs";
import { type Case, refusals } from "./refusals";

const cases: readonly Case[] = [
  [
    "refuse names and values of headers that would break out of their line",
    [
      ["frontends[0].headers.request.remove", ["X Debug", ""]],
      ["frontends[0].headers.request.set", { "X:Y": "z" }],
      ["frontends[0].headers.response.add", { "X-A": "a\r\nSet-Cookie: b" }],
    ],
    [
      'frontends[0].headers.request.remove[0]: "X Debug" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
      'frontends[0].headers.request.remove[1]: "" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
      'frontends[0].headers.request.set["X:Y"]: "X:Y" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
      'frontends[0].headers.response.add["X-A"]: "a\\r\\nSet-Cookie: b" is not usable text. Use 1 to 4096 characters without line breaks and other control characters.',
    ],
  ],
  [
    "refuse an empty value",
    [["backends[0].headers.response", { set: { "X-A": "" } }]],
    [
      'backends[0].headers.response.set["X-A"]: "" is not usable text. Use 1 to 4096 characters without line breaks and other control characters.',
    ],
  ],
  [
    "want lists and objects",
    [
      ["frontends[0].headers.request.remove", "X-Debug"],
      ["frontends[0].headers.request.set", ["X-Edge"]],
    ],
    [
      'frontends[0].headers.request.remove: "X-Debug" is not a list. Use one.',
      'frontends[0].headers.request.set: ["X-Edge"] is not an object. Use names with values.',
    ],
  ],
  [
    "suggest the direction that was meant",
    [["frontends[0].headers", { requests: {} }]],
    ['frontends[0].headers.requests: is not a property. Did you mean "request"? There are: request, response.'],
  ],
  [
    "know the headers that tell of the client",
    [["frontends[0].forwardedHeaders", "x-forwarded-for"]],
    ['frontends[0].forwardedHeaders: "x-forwarded-for" is not known. Use one of: x-forwarded, forwarded, both, none.'],
  ],
  [
    "refuse media types that are none",
    [["frontends[0].compression.types", ["text", "text/html; q=1"]]],
    [
      'frontends[0].compression.types[0]: "text" is not a media type. Use one such as "text/html".',
      'frontends[0].compression.types[1]: "text/html; q=1" is not a media type. Use one such as "text/html".',
    ],
  ],
  [
    "want a type where types are listed",
    [["frontends[0].compression.types", []]],
    ["frontends[0].compression.types: is empty. List at least one, or leave it out."],
  ],
  [
    "refuse a cache out of range",
    [["backends[0].cache", { totalMebibytes: 0, maxObjectBytes: 0, maxAgeSeconds: 86_401 }]],
    [
      "backends[0].cache.totalMebibytes: 0 is out of range. Use a whole number from 1 to 4095.",
      "backends[0].cache.maxObjectBytes: 0 is out of range. Use a whole number from 1 to 536870912.",
      "backends[0].cache.maxAgeSeconds: 86401 is out of range. Use a whole number from 1 to 86400.",
    ],
  ],
  [
    "refuse answers that HAProxy would not keep in so small a cache",
    [["backends[0].cache", { totalMebibytes: 1, maxObjectBytes: 524_289 }]],
    [
      "backends[0].cache.maxObjectBytes: 524289 is more than half of totalMebibytes, which is 1. Use 524288 at most, or give more memory.",
    ],
  ],
  [
    "refuse them in a cache of the default size too",
    [["backends[0].cache", { maxObjectBytes: 10_000_000 }]],
    [
      "backends[0].cache.maxObjectBytes: 10000000 is more than half of totalMebibytes, which is 16. Use 8388608 at most, or give more memory.",
    ],
  ],
  [
    "refuse headers of the log that are none",
    [
      ["frontends[0].requestIdHeader", "X Id"],
      ["frontends[0].captureHeaders.request", ["User Agent"]],
    ],
    [
      'frontends[0].captureHeaders.request[0]: "User Agent" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
      'frontends[0].requestIdHeader: "X Id" is not the name of a header. Use letters, digits, "-" and "_", 128 at most.',
    ],
  ],
];

describe("rules of headers, compression and caches", () => {
  refusals(cases);

  it("take the largest answer that HAProxy keeps", () => {
    assert.deepEqual(messagesOf(changed(["backends[0].cache", { totalMebibytes: 1, maxObjectBytes: 524_288 }])), []);
  });
});
