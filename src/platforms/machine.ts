// What a machine that is made here must have before the first SSH connection: a host key that is known, and no other.
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

export interface HostKey {
  /** A secret. */
  readonly privateKey: pulumi.Output<string>;
  /** Such as "ssh-ed25519 AAAA…". */
  readonly publicKey: pulumi.Output<string>;
}

const MAKE_KEY = [
  "directory=$(mktemp -d)",
  `trap 'rm -rf "$directory"' EXIT`,
  `ssh-keygen -q -t ed25519 -N "" -C "" -f "$directory/key"`,
  `cat "$directory/key" "$directory/key.pub"`,
].join(" && ");

/** Made once, where `pulumi up` runs; needs `ssh-keygen` there. */
export function hostKey(name: string, options: pulumi.CustomResourceOptions): HostKey {
  const command = new local.Command(
    name,
    { create: MAKE_KEY, logging: "none", addPreviousOutputInEnv: false },
    // Whatever a later release says here, a machine keeps its key: another one would lock `up` out.
    { ...options, additionalSecretOutputs: ["stdout"], ignoreChanges: ["*"] },
  );
  const halves = command.stdout.apply((text) => {
    const [privateKey = "", publicKey = ""] = text.split(/(?<=-----END OPENSSH PRIVATE KEY-----\n)/);
    return { privateKey, publicKey: publicKey.split(" ", 2).join(" ").trim() };
  });
  return { privateKey: pulumi.secret(halves.privateKey), publicKey: pulumi.unsecret(halves.publicKey) };
}

/** For the real cloud-init: JSON is YAML. Nothing but what has to be there before SSH. */
export function cloudConfig(key: HostKey): pulumi.Output<string> {
  return pulumi
    .all([key.privateKey, key.publicKey])
    .apply(
      ([ed25519_private, ed25519_public]) =>
        `#cloud-config\n${JSON.stringify({ ssh_deletekeys: true, ssh_keys: { ed25519_private, ed25519_public } })}\n`,
    );
}
