// Who may do what: tokens of the project, by name. Their text is told to nobody.
import { ApiError } from "./errors";

export interface TokenOptions {
  readonly token: string;
  readonly access: "read" | "read_write";
}

export class Tokens {
  private readonly revoked = new Set<string>();

  /** @param known by name */
  constructor(private readonly known: Readonly<Record<string, TokenOptions>>) {}

  /** The name of the token in an Authorization header. */
  nameOf(authorization: string | undefined): string | undefined {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? "") ?? [];
    const [name] = Object.entries(this.known).find(([, { token }]) => token === text) ?? [];
    return name;
  }

  requireAccess(name: string | undefined, method: string): void {
    const options = name === undefined || this.revoked.has(name) ? undefined : this.known[name];
    if (!options) throw new ApiError(401, "unauthorized", "unable to authenticate");
    if (method !== "GET" && options.access === "read") {
      throw new ApiError(403, "token_readonly", "token is only allowed to perform GET requests");
    }
  }

  revoke(name: string): void {
    if (!this.known[name]) throw new Error(`There is no token "${name}": ${Object.keys(this.known).join(", ")}`);
    this.revoked.add(name);
  }

  restore(name?: string): void {
    for (const revoked of [...this.revoked]) if (name === undefined || name === revoked) this.revoked.delete(revoked);
  }
}
