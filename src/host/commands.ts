// The remote commands of a node. Content goes in by stdin: command lines are shown in previews and in errors.
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformNode, SshEndpoint } from "../platform";
import { archive } from "./archive";
import type { Bundle } from "./bundle";
import { fingerprint, fingerprintOfRunning } from "./fingerprint";

/** `install` has waited for the machine; one that does not answer `apply` is dead, which nobody wants to learn late. */
const APPLY_DIAL_ERROR_LIMIT = 4;

export interface NodeOptions extends pulumi.CustomResourceOptions {
  /** What the command brought goes with it: for a host that outlives the pair. @default false */
  readonly takesOff?: boolean;
}

/** Installs packages and the agent's user. Idempotent. */
export function install(
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  { takesOff, ...options }: NodeOptions,
): remote.Command {
  const undo = takesOff ? unpacking(BESIDE, "sh $incoming/bin/undo-install") : undefined;
  return prepare("install", name, node, bundle, { ...options, customTimeouts: minutes(20) }, undo);
}

/** Readies a hand-made load balancer for being taken over by `apply`, once both nodes are installed. Idempotent. */
export function adopt(
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  { takesOff: _, ...options }: NodeOptions,
): remote.Command {
  return prepare("adopt", name, node, bundle, { ...options, customTimeouts: minutes(5) });
}

/** What runs before there is a bundle of the node's own. */
function prepare(
  script: "install" | "adopt",
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  options: pulumi.CustomResourceOptions,
  undo?: string,
): remote.Command {
  const shown = pulumi.all([bundle, node.ssh.privateKey]).apply(([files, key]) => fingerprint(files, key));
  return command(
    name,
    node,
    bundle,
    { run: unpacking(BESIDE, `sh $incoming/${script} $incoming`), undo },
    shown,
    options,
  );
}

/**
 * Puts a bundle on the node and in use, or leaves the node as it was and fails. Idempotent.
 *
 * @param also what else has to change for the node to be looked at again
 */
export function apply(
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  also: pulumi.Output<Bundle | undefined>,
  { takesOff, ...options }: NodeOptions,
): remote.Command {
  const dialErrorLimit = Math.min(node.ssh.dialErrorLimit, APPLY_DIAL_ERROR_LIMIT);
  const running = { ...node, ssh: { ...node.ssh, dialErrorLimit } };
  const shown = pulumi
    .all([bundle, also, node.ssh.privateKey])
    .apply(([files, others, key]) => fingerprintOfRunning(files, key, others));
  const undo = takesOff ? unpacking(BESIDE, "python3 -B $incoming/bin/remove $incoming") : undefined;
  return command(name, running, bundle, { run: UNPACK_AND_APPLY, undo }, shown, {
    ...options,
    customTimeouts: minutes(10),
    // One that is replaced would otherwise come first, and go with what it replaces.
    ...(takesOff ? { deleteBeforeReplace: true } : {}),
  });
}

function minutes(count: number): pulumi.CustomTimeouts {
  return { create: `${count}m`, update: `${count}m` };
}

interface Scripts {
  readonly run: string;
  /** @default none */
  readonly undo?: string;
}

function command(
  name: string,
  node: PlatformNode,
  bundle: pulumi.Output<Bundle>,
  { run, undo }: Scripts,
  shown: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): remote.Command {
  const contents = pulumi.all([shown, node.id]).apply(([text, id]) => `${text}\n# node ${JSON.stringify(id)}`);
  return new remote.Command(
    name,
    {
      ...connected(node, bundle),
      // Digests with a secret key tell nothing, and are there to be seen in the preview.
      create: pulumi.interpolate`${asRoot(node, run)}\n${pulumi.unsecret(contents)}`,
      delete: undo && asRoot(node, undo),
      stdin: pulumi.secret(bundle.apply(archive)),
    },
    options,
  );
}

/** What is unpacked there is gone afterwards. */
const BESIDE = "incoming=$(mktemp -d)";

function unpacking(place: string, run: string): string {
  return [
    "set -eu",
    "umask 022",
    place,
    'trap "rm -rf $incoming" EXIT',
    "base64 -d | tar -xzpf - -C $incoming",
    run,
  ].join("; ");
}

/** `apply` itself is in the bundle, so that it always fits what it installs. */
const UNPACK_AND_APPLY = unpacking(
  "mkdir -p /etc/ha-load-balancer/bundles; incoming=$(mktemp -d /etc/ha-load-balancer/bundles/.incoming.XXXXXX)",
  "python3 -B $incoming/bin/apply $incoming",
);

/** @param script without single quotes */
function asRoot(node: PlatformNode, script: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.all([node.ssh.user, script]).apply(([user, text]) => {
    const become = (user ?? "root") === "root" ? "" : "sudo -n ";
    return `${become}sh -c '${text}'`;
  });
}

/** @param ready nothing is run before it is there: the arguments are good then */
function connected(node: PlatformNode, ready: pulumi.Output<unknown>) {
  const { bastion, dialErrorLimit, ...own } = node.ssh;
  return {
    connection: {
      ...endpoint(
        { ...own, host: pulumi.all([own.host, pulumi.unsecret(ready)]).apply(([host]) => host) },
        dialErrorLimit,
      ),
      ...(bastion ? { proxy: endpoint(bastion, dialErrorLimit) } : {}),
    },
    // Most sshd refuse variables, and would warn about them at every update.
    addPreviousOutputInEnv: false,
  };
}

function endpoint(to: SshEndpoint, dialErrorLimit: number) {
  return {
    host: to.host,
    port: to.port ?? 22,
    user: to.user ?? "root",
    privateKey: pulumi.secret(to.privateKey),
    privateKeyPassword: to.privateKeyPassphrase && pulumi.secret(to.privateKeyPassphrase),
    hostKey: to.hostKey,
    perDialTimeout: 10,
    dialErrorLimit,
  };
}
