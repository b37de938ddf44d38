// Server: made, running and in its networks before it counts as created.
import { createHash } from "node:crypto";
import type { Display } from "../../protocol/display";
import type { ResourceType } from "../../protocol/provider";
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import { type Hetzner, sleep } from "../api/client";
import type { Image, Server, ServerType, SshKey } from "../api/types";
import { server as table } from "../tables";
import { attach, attachmentState, wantedNetworks } from "./attachment";
import { item } from "./item";
import { changeServer, setBackups, setIso, setProtection, setRescue } from "./serverChanges";

export function server(hetzner: Hetzner): ResourceType {
  return item<Server>(hetzner, {
    table,
    path: "/servers",
    key: "server",
    body: async (inputs) => {
      const { name = "", serverType = "", location, datacenter, userData, labels, placementGroupId } = inputs;
      wantedNetworks(inputs.networks);
      return given({
        name,
        server_type: serverType,
        image: await imageFor(hetzner, inputs),
        location,
        datacenter,
        user_data: userData,
        ssh_keys: await sshKeysOf(hetzner, inputs),
        labels,
        firewalls: listOf(inputs.firewallIds).map((firewall) => ({ firewall })),
        placement_group: placementGroupId || undefined,
        public_net: publicNetOf(inputs),
        // Without a public address it gets its networks before it starts.
        start_after_create: startsOffline(inputs) ? false : undefined,
      });
    },
    finish: async (made, inputs) => {
      const path = `/servers/${made.id}`;
      for (const wanted of wantedNetworks(inputs.networks)) {
        await attach(hetzner, String(made.id), wanted);
      }
      if (startsOffline(inputs)) {
        await hetzner.act(`${path}/actions/poweron`);
      }
      await setBackups(hetzner, made, Boolean(inputs.backups));
      await setIso(hetzner, made, inputs.iso);
      await setRescue(hetzner, made, inputs.rescue, await sshKeysOf(hetzner, inputs));
      if (inputs.deleteProtection || inputs.rebuildProtection) {
        await setProtection(hetzner, path, inputs);
      }
    },
    state: serverState,
    put: ["name", "labels"],
    change: async (path, change) => {
      const { server: current } = await hetzner.get<{ server: Server }>(path);
      await changeServer(hetzner, current, change, () => sshKeysOf(hetzner, change.inputs));
    },
    beforeDelete: async (path, state, display) => {
      if (state.shutdownBeforeDeletion) {
        await shutDown(hetzner, path, display);
      }
    },
    inState: { userData: (text) => (isHash(text) ? text : hashOf(String(text))) },
  });
}

/** User data may hold secrets and is long: the state has its hash only. */
function hashOf(userData: string): string {
  return createHash("sha1").update(userData).digest("base64");
}

/** An imported or refreshed program may have the hash itself. */
function isHash(userData: Value): boolean {
  return typeof userData === "string" && /^[A-Za-z0-9+/]{27}=$/.test(userData);
}

export function serverState(found: Server, before: Properties): Properties {
  const { ipv4, ipv6, firewalls = [] } = found.public_net;
  const { id: imageId, name: imageName } = found.image ?? {};
  const kept = ["sshKeys", "userData", "keepDisk", "iso", "rescue", "publicNets"] as const;
  const flags = ["allowDeprecatedImages", "ignoreRemoteFirewallIds", "shutdownBeforeDeletion"] as const;
  return given({
    // The API tells nothing of these.
    ...Object.fromEntries([...kept, ...flags].map((name) => [name, before[name]])),
    name: found.name,
    serverType: found.server_type.name,
    // An official image goes by its name, unless the program gave the id.
    image: found.image ? (imageName && String(imageId) !== before.image ? imageName : String(imageId)) : "",
    location: found.location.name,
    datacenter: found.datacenter?.name ?? "",
    labels: found.labels,
    status: found.status,
    ipv4Address: ipv4?.ip ?? "",
    // The first address of its network; a network of one address is that one.
    ipv6Address: ipv6?.ip.replace(/::\/.*$/, "::1").replace(/\/.*$/, "") ?? "",
    ipv6Network: ipv6?.ip ?? "",
    backupWindow: found.backup_window ?? "",
    backups: Boolean(found.backup_window),
    deleteProtection: found.protection.delete,
    rebuildProtection: found.protection.rebuild,
    primaryDiskSize: found.primary_disk_size,
    placementGroupId: found.placement_group?.id ?? 0,
    firewallIds:
      before.ignoreRemoteFirewallIds && before.firewallIds ? before.firewallIds : firewalls.map(({ id }) => id),
    // Networks that the program does not name are another resource's.
    networks: listOf(before.networks).length > 0 ? networksState(found, listOf(before.networks)) : undefined,
  });
}

