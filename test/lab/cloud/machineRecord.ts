// What the lab knows of a machine beyond its place, kept on disk: whoever asks is another process than the one that
// created it.
import fs from "node:fs";
import path from "node:path";
import { type SlotName, slotNames } from "../layout";
import type { MachineOptions } from "./machines";

export interface MachineRecord extends MachineOptions {
  /** Never given twice, while places are. */
  readonly id: string;
  /** What its owner wants; a machine that lost its power otherwise is down against his will. */
  readonly powered: boolean;
}

/** Those of its private link, its main one first. */
export const privateAddressesOf = ({ privateAddress, secondaryAddresses = [] }: MachineOptions): readonly string[] =>
  privateAddress === undefined ? [] : [privateAddress, ...secondaryAddresses];

export const machineDir = (stateDir: string, slot: SlotName) => path.join(stateDir, "hosts", slot);
const recordFile = (stateDir: string, slot: SlotName) => path.join(machineDir(stateDir, slot), "machine.json");

export function readMachine(stateDir: string, slot: SlotName): MachineRecord | undefined {
  try {
    return JSON.parse(fs.readFileSync(recordFile(stateDir, slot), "utf8")) as MachineRecord;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

export function writeMachine(stateDir: string, slot: SlotName, record: MachineRecord): void {
  const file = recordFile(stateDir, slot);
  fs.writeFileSync(`${file}.new`, JSON.stringify(record));
  fs.renameSync(`${file}.new`, file);
}

export const occupiedSlots = (stateDir: string) => slotNames.filter((slot) => readMachine(stateDir, slot));

export function asSlot(name: string): SlotName {
  const slot = slotNames.find((known) => known === name);
  if (!slot) throw new Error(`"${name}" is no place for a machine. There are: ${slotNames.join(", ")}.`);
  return slot;
}
