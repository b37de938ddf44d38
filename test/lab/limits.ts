// Limits that the kernel keeps for the whole machine, where each host of a lab ought to have its own.
import fs from "node:fs";

const instancesFile = "/proc/sys/fs/inotify/max_user_instances";

/**
 * Every systemd and every Keepalived watches files through a few of them, about thirty in a lab, and the usual limit is
 * 128. Where they have run out, Keepalived goes on without watching, and notices no fault. Raised only, and so it stays.
 */
const ENOUGH_INSTANCES = 4096;

export function raiseLimits(): void {
  if (Number(fs.readFileSync(instancesFile, "utf8")) < ENOUGH_INSTANCES) {
    fs.writeFileSync(instancesFile, String(ENOUGH_INSTANCES));
  }
}
