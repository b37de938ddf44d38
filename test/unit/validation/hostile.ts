// Text that ends a line, a word or a quote somewhere, and that a place refuses it wherever it stands in there.
import assert from "node:assert/strict";
import type { Problem } from "../../../src/validation/problem";
import { placesIn } from "./places";

export const hostile = {
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
} as const;

export type Kind = keyof typeof hostile;

/** What no quotes can hold: text of one line is refused with it wherever it goes. */
export const lineBreaking: readonly Kind[] = [
  "a line feed",
  "a carriage return",
  "a NUL",
  "an escape sequence",
  "a C1 control",
  "a line separator",
];

/** Every text in the arguments, with its path. */
export function textsIn(args: unknown): { readonly path: string; readonly text: string }[] {
  return placesIn(args).flatMap(({ path, value }) => (typeof value === "string" ? [{ path, text: value }] : []));
}

/**
 * @param takes whether the place takes that kind of text
 * @param problemsWith what is wrong with the arguments when the place has that text
 */
export function assertRefused(
  { path, text }: { readonly path: string; readonly text: string },
  takes: (kind: Kind) => boolean,
  problemsWith: (text: string) => readonly Problem[],
): void {
  const half = Math.ceil(text.length / 2);
  for (const kind of (Object.keys(hostile) as Kind[]).filter((kind) => !takes(kind))) {
    const part = hostile[kind];
    // What a regular expression lets pass at an end, if anything, is a line feed.
    const atTheEnds = kind === "a line feed" ? [`${text}${part}`, `${part}${text}`] : [];
    for (const value of [...atTheEnds, `${text.slice(0, half)}${part}${text.slice(half)}`]) {
      const found = problemsWith(value).filter((problem) => problem.path === path);
      assert.equal(found.length, 1, `${kind} passes: ${JSON.stringify(value)}`);
      assert.doesNotMatch(found[0]?.message ?? "", /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, kind);
    }
  }
}
