// A notify script of each cloud's takes the place of the agent on a pair's nodes for as long as it is measured.
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import { loadBalancers } from "../../lab/layout";
import type { Pair } from "../../pair/pair";

const UNIT = "one-shot-script";

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

/** @param scriptOf its text, for a node */
export async function useScript(pair: Pair, scriptOf: (host: Host<MachineName>) => Promise<string>): Promise<void> {
  await onBoth(pair, async (host) => {
    await host.must(`cat >/root/${UNIT} && chmod 700 /root/${UNIT}`, { input: await scriptOf(host) });
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
