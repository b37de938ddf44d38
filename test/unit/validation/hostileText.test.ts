// No string that reaches a configuration file or a command line can break out of its place.
import assert from "node:assert/strict";
import { changed, problemsOf, sampleArgs } from "../sampleArgs";
import { placesIn } from "./places";

const hostile: Readonly<Record<string, string>> = {
  "a line feed": "\n",
  "a carriage return": "\r",
  "a NUL": "\0",
  "an escape sequence": "\x1b[31m",
  "a C1 control": "\x9b",
  "a line separator": "\u2028",
  "a right-to-left override": "\u202e",
  "a space": " ",
  "a tab": "\t",
  "a double quote": '"',
  "a single quote": "'",
  "a #": "#",
  "a !": " !",
  "a backslash": "\\",
  "a variable": "$HOME",
  "a command": "$(id)",
  "a backtick": "`",
  "a brace": "}",
  "a template": "{{name}}",
};

/** Taken as it is, and quoted, or in a file of its own: only what no quotes can hold is refused. */
const quoted =
  /^revision$|\.(body|contentType|location|prefix|expectBody|realm)$|\.(set|add|headers)(\["[^"]+"\]|\.\w+)$|\.values\[\d+\]$|\.raw(\.\w+)?\[\d+\]$|\.pathRegexes\[\d+\]$|\.errorPages\[/;
/** Paths of URLs may have what else has a meaning in a configuration; they are quoted, too. */
const paths = /\.(paths|pathPrefixes)\[\d+\]$|\.(stripPrefix|addPrefix)$/;
/** Words of a file that knows neither quotes nor escapes: only a space would end them. */
const words = /^packages\.haproxy\.source\.(user|password)$/;
/** Certificates and keys are files of their own. */
const files = /\.(certificates\[\d+\]|authorities|clientCertificate|signingKey)$/;
const lineBreaking = [
  "a line feed",
  "a carriage return",
  "a NUL",
  "an escape sequence",
  "a C1 control",
  "a line separator",
];
const inPaths = [
  "a double quote",
  "a single quote",
  "a backslash",
  "a variable",
  "a command",
  "a backtick",
  "a brace",
  "a template",
];

/** Whether this place takes that text, so that it is the renderer's to keep it in its place. */
function takes(path: string, kind: string): boolean {
  if (
    /\.body$|\.errorPages\[/.test(path) &&
    (kind === "a line feed" || kind === "a carriage return" || kind === "a line separator")
  ) {
    return true;
  }
  if (/\.users\.\w+$/.test(path) && kind === "a variable") {
    return true;
  }
  if (words.test(path)) {
    return !/[^!-~]/.test(hostile[kind] ?? "");
  }
  return (quoted.test(path) && !lineBreaking.includes(kind)) || (paths.test(path) && inPaths.includes(kind));
}

const texts = placesIn(sampleArgs()).flatMap(({ path, value }) =>
  typeof value === "string" && !path.endsWith("privateKey") && !files.test(path) ? [{ path, text: value }] : [],
);

describe("text that would break out of its place", () => {
  for (const { path, text } of texts) {
    it(`is refused in ${path}, and shown harmlessly`, () => {
      for (const [kind, part] of Object.entries(hostile).filter(([kind]) => !takes(path, kind))) {
        const half = Math.ceil(text.length / 2);
        // What a regular expression lets pass at an end, if anything, is a line feed.
        const atTheEnds = kind === "a line feed" ? [`${text}${part}`, `${part}${text}`] : [];
        for (const value of [...atTheEnds, `${text.slice(0, half)}${part}${text.slice(half)}`]) {
          const found = problemsOf(changed([path, value])).filter((problem) => problem.path === path);
          assert.equal(found.length, 1, `${kind} passes: ${JSON.stringify(value)}`);
          assert.doesNotMatch(found[0]?.message ?? "", /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, kind);
        }
      }
    });
  }
});
