// The few figures that sum up repeats. Pure. Infinity stands for "did not end".

/** @throws Error when there are no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower, upper] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (lower === undefined || upper === undefined) {
    throw new Error("no values, no median");
  }
  // Infinity less Infinity is no number.
  return lower === upper ? lower : (lower + upper) / 2;
}

export function worst(values: readonly number[]): number {
  return Math.max(...values);
}

export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
