// Who on a node gets an answer from the cloud's metadata service, which tells secrets to whoever may ask.
import assert from "node:assert/strict";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";

/**
 * Returns what root is told.
 * @param question arguments of curl
 */
export async function tellsRootAlone(host: Host<MachineName>, question: string): Promise<string> {
  const curl = `curl --silent --show-error --fail --max-time 2 ${question}`;
  const answer = await host.must(curl);
  const others = ["nobody", "haproxy", "ha-lb"].map(async (user) => {
    const asked = await host.run(`setpriv --reuid=${user} --clear-groups ${curl}`);
    assert.equal(asked.code, 28, `${user} on ${host.name}: ${asked.stdout}${asked.stderr}`);
  });
  await Promise.all(others);
  return answer;
}
