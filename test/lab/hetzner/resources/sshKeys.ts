// SSH keys, which new servers get.
import { createHash } from "node:crypto";
import type { Resource } from "../collection";
import { invalidInput, notUnique } from "../errors";
import { Input } from "../input";
import type { Project } from "../project";
import { created, noContent, ok, type Route } from "../routes";
import { readRoutes } from "./reading";

export interface SshKey extends Resource {
  readonly fingerprint: string;
  readonly public_key: string;
}

export function sshKeyRoutes(project: Project): Route[] {
  const { sshKeys } = project;
  return [
    ...readRoutes({
      path: "ssh_keys",
      collection: sshKeys,
      view: sshKeyView,
      sortable: ["id", "name"],
      filters: { fingerprint: ({ fingerprint }, wanted) => fingerprint === wanted },
    }),
    {
      method: "POST",
      path: "/ssh_keys",
      answer: ({ body }) => {
        const input = new Input(body);
        const name = input.text("name");
        const publicKey = input.text("public_key").trim();
        const labels = input.labels() ?? {};
        const fingerprint = fingerprintOf(publicKey);
        sshKeys.requireUnique(name);
        if (sshKeys.all().some((key) => key.fingerprint === fingerprint)) throw notUnique("public_key");
        const key = { ...project.identity(), name, labels, fingerprint, public_key: publicKey };
        return created({ ssh_key: sshKeyView(sshKeys.add(key)) });
      },
    },
    {
      method: "PUT",
      path: "/ssh_keys/{id}",
      answer: ({ params, body }) => {
        const key = sshKeys.get(params.id);
        const input = new Input(body);
        const name = input.optionalText("name") ?? key.name;
        sshKeys.requireUnique(name, key);
        Object.assign(key, { name, labels: input.labels() ?? key.labels });
        return ok({ ssh_key: sshKeyView(key) });
      },
    },
    {
      method: "DELETE",
      path: "/ssh_keys/{id}",
      answer: ({ params }) => {
        sshKeys.remove(sshKeys.get(params.id));
        return noContent;
      },
    },
  ];
}

export function sshKeyView({ id, name, labels, created: at, fingerprint, public_key }: SshKey) {
  return { id, name, labels, created: at, fingerprint, public_key };
}

/** MD5, with colons, as Hetzner shows it. */
function fingerprintOf(publicKey: string): string {
  const [type = "", blob = ""] = publicKey.split(/\s+/);
  const bytes = Buffer.from(blob, "base64");
  // The blob begins with its type again, after four bytes of length.
  if (!type || bytes.subarray(4, 4 + type.length).toString() !== type) {
    throw invalidInput("public_key", "is no SSH public key");
  }
  return createHash("md5")
    .update(bytes)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
}
