// What goes wrong on the active node, and how it is put right again.
import type { FaultName } from "./options";

export interface Fault {
  readonly title: string;
  /** Shell commands for root. */
  readonly inject: string;
  readonly lift: string;
}

/** The node puts itself right after that, should nobody be there to do it any more. */
const UNATTENDED_SECONDS = 180;
const TIMER = "ha-lb-drill";
/** HAProxy's unit is called differently in HAProxy Enterprise. */
const HAPROXY = `$(python3 -c 'import json; print(json.load(open("/etc/ha-load-balancer/current/node.json"))["haproxy"]["service"])')`;

export const drills: Readonly<Record<FaultName, Fault>> = {
  switchover: { title: "orderly switchover", inject: "ha-lb switchover", lift: "true" },
  haproxy: stopped("HAProxy stopped", HAPROXY),
  keepalived: stopped("Keepalived stopped", "keepalived"),
};

function stopped(title: string, unit: string): Fault {
  return {
    title,
    inject: [
      "set -e",
      `unit=${unit}`,
      `systemd-run --quiet --unit=${TIMER} --on-active=${UNATTENDED_SECONDS} systemctl start "$unit"`,
      'systemctl stop "$unit"',
    ].join("; "),
    lift: `unit=${unit}; systemctl start "$unit" && { systemctl stop ${TIMER}.timer 2>/dev/null || true; }`,
  };
}
