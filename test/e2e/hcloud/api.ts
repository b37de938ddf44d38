// Calls of the lab's Hetzner API as an operator makes them, past Pulumi: to see what there is, and to make what a pair
// is to find there.
import type { Lab } from "../../lab/lab";
import { cloudApi } from "../../lab/layout";

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Whatever the API answers. The token goes in by standard input, as everybody should do it. */
export async function ask<T>(lab: Lab, method: Method, path: string, body?: object): Promise<Answer<T>> {
  const url = `https://${cloudApi.privateAddress}/v1${path}`;
  const data = body ? ["--header", "Content-Type: application/json", "--data", JSON.stringify(body)] : [];
  const { code, stdout, stderr } = await lab.operator.run(
    "curl",
    // biome-ignore format: flags with their values
    ["--config", "-", "--silent", "--show-error", "--max-time", "30", "--cacert", lab.authority, "--request", method,
      "--write-out", "\n%{http_code}", ...data, url],
    { input: `header = "Authorization: Bearer ${lab.hetznerTokens.operator}"\n` },
  );
  if (code !== 0) throw new Error(`${method} ${path}: ${stderr.trim()}`);
  const end = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, end);
  return { status: Number(stdout.slice(end + 1)), body: (text ? JSON.parse(text) : undefined) as T };
}

/** A call that has to work. */
export async function call<T = unknown>(lab: Lab, method: Method, path: string, body?: object): Promise<T> {
  const answer = await ask<T>(lab, method, path, body);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

export const kinds = ["servers", "floating_ips", "networks", "firewalls", "placement_groups", "ssh_keys"] as const;
export type Kind = (typeof kinds)[number];

/** One of the project's resources, as far as every kind has it. */
export interface Resource {
  readonly id: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly protection?: { readonly delete: boolean };
}

export async function list<T = Resource>(lab: Lab, kind: Kind): Promise<readonly T[]> {
  return (await call<Record<Kind, readonly T[]>>(lab, "GET", `/${kind}`))[kind];
}

/** Names of all that the project has. */
export async function inventory(lab: Lab): Promise<readonly string[]> {
  const lists = await Promise.all(kinds.map((kind) => list(lab, kind)));
  return lists.flat().map(({ name }) => name);
}
