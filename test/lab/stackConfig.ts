// A stack's configuration file, written in one go: the CLI takes half a second for each command, and encrypts alone.
import { readFile, writeFile } from "node:fs/promises";
import { parse } from "yaml";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type ConfigValue = Json | { readonly secret: string };

export class StackConfig {
  /** The secrets that stand in the file encrypted. */
  private readonly secrets = new Map<string, string>();

  constructor(private readonly file: string) {}

  /** Sets these; what stood there before stays. Returns the secrets, as KEY=VALUE, that the CLI has to set then. */
  async set(values: readonly (readonly [key: string, value: ConfigValue])[]): Promise<string[]> {
    const { encryptionsalt, config } = parse(await readFile(this.file, "utf8"));
    const plain = values.filter(([, value]) => !isSecret(value));
    // JSON is YAML, so that any structure goes in as it is.
    const all = { encryptionsalt, config: { ...config, ...Object.fromEntries(plain) } };
    await writeFile(this.file, JSON.stringify(all, null, 1));
    return values.flatMap(([key, value]) => {
      if (!isSecret(value) || this.secrets.get(key) === value.secret) {
        return [];
      }
      this.secrets.set(key, value.secret);
      return [`${key}=${value.secret}`];
    });
  }
}

function isSecret(value: ConfigValue): value is { readonly secret: string } {
  return typeof value === "object" && value !== null && "secret" in value && Object.keys(value).length === 1;
}
