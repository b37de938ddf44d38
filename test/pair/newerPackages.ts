// Newer packages of HAProxy and Keepalived for one host: the same programs, packed anew with a higher version, in a
// source that nobody else has.
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

const folder = "/srv/newer";
const source = "/etc/apt/sources.list.d/newer.list";

/** Prints the versions that are installed of both, each with a space after it. */
export const versions = `dpkg-query --show --showformat '\${Version} ' haproxy keepalived`;

/** @param suffix what versions have at their end then; of two, the later one in the alphabet is the newer */
export async function publishNewer(host: Host<MachineName>, suffix: string): Promise<void> {
  await host.must(publishing(suffix), { timeoutMs: 120_000 });
}

export async function unpublish(host: Host<MachineName>): Promise<void> {
  await host.must(`rm -rf ${folder} ${source} && apt-get --quiet --quiet update`, { timeoutMs: 120_000 });
}

const publishing = (suffix: string) => `set -e
mkdir -p ${folder} && cd ${folder}
apt-get --quiet --quiet update
# What a host would get that has neither.
apt-get --quiet --quiet --option Dir::State::status=/dev/null download haproxy keepalived
for package in *.deb; do
  dpkg-deb --raw-extract "$package" tree
  rm "$package"
  sed -i 's/^Version: .*/&+${suffix}/' tree/DEBIAN/control
  dpkg-deb --root-owner-group -Zgzip -z1 --build tree "\${package%%_*}.deb" >/dev/null
  rm -r tree
done
for package in *.deb; do
  dpkg-deb --field "$package"
  echo "Filename: ./$package"
  echo "Size: $(stat --format %s "$package")"
  echo "SHA256: $(sha256sum "$package" | cut -d ' ' -f 1)"
  echo
done >Packages
echo 'deb [trusted=yes] file:${folder} ./' >${source}`;
