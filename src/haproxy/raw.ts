// Lines of HAProxy's own language that users add to a section.
import { check, isText } from "../validation/checks";

/** Words that begin a section: a line that starts with one would end the section that it was meant for. */
const SECTIONS = [
  "global",
  "defaults",
  "frontend",
  "backend",
  "listen",
  "userlist",
  "peers",
  "mailers",
  "resolvers",
  "program",
  "http-errors",
  "ring",
  "log-forward",
  "cache",
  "fcgi-app",
  "crt-store",
  "acme",
  "log-profile",
  "traces",
];

/** Conditional blocks, which begin with a dot, reach beyond their own line too. */
export const rawLine = check(
  (value) => isText(value) && isOneDirective(value),
  "is not a line for this section.",
  "Give one directive of HAProxy's, without a line break, that does not begin another section.",
);

function isOneDirective(text: string): boolean {
  // A first word with quotes or escapes in it could turn out to be another one.
  const [, first] = /^\s*([a-z][a-z0-9._-]*)(?=\s|$)/.exec(text) ?? [];
  return (
    first !== undefined &&
    !SECTIONS.includes(first) &&
    text.length <= 2048 &&
    !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(text.replaceAll("\t", " ")) &&
    // It would go on in the next line.
    !text.endsWith("\\")
  );
}

/** How they stand at the end of their section; by the mark, a node tells which of them HAProxy refuses. */
export function rawLines(lines: readonly string[] = []): string[] {
  return lines.length > 0 ? ["# raw", ...lines.map((line) => line.trim())] : [];
}
