// The part of a lab that is a cloud: machines made on demand, and what runs beside them. A lab has one when asked for.
import fs from "node:fs";
import path from "node:path";
import type { BaseImage } from "../base/image";
import type { HostContext } from "../host";
import { awsApi, cloudApi, metadataService, stateDirOf } from "../layout";
import { Namespace } from "../namespace";
import { startService } from "../service";
import { Switch } from "../switch";
import { makeAuthority } from "./authority";
import { awsApis } from "./awsApis";
import { watchConnections } from "./firewall";
import { hetznerApi } from "./hetznerApi";
import { settleNeighbours } from "./routes";

/** "machines": no API, only the machines, for whoever creates them himself. */
export const cloudForms = ["hcloud", "aws", "machines"] as const;
export type CloudForm = (typeof cloudForms)[number];

/** Kept in the lab's state directory from before the first machine on. */
export interface CloudRecord {
  readonly form: CloudForm;
  /** Directories of the image, the lower and the upper. */
  readonly root: string;
  readonly layer: string;
}

const recordFile = (stateDir: string) => path.join(stateDir, "cloud.json");

export function readCloud(lab: string): CloudRecord | undefined {
  const file = recordFile(stateDirOf(lab));
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as CloudRecord) : undefined;
}

/** For the hosts that are its machines. */
export function cloudContext(lab: string, { layer, root }: CloudRecord): HostContext {
  return {
    lab,
    stateDir: stateDirOf(lab),
    image: `${layer}:${root}`,
    operator: new Namespace(lab, "operator"),
    switch: new Switch(lab),
  };
}

/** Further addresses of the operator, where a cloud's services listen. */
export const serviceAddresses = {
  pub: [`${cloudApi.publicAddress}/24`, `${awsApi.publicAddress}/24`, `${metadataService.address}/32`],
  priv: [`${cloudApi.privateAddress}/16`, `${awsApi.privateAddress}/16`],
};

/** Lines of its machines' /etc/hosts: where its API is. */
export function namesOf(form: CloudForm): string[] {
  if (form !== "aws") return [`${cloudApi.publicAddress} ${cloudApi.host}`];
  return awsApi.hosts.map((host) => `${awsApi.publicAddress} ${host}`);
}

/** Once the switch and the plain nodes are there. */
export async function prepareCloud(lab: string, form: CloudForm, image: BaseImage): Promise<void> {
  const stateDir = stateDirOf(lab);
  const record: CloudRecord = { form, root: image.root, layer: image.cloud };
  await Promise.all([makeAuthority(stateDir), settleNeighbours(lab), watchConnections(new Switch(lab))]);
  fs.writeFileSync(recordFile(stateDir), JSON.stringify(record));
}

export async function startCloud(lab: string, form: CloudForm): Promise<void> {
  const start = (name: string, script: string, args: readonly string[]) =>
    startService(new Namespace(lab, "operator"), stateDirOf(lab), name, script, args);
  if (form === "aws") {
    const api = await awsApis(lab);
    await start("api", api.script, api.args);
    return;
  }
  const api = form === "hcloud" ? hetznerApi(lab) : undefined;
  await Promise.all([
    start("metadata", path.join(__dirname, "metadata.ts"), [lab]),
    api && start("api", api.script, api.args),
  ]);
}
