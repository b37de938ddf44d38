// The lab's AWS as a process beside the hosts: what it is told at its start.
import fs from "node:fs";
import path from "node:path";
import { controlSocket } from "../aws/control";
import type { Settings } from "../aws/main";
import type { Keys } from "../aws/moto";
import { must } from "../command";
import { awsApi, metadataService, stateDirOf } from "../layout";
import { authorityFiles } from "./authority";

const script = path.join(__dirname, "..", "aws", "main.ts");
const keysFile = (stateDir: string) => path.join(stateDir, "aws-keys.json");
const settingsFile = (stateDir: string) => path.join(stateDir, "api.json");

/** Writes it down, and returns what to start it by. */
export async function awsApis(lab: string): Promise<{ script: string; args: string[] }> {
  const stateDir = stateDirOf(lab);
  const settings: Settings = {
    region: awsApi.region,
    endpoints: [awsApi.publicAddress, awsApi.privateAddress].map((address) => ({ address, port: awsApi.port })),
    metadataEndpoints: [metadataService],
    ...authorityFiles(stateDir),
    python: await pythonWithMoto(),
    controlSocket: controlSocket(stateDir),
    keysFile: keysFile(stateDir),
    machines: { module: path.join(__dirname, "labMachines.ts"), lab },
  };
  fs.writeFileSync(settingsFile(stateDir), JSON.stringify(settings), { mode: 0o600 });
  return { script, args: [settingsFile(stateDir)] };
}

/** Of a user who may do everything: for the engine. */
export const awsKeys = (stateDir: string) => JSON.parse(fs.readFileSync(keysFile(stateDir), "utf8")) as Keys;

/** Installed first where this machine does not have it yet, which takes half a minute. */
export async function pythonWithMoto(): Promise<string> {
  const setup = path.resolve(__dirname, "../../setup/moto");
  return (await must("bash", [setup], { timeoutMs: 10 * 60_000 })).trim();
}
