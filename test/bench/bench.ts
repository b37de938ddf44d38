// What the benches have in common: options, a report that can be kept as JSON, tables and a picture of it.
import { availableParallelism } from "node:os";
import { now, stolenMs } from "../lab/clock";
import type { Pulumi } from "../lab/pulumi";
import type { Chart } from "./chart";
import type { Table } from "./table";

export interface BenchOptions {
  readonly repeats?: number;
  readonly minutes?: number;
  readonly seed: string;
  readonly profiles?: readonly string[];
  readonly faults?: readonly string[];
}

export interface Bench<Report> {
  measure(options: BenchOptions): Promise<Report>;
  tables(report: Report): readonly Table[];
  chart(report: Report): Chart;
}

/** Where the figures come from; part of every report. */
export interface Circumstances {
  /** The command that makes these figures. */
  readonly command: string;
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  /** Pulumi's version, where it took part. */
  readonly engine?: string;
  /** Share of the time since the command began in which the hypervisor ran others. */
  readonly stolenShare: number;
}

const [startedAt, stolenBefore] = [now(), stolenMs()];

export async function circumstances(pulumi?: Pulumi): Promise<Circumstances> {
  return {
    command: `npm run bench -- ${whatWasAsked(process.argv.slice(2)).join(" ")}`,
    date: new Date().toISOString(),
    cores: availableParallelism(),
    node: process.version,
    engine: (await pulumi?.command(["version"]))?.stdout.trim(),
    stolenShare: (stolenMs() - stolenBefore) / (now() - startedAt),
  };
}

/** Without the files that the report goes to. */
function whatWasAsked(args: readonly string[]): string[] {
  const isOutput = (arg: string | undefined) => arg === "--json" || arg === "--svg";
  return args.filter((arg, index) => !isOutput(arg) && !(isOutput(args[index - 1]) && !arg.startsWith("--")));
}

export function describeCircumstances({ command, date, cores, node, engine, stolenShare }: Circumstances): string {
  const others = `Others had ${Math.round(stolenShare * 100)} % of the machine meanwhile.`;
  const versions = [...(engine ? [`Pulumi ${engine}`] : []), `Node.js ${node}`];
  return `\`${command}\`, ${date.slice(0, 10)}, ${cores} cores, ${versions.join(", ")}. ${others}`;
}

/** @throws Error that names what there is. */
export function chosen<T extends string>(option: string, names: readonly string[] | undefined, all: readonly T[]): T[] {
  return (names ?? all).map((name) => {
    const found = all.find((candidate) => candidate === name);
    if (found === undefined) {
      throw new Error(`${option}: "${name}" is not there. There is: ${all.join(", ")}.`);
    }
    return found;
  });
}
