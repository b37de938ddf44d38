// What is wrong with the user's input, as data, and the one error that reports all of it.
// Knows nothing of HAProxy or Keepalived.
import { RunError } from "@pulumi/pulumi";

/** One thing that is wrong, where it stands, and how to mend it. */
export interface Problem {
  /** Property path as the user wrote it, such as `frontends[0].port`. */
  readonly path: string;
  /** What is wrong with it, with the value that was given, and what to write instead. */
  readonly message: string;
}

/**
 * Thrown, or the rejection of an Output, when the arguments cannot be used. Nothing was created. Pulumi shows its
 * message alone, without a stack trace: what is wrong stands in the user's arguments, and not in this code.
 */
export class InvalidArgumentsError extends RunError {
  /** All that is wrong, in the order of the arguments. */
  readonly problems: readonly Problem[];

  constructor(component: string, problems: readonly Problem[]) {
    const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
    super(`${component}: ${problems.length === 1 ? "1 problem" : `${problems.length} problems`}:\n${lines.join("\n")}`);
    this.name = "InvalidArgumentsError";
    this.problems = problems;
  }
}

export function problem(path: string, message: string): Problem {
  return { path, message };
}

/** The path of a property, as one would write it in a program: `.name`, or `["X-Name"]`. */
export function member(path: string, key: string): string {
  if (!/^[A-Za-z_]\w*$/.test(key)) {
    return `${path}[${show(key)}]`;
  }
  return path === "" ? key : `${path}.${key}`;
}

/** How a value is shown in a message: quoted, with invisible characters spelled out, and cut when long. */
export function show(value: unknown): string {
  const text = inWords(value).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
  // Somebody has mixed up two fields; a message goes into logs.
  if (text.includes("PRIVATE KEY")) {
    return "a private key (its text is not shown)";
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function inWords(value: unknown): string {
  if (typeof value === "function") {
    return "a function";
  }
  if (typeof value === "number") {
    return String(value);
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // What contains itself, or is too big an integer, has no JSON.
    return typeof value === "object" ? "an object" : String(value);
  }
}
