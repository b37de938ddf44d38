// SshKey: the API knows a key by its fingerprint, and so does the comparison; its comment does not matter.
import type { ResourceType } from "../../protocol/provider";
import { given, type Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { SshKey } from "../api/types";
import { sshKey as table } from "../tables";
import { item } from "./item";

export function sshKey(hetzner: Hetzner): ResourceType {
  return item<SshKey>(hetzner, {
    table,
    path: "/ssh_keys",
    key: "ssh_key",
    body: ({ name = null, publicKey = null, labels }) => given({ name, public_key: publicKey, labels }),
    state: (key, before) => ({
      name: key.name,
      labels: key.labels,
      fingerprint: key.fingerprint,
      publicKey: sameKey(before.publicKey, key.public_key) ? (before.publicKey as string) : key.public_key,
    }),
    put: ["name", "labels"],
    inState: { publicKey: (wanted, state) => (sameKey(wanted, state) ? (state as Value) : wanted) },
  });
}

function sameKey(a: Value | undefined, b: Value | undefined): boolean {
  const withoutComment = (key: string) => key.trim().split(/\s+/, 2).join(" ");
  return typeof a === "string" && typeof b === "string" && withoutComment(a) === withoutComment(b);
}
