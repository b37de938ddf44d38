// A client that trusts the tests' authority and nobody else.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority } from "../certificates";
import { type Answer, type AskOptions, ask } from "../e2e/origin/ask";
import { type Lab, sharedAddress } from "../lab/lab";

export class SecureClient {
  constructor(
    private readonly lab: Lab,
    private readonly host: string,
  ) {
    writeFileSync(this.authorityFile, authority());
  }

  ask(path: string, { args = [], ...options }: AskOptions = {}): Promise<Answer> {
    return ask(this.lab, 443, path, {
      ...options,
      scheme: "https",
      host: this.host,
      args: ["--cacert", this.authorityFile, ...args],
    });
  }

  /** Status codes of requests for PATH1, PATH2 and so on, as fast as curl sends them. */
  async askMany(path: string, times: number, { args = [], from = "operator" }: AskOptions = {}): Promise<string[]> {
    const { stdout } = await this.lab[from].run("curl", [
      ...["--silent", "--show-error", "--cacert", this.authorityFile, "--output", "/dev/null"],
      ...["--resolve", `${this.host}:443:${sharedAddress.ipv4}`, "--write-out", "%{http_code}\n"],
      ...[...args, `https://${this.host}${path}[1-${times}]`],
    ]);
    return stdout.trim().split("\n");
  }

  private get authorityFile(): string {
    return join(this.lab.stateDir, "authority.pem");
  }
}
