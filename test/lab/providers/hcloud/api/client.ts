// The Hetzner Cloud API over HTTP: one request at a time, tried again where the API says that this may help, and
// actions followed to their end. Trusts what Node.js trusts, which NODE_EXTRA_CA_CERTS adds to.
import type { Properties, Value } from "../../protocol/values";
import { ApiError, isCode } from "./errors";
import type { Action } from "./types";

const defaultEndpoint = "https://api.hetzner.cloud/v1";
/** As hcloud-go: so many tries after the first, each wait twice as long as the one before. */
const retries = 5;
const longestPoll = 5_000;

export class Hetzner {
  private token = "";
  private endpoint = defaultEndpoint;
  private pollInterval = 500;
  private constantPoll = false;

  configure(values: Properties): void {
    const given = (name: string, variable: string) => String(values[name] || process.env[variable] || "");
    this.token = given("token", "HCLOUD_TOKEN");
    this.endpoint = (given("endpoint", "HCLOUD_ENDPOINT") || defaultEndpoint).replace(/\/+$/, "");
    if (this.token === "") {
      throw new Error(
        "Missing Hetzner Cloud API token. While configuring the provider, the Hetzner Cloud API token was not found in " +
          "the HCLOUD_TOKEN environment variable or provider configuration block token attribute.",
      );
    }
    this.pollInterval = values.pollInterval ? milliseconds(String(values.pollInterval)) : this.pollInterval;
    this.constantPoll = values.pollFunction === "constant";
  }

  get<T>(path: string): Promise<T> {
    return this.request("GET", path);
  }

  put<T>(path: string, body: Properties): Promise<T> {
    return this.request("PUT", path, body);
  }

  post<T>(path: string, body?: Properties, transient: readonly string[] = []): Promise<T> {
    return this.request("POST", path, body, transient);
  }

  /** Undefined when there is no such thing. */
  async find<T>(path: string): Promise<T | undefined> {
    return await unlessMissing(this.get<T>(path));
  }

  /** Deletes, and follows the action where there is one. To delete what is gone succeeds. */
  async delete(path: string): Promise<void> {
    const answer = await unlessMissing(this.request<{ action?: Action } | undefined>("DELETE", path));
    await this.wait(answer?.action);
  }

  /** Starts an action, and follows it to its end. Further errors may be named that pass by themselves. */
  async act(path: string, body?: Properties, transient: readonly string[] = []): Promise<void> {
    const answer = await this.post<{ action?: Action; actions?: Action[] }>(path, body, transient);
    await this.wait(answer.action, ...(answer.actions ?? []));
  }

  /** All pages of a list. */
  async list<T>(path: string, key: string, query: Readonly<Record<string, string>> = {}): Promise<T[]> {
    const found: T[] = [];
    for (let page: number | null = 1; page !== null; ) {
      const parameters = new URLSearchParams({ ...query, page: String(page), per_page: "50" });
      const answer: { meta?: { pagination?: { next_page: number | null } } } & Record<string, unknown> = await this.get(
        `${path}?${parameters}`,
      );
      found.push(...(answer[key] as T[]));
      page = answer.meta?.pagination?.next_page ?? null;
    }
    return found;
  }

  async wait(...actions: (Action | null | undefined)[]): Promise<void> {
    let running = ended(actions.filter((action) => !!action));
    for (let polls = 0; running.length > 0; polls++) {
      await sleep(this.constantPoll ? this.pollInterval : Math.min(this.pollInterval * 2 ** polls, longestPoll));
      const ids = running.map(({ id }) => `id=${id}`).join("&");
      const { actions: updates } = await this.get<{ actions: Action[] }>(`/actions?${ids}`);
      if (updates.length < running.length) {
        throw new Error(`actions not found: ${running.map(({ id }) => id).join(" ")}`);
      }
      running = ended(updates);
    }
  }

  private async request<T>(
    method: string,
    path: string,
    body?: Properties,
    transient: readonly string[] = [],
  ): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await this.once<T>(method, path, body);
      } catch (error) {
        if (failures >= retries || !(mayHelpToTryAgain(method, error) || isCode(error, ...transient))) {
          throw error;
        }
        await sleep(2 * this.pollInterval * 2 ** failures);
      }
    }
  }

  private async once<T>(method: string, path: string, body?: Properties): Promise<T> {
    const url = this.endpoint + path;
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        "user-agent": "hcloud-terraform/lab",
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: Error & { cause?: Error }) => {
      throw new Error(`${method} "${url}": ${error.cause?.message || error.message}`, { cause: error });
    });
    const text = await response.text();
    if (!response.ok) {
      throw ApiError.from(response, text);
    }
    return (text === "" ? undefined : parsed(text, `${method} "${url}"`)) as T;
  }
}

function ended(actions: readonly Action[]): Action[] {
  const failed = actions.find(({ status }) => status === "error");
  if (failed) {
    throw new Error(`${failed.error?.message} (${failed.error?.code}, ${failed.id})`);
  }
  return actions.filter(({ status }) => status === "running");
}

/** A gateway that lost the answer may have passed the request on: only what changes nothing is then sent again. */
function mayHelpToTryAgain(method: string, error: unknown): boolean {
  const isLost = error instanceof ApiError && [429, 502, 503, 504].includes(error.status);
  return isCode(error, "conflict", "locked", "rate_limit_exceeded") || (method === "GET" && isLost);
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCode(error, "not_found")) {
      return undefined;
    }
    throw error;
  }
}

function parsed(text: string, what: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

/** Reads Go's notation of a time span: 500ms, 1.5s, 1m30s. */
function milliseconds(span: string): number {
  const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  const parts = [...span.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.map(([part]) => part).join("") !== span) {
    throw new Error(`Unparsable poll interval value: time: invalid duration ${JSON.stringify(span)}`);
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
