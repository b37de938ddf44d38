// The lab's Hetzner Cloud with machines that do not exist, and stacks that are deployed to it.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { authority } from "../../certificates";
import { run } from "../../lab/command";
import { ApiForTests, type Body, tokens } from "../hetzner/apiForTests";
import { type Resource, type Resources, Stack } from "../stack";

/** Actions that take a moment have to be waited for. */
const delays = { "*": 0.05 };

export class Cloud {
  private constructor(
    readonly api: ApiForTests,
    private readonly authorityFile: string,
  ) {}

  static async start(): Promise<Cloud> {
    const api = await ApiForTests.start();
    const authorityFile = join(api.folder, "ca.pem");
    await writeFile(authorityFile, authority());
    await api.control.delays(delays);
    return new Cloud(api, authorityFile);
  }

  stop(): Promise<void> {
    return this.api.stop();
  }

  /** Without faults again. */
  async reset(): Promise<void> {
    await this.api.control.reset();
    await this.api.control.delays(delays);
  }

  stack(name: string): Promise<Stack> {
    return Stack.create({
      name,
      directory: this.api.folder,
      programDir: join(__dirname, "program"),
      run,
      // The double is a Node.js program, the real provider one in Go.
      env: { NODE_EXTRA_CA_CERTS: this.authorityFile, SSL_CERT_FILE: this.authorityFile },
    });
  }

  /** Resources with a provider that is configured for this cloud. */
  withProvider(resources: Resources, configuration: Readonly<Record<string, unknown>> = {}): Resources {
    const { token } = tokens.operator;
    const provider: Resource = {
      type: "Provider",
      args: { token: { $secret: token }, endpoint: this.api.url, pollInterval: "20ms", ...configuration },
    };
    const others = Object.entries(resources).map(([name, { options, ...resource }]) => [
      name,
      { ...resource, options: { ...options, provider: "hcloud" } },
    ]);
    return { hcloud: provider, ...Object.fromEntries(others) };
  }

  /** Does something that no stack knows of. */
  async call(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.api.must(method, path, body);
    await this.api.settled();
    return answer;
  }

  /** Requests of the provider that changed something, "POST /servers", since the last time that this was asked. */
  async changes(): Promise<string[]> {
    const requests = await this.api.control.requests();
    await this.api.control.forget();
    return requests
      .filter(({ method, userAgent }) => method !== "GET" && userAgent?.includes("hcloud"))
      .map(({ method, path }) => `${method} ${path}`);
  }

  /** Names of everything of a kind: "servers", "floating_ips" … */
  async names(kind: string): Promise<string[]> {
    const answer = (await this.call("GET", `/${kind}`)) as unknown as Record<string, { name: string }[]>;
    return (answer[kind] ?? []).map(({ name }) => name).sort();
  }
}
