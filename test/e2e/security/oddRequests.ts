// Requests that no honest client sends: a corpus of a thousand and more, the same in every run.
import fc from "fast-check";

const hidden = "GET /forbidden/hidden HTTP/1.1\r\nHost: example.com\r\n\r\n";
const longText = "x".repeat(20_000);

/** Bytes that readers disagree about, or that end something. */
const oddBytes = pieces(
  "\0",
  "\t",
  "\r",
  "\n",
  "\v",
  " ",
  "\x7f",
  "\x80",
  "\xff",
  ":",
  ";",
  ",",
  "\\",
  '"',
  "\r\n ",
  "\n\n",
);
const targets = fc
  .array(
    fc.oneof(pieces("/", "a", "..", "//", "%2f", "%00", "%zz", "?", "#", ";v=1", "*", "http://example.com"), oddBytes),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => `/${parts.join("")}`);
const lengths = pieces(
  "0",
  "5",
  "-5",
  "+5",
  "0x5",
  "5,5",
  "5 5",
  " ",
  "99999999999999999999",
  `${"0\r\n\r\n".length + hidden.length}`,
);
const encodings = pieces(
  "chunked",
  "Chunked",
  " chunked",
  "chunked, chunked",
  "identity, chunked",
  "xchunked",
  "\vchunked",
  "chunked\t",
);
const headerLines = fc.oneof(
  lengths.map((value) => `Content-Length: ${value}`),
  encodings.map((value) => `Transfer-Encoding: ${value}`),
  pieces(
    "Host: other.example.com",
    "Host:",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    "Content-Length\0: 5",
    "Transfer_Encoding: chunked",
    "Connection: close, content-length, transfer-encoding",
    "Expect: 100-continue",
    "Upgrade: h2c\r\nConnection: upgrade, http2-settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    "X-Folded: one\r\n two",
    ": no name",
    "no colon",
    `X-Long: ${longText}`,
    `${longText}: long name`,
  ),
  fc.tuple(oddBytes, oddBytes).map(([one, other]) => `X${one}Odd: a${other}b`),
);
const bodies = pieces(
  "",
  "hello",
  "0\r\n\r\n",
  `0\r\n\r\n${hidden}`,
  `5\r\nhello\r\n0\r\n\r\n${hidden}`,
  `5;ext=\n\r\nhello\r\n0\r\n\r\n`,
  `-1\r\n${hidden}`,
  `5\r\nhello0\r\n\r\n`,
  hidden,
);

const requests = fc
  .record({
    method: mostly(pieces("GET", "POST"), pieces("HEAD", "OPTIONS", "get", "PO ST", "X".repeat(40))),
    target: mostly(
      pieces("/", "/a?b=c"),
      targets,
      pieces("/", "*", "http://example.com/a", "//", "/forbidden/x", "http://example.com/forbidden/x"),
    ),
    version: mostly(pieces("HTTP/1.1"), pieces("HTTP/1.0", "HTTP/2.0", "HTTP/1.1 x", "", "http/1.1")),
    lines: fc.array(headerLines, { maxLength: 2 }),
    body: bodies,
    end: mostly(pieces("\r\n"), pieces("\n", "\r", "\r\r\n")),
  })
  .map(({ method, target, version, lines, body, end }) =>
    [`${method} ${target} ${version}`, "Host: example.com", ...lines, "", body].join(end),
  );

/** In Latin-1: a character a byte. */
export function oddRequests(count: number): string[] {
  return fc.sample(requests, { numRuns: count, seed: 7 });
}

/** So that many requests are odd in one thing alone, and get further than others. */
function mostly(plain: fc.Arbitrary<string>, ...odd: readonly fc.Arbitrary<string>[]) {
  return fc.oneof({ arbitrary: plain, weight: 8 }, ...odd);
}

function pieces(...texts: readonly string[]) {
  return fc.constantFrom(...texts);
}
