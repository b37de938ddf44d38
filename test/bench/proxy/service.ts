// Variants as services of a load balancer's host, side by side: those that are not asked do next to nothing.
import { until } from "../../lab/command";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import type { File, Variant } from "./variants";

const folderOf = (name: string) => `/etc/bench/${name}`;
const unitOf = ({ name }: Pick<Variant, "name">) => `bench-${name}`;

/** The distribution's HAProxy, without the service that its package starts, and the group that may ask ours. */
export async function prepare(host: Host): Promise<void> {
  const apt = "DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet";
  await host.must(`${apt} update && ${apt} --yes --no-install-recommends install haproxy`, { timeoutMs: 300_000 });
  await host.must("systemctl --quiet disable --now haproxy && groupadd --force --system ha-lb");
}

export async function write(host: Host, folder: string, files: readonly File[]): Promise<void> {
  for (const { path, content } of files) {
    const target = `${folder}/${path}`;
    await host.must(`mkdir -p "$(dirname ${target})" && cat >${target}`, { input: content });
  }
}

/** As Debian's own units have it; and where the sockets of one are, the others see nothing. */
const commands = {
  haproxy: (folder: string) => [
    "--property=Type=notify",
    "--property=BindReadOnlyPaths=/dev/log:/var/lib/haproxy/dev/log",
    "--property=TemporaryFileSystem='/run/haproxy /run/ha-load-balancer'",
    `/usr/sbin/haproxy -Ws -C ${folder} -f haproxy.cfg -p /run/haproxy/pid`,
  ],
  nginx: (folder: string) => [`/usr/sbin/nginx -c ${folder}/nginx.conf -g 'daemon off;'`],
};

export async function start(host: Host, variant: Variant): Promise<void> {
  const folder = folderOf(variant.name);
  await write(host, folder, variant.files);
  const command = commands[variant.program](folder).join(" ");
  await host.must(`systemd-run --quiet --unit=${unitOf(variant)} ${command}`);
}

export async function untilServes(lab: Lab, url: string): Promise<void> {
  const answers = async () =>
    (await lab.operator.run("curl", ["--silent", "--fail", "--insecure", "--max-time", "2", url])).code === 0;
  await until(`an answer from ${url}`, answers, 20_000, 100);
}

/** Microseconds of processor time since it was started. */
export function cpuUs(host: Host, variant: Pick<Variant, "name">): number {
  return host.service(unitOf(variant)).cpuUs();
}

export function journalCpuUs(host: Host): number {
  return host.service("systemd-journald").cpuUs();
}