/** In the order in which they were asked for. */
function networksState(found: Server, wanted: readonly Value[]): Properties[] {
  const asked = wanted.filter(isObject);
  const askedFor = (network: number) =>
    asked.findIndex(({ networkId, subnetId }) =>
      [networkId, String(subnetId).split("-")[0]].map(Number).includes(network),
    );
  const attachments = [...found.private_net].sort((a, b) => askedFor(a.network) - askedFor(b.network));
  return attachments.map((attachment) => {
    const subnetId = asked[askedFor(attachment.network)]?.subnetId;
    return { ...attachmentState(attachment), ...(subnetId ? { subnetId } : {}) };
  });
}

function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

function publicNetOf({ publicNets }: Properties): Properties | undefined {
  const [net] = listOf(publicNets).filter(isObject);
  return (
    net &&
    given({
      enable_ipv4: Boolean(net.ipv4Enabled) || Boolean(net.ipv4),
      enable_ipv6: Boolean(net.ipv6Enabled) || Boolean(net.ipv6),
      ipv4: net.ipv4 || undefined,
      ipv6: net.ipv6 || undefined,
    })
  );
}

function startsOffline(inputs: Properties): boolean {
  const net = publicNetOf(inputs);
  return listOf(inputs.networks).length > 0 && net !== undefined && !net.enable_ipv4 && !net.enable_ipv6;
}

/** An image's name is one thing for each architecture; the API takes the id. */
async function imageFor(hetzner: Hetzner, { image = "", serverType = "", ...inputs }: Properties): Promise<string> {
  const [type] = await hetzner.list<ServerType>("/server_types", "server_types", { name: String(serverType) });
  if (!type) {
    throw new Error(`server type ${serverType} not found`);
  }
  const byId = /^\d+$/.test(String(image)) ? await hetzner.find<{ image: Image }>(`/images/${image}`) : undefined;
  const [byName] = byId
    ? []
    : await hetzner.list<Image>("/images", "images", {
        name: String(image),
        architecture: type.architecture,
        include_deprecated: "true",
      });
  const found = byId?.image ?? byName;
  if (!found) {
    throw new Error(`image ${image} for architecture ${type.architecture} not found`);
  }
  if (found.deprecated && !inputs.allowDeprecatedImages) {
    throw new Error(
      `image ${found.name} is deprecated. If you want to use it, specify the allow_deprecated_images option.`,
    );
  }
  return String(found.id);
}

/** Keys are named by id or by name. */
async function sshKeysOf(hetzner: Hetzner, { sshKeys }: Properties): Promise<string[]> {
  const found = listOf(sshKeys).map(async (idOrName) => {
    const name = String(idOrName);
    const byId = /^\d+$/.test(name) ? await hetzner.find<{ ssh_key: SshKey }>(`/ssh_keys/${name}`) : undefined;
    const key = byId?.ssh_key ?? (await hetzner.list<SshKey>("/ssh_keys", "ssh_keys", { name }))[0];
    if (!key) {
      throw new Error(`SSH key not found: ${name}`);
    }
    return String(key.id);
  });
  return await Promise.all(found);
}

/** It gets half a minute to end by itself, and is deleted in any case. */
async function shutDown(hetzner: Hetzner, path: string, display: Display): Promise<void> {
  const status = async () => (await hetzner.find<{ server: Server }>(path))?.server.status;
  if ((await status()) !== "running") {
    return;
  }
  await hetzner.act(`${path}/actions/shutdown`);
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(1_000)) {
    if ((await status()) !== "running") {
      return;
    }
  }
  display.warn(
    `Server id ${path.split("/").at(-1)} did not finish shutting down gracefully in time, deleting it anyways.`,
  );
}
