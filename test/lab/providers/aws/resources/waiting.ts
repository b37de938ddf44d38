// Waiting until what was asked for has come true.

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks again until the state is the wanted one. A state that leads nowhere else ends it. */
export async function until(
  what: string,
  { wanted, pending, seconds }: { wanted: string; pending: readonly string[]; seconds: number },
  state: () => Promise<string>,
): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; ; await sleep(200)) {
    const current = await state();
    if (current === wanted) {
      return;
    }
    if (!pending.includes(current)) {
      throw new Error(`${what}: unexpected state '${current}', wanted target '${wanted}'`);
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: timeout while waiting for state to become '${wanted}' (last state: '${current}')`);
    }
  }
}
