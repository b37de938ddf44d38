// Labs for the time of a measurement: fresh ones, gone afterwards, whatever happens.
import { Lab, type LabOptions } from "../lab/lab";
import { ownLabName } from "../lab/layout";

export async function withLab<T>(
  purpose: string,
  action: (lab: Lab) => Promise<T>,
  options: Pick<LabOptions, "cloud"> = {},
): Promise<T> {
  const name = ownLabName(purpose);
  try {
    await Lab.down(name);
    return await action(await Lab.up(name, { log: (line) => console.log(`  ${line}`), ...options }));
  } finally {
    await Lab.down(name);
  }
}
