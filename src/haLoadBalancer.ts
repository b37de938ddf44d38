// The component: arguments in, resource tree out. It wires; others validate, render and talk to hosts.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs } from "./args";
import { acmeCertificates } from "./haproxy/acme/model";
import { watchers } from "./haproxy/operation/rules";
import { adoptBundle, bundles, installBundle, type MoverFacts } from "./host/bundle";
import { adopt, apply, install, type NodeOptions } from "./host/commands";
import { failoverModel } from "./keepalived/model";
import type { Mover, PlatformNode, Shared } from "./platform";
import { validate } from "./validate";

/** One node of the pair, as the outputs tell it. */
export interface NodeOutput {
  /** The name that the user gave. */
  readonly name: string;
  /** Address under which the node itself is reached from outside. */
  readonly publicAddress: string;
  /** Address on the network between the two nodes. */
  readonly privateAddress: string;
}

/**
 * Two machines with HAProxy and Keepalived that share one or more addresses and survive the loss of either one.
 *
 * @throws InvalidArgumentsError with all problems of the arguments, before anything is created.
 */
export class HaLoadBalancer extends pulumi.ComponentResource {
  /** The first shared address; known once the pair answers on it. */
  readonly address: pulumi.Output<string>;
  /** All shared addresses. */
  readonly addresses: pulumi.Output<string[]>;
  /** The two nodes. */
  readonly nodes: pulumi.Output<NodeOutput[]>;

  constructor(name: string, args: HaLoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    const settings = validate(name, args);
    super("ha-load-balancer:index:HaLoadBalancer", name, {}, options);
    const { platform } = args;
    const child = { parent: this };
    const ports = settings.apply(({ frontends }) => frontends.map(({ port }) => port));
    const peerPorts = settings.apply(({ failover, frontends }) => {
      const { statusPort, peersPort, certificatesPort } = failoverModel(failover);
      return [statusPort, peersPort, ...(acmeCertificates(frontends).length > 0 ? [certificatesPort] : [])];
    });
    const monitoring = settings.apply(({ haproxy }) => watchers(haproxy?.monitoring));
    const context = { name, options: child, ports, peerPorts, monitoring };
    const shared = platform.shared(context);
    const nodes = [platform.node(context, shared, 0), platform.node(context, shared, 1)] as const;
    const childName = (index: 0 | 1, what: string) => `${name}-${platform.nodeNames[index]}-${what}`;
    const owners = platform.uninstallOnDestroy ? platform.nodeNames.map((node) => ownerOf(this, node)) : [];
    const facts = pairFacts(platform.nodeNames, nodes, shared, owners);
    const files = pulumi
      .all([settings, facts, moverFacts(platform.mover), nodes[0].ssh.privateKey])
      .apply(([valid, pair, mover, secret]) => bundles(valid, { ...pair, mover, secret }));

    const adopts = facts.apply(({ addresses }) => addresses.map(({ address }) => address));
    const packages = pulumi
      .all([settings, platform.adopt ? adopts : undefined])
      .apply(([valid, theirs]) => installBundle(valid, platform, theirs));
    const installed = ([0, 1] as const).map((index) =>
      install(childName(index, "install"), nodes[index], packages, childOf(nodes[index])),
    );
    // Both nodes have passed before either is touched.
    const adopted = platform.adopt
      ? ([0, 1] as const).map((index) =>
          adopt(childName(index, "adopt"), nodes[index], adopts.apply(adoptBundle), {
            ...childOf(nodes[index]),
            dependsOn: installed,
          }),
        )
      : [];
    const prepared = [...installed, ...adopted];
    // What has installed newer programs is followed by what starts them.
    const upgrades = pulumi
      .all([settings, packages])
      .apply(([valid, bundle]) => (valid.packages?.upgrade === "latest" ? bundle : undefined));
    // One node after the other: the second one only once the first serves.
    const applied = (index: 0 | 1, before: pulumi.Resource[]) =>
      apply(childName(index, "apply"), nodes[index], files[index], upgrades, {
        ...childOf(nodes[index]),
        dependsOn: before,
      });
    const first = applied(0, prepared);
    const second = applied(1, [first, ...prepared]);

    const serving = pulumi.all([first.id, second.id]);
    this.addresses = pulumi.all([facts, serving]).apply(([{ addresses }]) => addresses.map(({ address }) => address));
    this.address = this.addresses.apply(([address]) => address as string);
    this.nodes = nodeOutputs(platform.nodeNames, nodes);
    this.registerOutputs({ address: this.address, addresses: this.addresses, nodes: this.nodes });

    function childOf(node: PlatformNode): NodeOptions {
      // A machine that is gone cannot be asked to forget: its commands go with it.
      return node.resource
        ? { ...child, deletedWith: node.resource }
        : { ...child, takesOff: platform.uninstallOnDestroy };
    }
  }
}

/** Names a component's node: by another name of either it is another owner. */
function ownerOf(component: pulumi.Resource, node: string): pulumi.Output<string> {
  // As a plain value: whatever depends on a component waits for all that is below it.
  const urn = new Promise<string>((resolve) => component.urn.apply(resolve));
  return pulumi.output(urn).apply((text) => createHash("sha256").update(`${text} ${node}`).digest("hex").slice(0, 12));
}

function pairFacts(
  names: readonly string[],
  nodes: readonly PlatformNode[],
  shared: Shared,
  owners: readonly pulumi.Output<string>[],
) {
  const own = nodes.map(({ id, peerAddress, publicAddress, moverEnv, localAddresses }, index) => ({
    name: names[index] as string,
    id,
    peerAddress,
    publicAddress,
    moverEnv,
    localAddresses,
    owner: owners[index],
  }));
  return pulumi.output({ nodes: own, addresses: shared.addresses });
}

/** Apart from the other facts, which are no secrets. */
function moverFacts(mover: Mover | undefined): pulumi.Output<MoverFacts | undefined> {
  const { script = "", env = {}, secrets = {}, rootOnlyAddresses = [], packages = [] } = mover ?? {};
  const all = { script, env, secrets: pulumi.secret(secrets), rootOnlyAddresses, packages };
  return pulumi.output(mover && all);
}

function nodeOutputs(names: readonly string[], nodes: readonly PlatformNode[]): pulumi.Output<NodeOutput[]> {
  return pulumi.all(
    nodes.map(({ publicAddress, peerAddress }, index) => ({
      name: names[index] as string,
      publicAddress,
      privateAddress: peerAddress,
    })),
  );
}
