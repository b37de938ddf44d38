// A notify script as it is usually written: looks up what it needs, assigns the address once, and is done. It takes the
// place of the agent on a pair's nodes for as long as it is measured.
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import { loadBalancers } from "../../lab/layout";
import type { Pair } from "../../pair/pair";

const UNIT = "one-shot-script";

const script = (token: string, address: string) => `#!/bin/sh
api() { curl --silent --header "Authorization: Bearer ${token}" --header "Content-Type: application/json" "$@"; }
url=https://api.hetzner.cloud/v1
server=$(api "$url/servers?name=$(cat /etc/hostname)" | python3 -c 'import json, sys; print(json.load(sys.stdin)["servers"][0]["id"])')
ip=$(api "$url/floating_ips" | python3 -c 'import json, sys
print([ip["id"] for ip in json.load(sys.stdin)["floating_ips"] if ip["ip"] == "${address}"][0])')
api --request POST --data "{\\"server\\": $server}" "$url/floating_ips/$ip/actions/assign"
`;

/** What Keepalived does with a script of \`notify_master\`. */
const notifier = `#!/bin/sh
exec 3<>/run/ha-load-balancer/vip.fifo
while read -r _ _ state _ <&3; do
  if [ "$state" = MASTER ]; then /root/${UNIT} & fi
done
`;

const unit = `[Service]
ExecStart=/root/${UNIT}-notifier
KillMode=process
[Install]
WantedBy=multi-user.target
`;

/** Keeps the agent from being started, at boot as well. Not `disable`, which takes a linked unit away as a whole. */
const without = "/etc/systemd/system/ha-lb-vip.service.d/without.conf";
const neverStarted = `[Unit]
ConditionPathExists=!/root/${UNIT}
`;

export async function useScript(pair: Pair, token: string, address: string): Promise<void> {
  await onBoth(pair, async (host) => {
    await host.must(`cat >/root/${UNIT} && chmod 700 /root/${UNIT}`, { input: script(token, address) });
    await host.must(`cat >/root/${UNIT}-notifier && chmod 700 /root/${UNIT}-notifier`, { input: notifier });
    await host.must(`cat >/etc/systemd/system/${UNIT}.service`, { input: unit });
    await host.must(`mkdir -p $(dirname ${without}) && cat >${without}`, { input: neverStarted });
    await host.must(`systemctl daemon-reload && systemctl stop ha-lb-vip && systemctl --quiet enable --now ${UNIT}`);
  });
}

export async function useAgent(pair: Pair): Promise<void> {
  await onBoth(pair, async (host) => {
    await host.must(
      `systemctl --quiet disable --now ${UNIT} && rm -f /root/${UNIT}* /etc/systemd/system/${UNIT}.service ${without}`,
    );
    await host.must("systemctl daemon-reload && systemctl start ha-lb-vip");
  });
  await pair.waitUntilRedundant();
}

async function onBoth(pair: Pair, action: (host: Host<MachineName>) => Promise<void>): Promise<void> {
  await Promise.all(loadBalancers.map((name) => action(pair.host(name))));
}
