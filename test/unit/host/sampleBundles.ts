// Bundles of the sample arguments: what the component would put on the two nodes.
import { type Bundle, type BundleFile, bundles } from "../../../src/host/bundle";
import type { Settings } from "../../../src/validate";
import { changed, type SampleArgs, sampleArgs } from "../sampleArgs";

export function sampleBundles(
  ...changes: readonly (readonly [path: string, value: unknown])[]
): readonly [Bundle, Bundle] {
  const { platform, ...settings } = changed(...changes);
  return bundlesOf(settings as unknown as Settings, platform);
}

export function bundlesOf(settings: Settings, platform: SampleArgs["platform"] = sampleArgs().platform) {
  return bundles(settings, {
    nodes: platform.nodes.map(({ name, host, peerAddress }) => ({
      name,
      id: host,
      peerAddress,
      publicAddress: host,
    })),
    secret: "the operator's",
    addresses: platform.virtualAddresses.map(({ address, interface: held }) => {
      const [ip = "", prefixLength] = address.split("/");
      return { name: ip, id: ip, address: ip, held: { prefixLength: Number(prefixLength), interface: held } };
    }),
  });
}

export function file(bundle: Bundle, path: string): BundleFile {
  const found = bundle.files.find((candidate) => candidate.path === path);
  if (!found) {
    throw new Error(`no ${path} among ${bundle.files.map((candidate) => candidate.path).join(", ")}`);
  }
  return found;
}
