// That a lab is complete, and what another process needs to find it again.
import fs from "node:fs";
import path from "node:path";
import { stateDirOf } from "./layout";
import { isRunning, type RunningService } from "./service";

/** Written last, when a lab is complete. */
export interface LabRecord {
  readonly baseRoot: string;
  readonly repositoryServer: RunningService;
}

const recordFile = (stateDir: string) => path.join(stateDir, "lab.json");

export function writeRecord(stateDir: string, record: LabRecord): void {
  fs.writeFileSync(recordFile(stateDir), JSON.stringify(record));
}

/** The record of a lab that is complete and still there; a restart of this machine takes the processes, not the record. */
export function readRecord(name: string): LabRecord | undefined {
  const file = recordFile(stateDirOf(name));
  if (!fs.existsSync(file)) return undefined;
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as LabRecord;
  return isRunning(record.repositoryServer) ? record : undefined;
}
