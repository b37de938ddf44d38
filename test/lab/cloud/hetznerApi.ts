// The lab's Hetzner Cloud as a process beside the hosts: what it is told at its start.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { cloudApi, stateDirOf } from "../layout";
import { authorityFiles } from "./authority";

const script = path.join(__dirname, "..", "hetzner", "main.ts");
const schemas = process.env.REFERENCE_DIR ?? path.resolve(__dirname, "../../../../shared/reference");
const settingsFile = (stateDir: string) => path.join(stateDir, "api.json");

/** Of the lab's one project: the engine's, a pair's own, and one that may only read. */
export type HetznerTokens = Readonly<Record<"operator" | "failover" | "reader", string>>;

interface Settings {
  readonly tokens: Readonly<Record<keyof HetznerTokens, { readonly token: string; readonly access: string }>>;
}

/** Writes them down, and returns what to start it by. */
export function hetznerApi(lab: string): { script: string; args: string[] } {
  const stateDir = stateDirOf(lab);
  const { certificate, key } = authorityFiles(stateDir);
  const endpoints = [cloudApi.publicAddress, cloudApi.privateAddress];
  // Hetzner's document is not part of this repository; where it is there, the API holds itself to it.
  const schemaFile = path.join(schemas, "hetzner-cloud.openapi.json");
  const settings = {
    endpoints: endpoints.map((address) => ({ address, port: cloudApi.port })),
    certificate,
    key,
    tokens: newTokens(),
    controlSocket: path.join(stateDir, "hetzner.sock"),
    machines: { module: path.join(__dirname, "labMachines.ts"), lab },
    ...(fs.existsSync(schemaFile) && { schemaFile }),
  };
  fs.writeFileSync(settingsFile(stateDir), JSON.stringify(settings), { mode: 0o600 });
  return { script, args: [settingsFile(stateDir)] };
}

export function hetznerTokens(stateDir: string): HetznerTokens {
  const { tokens } = JSON.parse(fs.readFileSync(settingsFile(stateDir), "utf8")) as Settings;
  return { operator: tokens.operator.token, failover: tokens.failover.token, reader: tokens.reader.token };
}

function newTokens(): Settings["tokens"] {
  // 64 characters, as Hetzner's have.
  const token = (access: "read" | "read_write") => ({ token: randomBytes(32).toString("hex"), access });
  return { operator: token("read_write"), failover: token("read_write"), reader: token("read") };
}
