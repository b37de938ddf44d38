// The two remote commands of a node. Content goes in by stdin: command lines are shown in previews and in errors.
import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformNode, SshConnection, SshEndpoint } from "../platform";
import { archive } from "./archive";
import { type Bundle, fingerprint, installScript } from "./bundle";

/** Installs packages and the agent's user. Idempotent. */
export function install(
  name: string,
  node: PlatformNode,
  ready: pulumi.Output<unknown>,
  options: pulumi.CustomResourceOptions,
): remote.Command {
  return new remote.Command(
    name,
    {
      ...connected(node, ready),
      create: asRoot(node, "exec sh -s"),
      stdin: installScript(),
    },
    { ...options, customTimeouts: { create: "20m", update: "20m" } },
  );
}

/** Puts a bundle on the node and in use, or leaves the node as it was and fails. Idempotent. */
export function apply(
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  options: pulumi.CustomResourceOptions,
): remote.Command {
  const contents = pulumi
    .all([bundle, node.ssh, node.id])
    .apply(([files, ssh, id]) => `${fingerprint(files, ssh.privateKey)}\n# node ${id}`);
  return new remote.Command(
    name,
    {
      ...connected(node, bundle),
      // Digests with a secret key tell nothing, and are there to be seen in the preview.
      create: pulumi.interpolate`${asRoot(node, UNPACK_AND_APPLY)}\n${pulumi.unsecret(contents)}`,
      stdin: pulumi.secret(bundle.apply(archive)),
    },
    { ...options, customTimeouts: { create: "10m", update: "10m" } },
  );
}

/** `apply` itself is in the bundle, so that it always fits what it installs. */
const UNPACK_AND_APPLY = [
  "set -eu",
  "umask 077",
  "mkdir -p /etc/ha-load-balancer/bundles",
  "incoming=$(mktemp -d /etc/ha-load-balancer/bundles/.incoming.XXXXXX)",
  'trap "rm -rf $incoming" EXIT',
  "base64 -d | tar -xpf - -C $incoming",
  "python3 -B $incoming/bin/apply $incoming",
].join("; ");

/** @param script without single quotes */
function asRoot(node: PlatformNode, script: string): pulumi.Output<string> {
  return pulumi.output(node.ssh).apply(({ user }) => {
    const become = user === undefined || user === "root" ? "" : "sudo -n ";
    return `${become}sh -c '${script}'`;
  });
}

function connected(node: PlatformNode, ready: pulumi.Output<unknown>) {
  return {
    connection: pulumi.all([node.ssh, ready]).apply(([ssh]) => connection(ssh)),
    // Most sshd refuse variables, and would warn about them at every update.
    addPreviousOutputInEnv: false,
  };
}

function connection({ bastion, ...node }: pulumi.Unwrap<SshConnection>): types.input.remote.ConnectionArgs {
  return { ...endpoint(node), ...(bastion ? { proxy: endpoint(bastion) } : {}) };
}

function endpoint({ host, port, user, privateKey, privateKeyPassphrase, hostKey }: pulumi.Unwrap<SshEndpoint>) {
  return {
    host,
    port: port ?? 22,
    user: user ?? "root",
    privateKey: pulumi.secret(privateKey),
    ...(privateKeyPassphrase === undefined ? {} : { privateKeyPassword: pulumi.secret(privateKeyPassphrase) }),
    ...(hostKey === undefined ? {} : { hostKey }),
    // A new machine needs a while until it answers: 30 dials, 10 s each at most.
    dialErrorLimit: 30,
    perDialTimeout: 10,
  };
}
