// Which faults are in place, kept in the lab's state directory so that another process can lift them.
import fs from "node:fs";
import path from "node:path";
import type { FaultName } from "./faults";
import type { MachineName } from "./layout";

export interface ActiveFault {
  readonly fault: FaultName;
  readonly host: MachineName;
  /** The second node, where a fault concerns two. */
  readonly other?: MachineName;
  /** Of a machine: which one it was that had the place. */
  readonly machine?: string;
}

export class FaultRecord {
  private readonly file: string;

  constructor(stateDir: string) {
    this.file = path.join(stateDir, "faults.json");
  }

  list(): ActiveFault[] {
    return fs.existsSync(this.file) ? (JSON.parse(fs.readFileSync(this.file, "utf8")) as ActiveFault[]) : [];
  }

  add(entry: ActiveFault): void {
    this.write([...this.list(), entry]);
  }

  removeLast(): void {
    this.write(this.list().slice(0, -1));
  }

  private write(entries: readonly ActiveFault[]): void {
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(entries));
    fs.renameSync(`${this.file}.new`, this.file);
  }
}
