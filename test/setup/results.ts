// What became of the tests of several mochas (test/quality/countingReporter.cjs), and what is worth a second try.

export interface FileResult {
  readonly passed: number;
  readonly failures: readonly string[];
}

/** By file; what is in none has the name "". */
export type Results = Readonly<Record<string, FileResult>>;

/** More than so many do not fail for want of processors. */
const FEW = 8;

/** Names the files that may only have failed because of what ran beside them; none where that explains nothing. */
export function worthAnotherTry(results: Results): string[] {
  const failed = Object.keys(results).filter((file) => failuresOf(results[file]).length > 0);
  return failed.length <= FEW && !failed.includes("") ? failed : [];
}

export function merge(all: readonly Results[]): Results {
  const files = new Set(all.flatMap((results) => Object.keys(results)));
  return Object.fromEntries(
    [...files].map((file) => {
      const passed = all.reduce((sum, results) => sum + (results[file]?.passed ?? 0), 0);
      return [file, { passed, failures: all.flatMap((results) => failuresOf(results[file])) }];
    }),
  );
}

export interface Outcome {
  readonly passed: number;
  readonly failures: readonly string[];
  /** Of files that had another try, and passed it. */
  readonly excused: readonly string[];
}

/** @param second of the files that had another try; one that ran no test there had none */
export function outcomeOf(first: Results, second: Results): Outcome {
  const tried = Object.entries(second).filter(([, { passed, failures }]) => passed + failures.length > 0);
  const excused = tried.flatMap(([file, { failures }]) => (failures.length === 0 ? failuresOf(first[file]) : []));
  return { ...count({ ...first, ...Object.fromEntries(tried) }), excused };
}

export function count(results: Results): { readonly passed: number; readonly failures: readonly string[] } {
  const { "": whole = { passed: 0, failures: [] } } = merge(Object.values(results).map((result) => ({ "": result })));
  return whole;
}

const failuresOf = (result: FileResult | undefined) => result?.failures ?? [];
