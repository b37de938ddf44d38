// One request to the shared address by curl, and the answer taken apart.
import { type Lab, sharedAddress } from "../../lab/lab";
import type { Echo } from "./messages";

export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  /** Version of HTTP, such as "1.1". */
  readonly version: string;
  /** By names in lower case; of several with one name the last. */
  readonly headers: Readonly<Record<string, string>>;
  /** As they came, each with its name in lower case: "name: value". */
  readonly headerLines: readonly string[];
  readonly body: string;
  /** What the origin said that it got. */
  readonly echo: Echo;
  /** Why there was no answer. */
  readonly error: string;
}

export interface AskOptions {
  /** @default "http" */
  readonly scheme?: "http" | "https";
  /** Name in the URL, which leads to the shared address. @default the address itself */
  readonly host?: string;
  /** Further arguments of curl. */
  readonly args?: readonly string[];
  /** Which of the lab's clients asks. @default "operator" */
  readonly from?: "operator" | "client";
  /** @default "ipv4" */
  readonly family?: keyof typeof sharedAddress;
}

export async function ask(lab: Lab, port: number, path: string, options: AskOptions = {}): Promise<Answer> {
  const { scheme = "http", host, args = [], from = "operator", family = "ipv4" } = options;
  const address = family === "ipv6" ? `[${sharedAddress.ipv6}]` : sharedAddress.ipv4;
  const lead = host ? ["--resolve", `${host}:${port}:${address}`] : [];
  const curl = ["--silent", "--show-error", "--max-time", "20", "--globoff", "--path-as-is", "--include"];
  const url = `${scheme}://${host ?? address}:${port}${path}`;
  const { stdout, stderr } = await lab[from].run("curl", [...curl, ...lead, ...args, url]);
  return parsed(stdout, stderr.trim());
}

function parsed(text: string, error: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, Math.max(end, 0)).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const body = end < 0 ? "" : text.slice(end + 4);
  return {
    status: Number(/^HTTP\/[\d.]+ (\d+)/.exec(statusLine)?.[1] ?? 0),
    version: /^HTTP\/([\d.]+)/.exec(statusLine)?.[1] ?? "",
    headers: Object.fromEntries(headers),
    headerLines: headers.map((header) => header.join(": ")),
    body,
    error,
    get echo() {
      return JSON.parse(body) as Echo;
    },
  };
}
