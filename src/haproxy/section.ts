// Lines of one section of haproxy.cfg, and the words they are made of. What users give gets into a line only here.
import { isIPv6 } from "node:net";

/**
 * The order in which HAProxy evaluates rules, whatever the order in the file: it warns about files that pretend another.
 */
const phases = [
  "setting",
  "acl",
  "connection",
  "session",
  "content",
  "request",
  "response",
  "afterResponse",
  "routing",
] as const;
type Phase = (typeof phases)[number];

/** What a feature adds to a section. */
export type Lines = { readonly [Key in Phase]?: readonly string[] };

/** A file that haproxy.cfg names by its path from its own folder on. */
export interface ConfigFile {
  readonly path: string;
  readonly content: string;
}

/** Where all of these are. */
export function beside(name: string): string {
  return `haproxy/${name}`;
}

/** What a feature comes to. */
export interface Rendered {
  readonly lines: Lines;
  readonly files?: readonly ConfigFile[];
}

/** What several features add, phase by phase, and within a phase in the order given. */
export function inOrder(parts: readonly Lines[]): string[] {
  return phases.flatMap((phase) => parts.flatMap((part) => part[phase] ?? []));
}

/** One word of a line, whatever is in it: between single quotes nothing is special but these themselves. */
export function word(text: string): string {
  return /^[\w.:/@+=,*?&-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The same where HAProxy expects a log-format string: nothing in the text is a variable. */
export function literal(text: string): string {
  return word(text.replaceAll("%", "%%"));
}

/** Values for lines of one kind: HAProxy takes 64 words in a line. */
export function inChunks<T>(values: readonly T[] = []): T[][] {
  const size = 32;
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}

/** HAProxy's notation of a duration. */
export function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

/** An address with its port, where it has none of its own. */
export function withPort(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : /:\d+$/.test(address) ? address : `${address}:${port}`;
}
