// When an update that makes new machines of a cloud is in the middle of them.
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";

/** Files of a package are there, and it may not be configured yet. */
const begun = "test -e /var/lib/dpkg/info/haproxy.list";

/** Whether packages are being installed on both of a pair's new machines, or were. */
export async function isInstallingBoth(machines: readonly Host<MachineName>[]): Promise<boolean> {
  const each = machines.map(async (host) => (await host.isUp()) && (await host.run(begun)).code === 0);
  return (await Promise.all(each)).filter(Boolean).length === 2;
}
