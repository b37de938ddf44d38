// Says what goes on, and for how long already.
const TICK_MS = 15_000;

/** Runs a step; prints its title, a sign of life now and then, and the time that it took. */
export async function step<T>(title: string, action: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const elapsed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  console.log(`${title} ...`);
  const timer = setInterval(() => console.log(`  ... ${elapsed()}`), TICK_MS);
  try {
    const result = await action();
    console.log(`  done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
