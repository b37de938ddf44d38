// What has to hold for SSH, the same on every platform.
import * as checks from "../validation/checks";
import { type Draft, isRecord, known, UNKNOWN } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem } from "../validation/problem";
import { unknownProperties } from "../validation/shape";
import { hostKeyProblems, privateKeyProblems } from "../validation/sshKeys";
import type { BastionArgs } from "./sshArgs";

type Bastion = Plain<BastionArgs>;

/** A property by which a user may do without host keys, where a platform has one, and whether it is set. */
export interface Waiver {
  readonly property: string;
  readonly isSet: boolean;
}

const BASTION = ["host", "port", "user", "privateKey", "privateKeyPassphrase", "hostKey"] satisfies (keyof Bastion)[];

export function bastionProblems(path: string, bastion: Draft<Bastion> | undefined, waiver?: Waiver): Problem[] {
  if (bastion === undefined) {
    return [];
  }
  if (bastion === UNKNOWN || !isRecord(bastion)) {
    return [problem(path, notAnObject(bastion, "Give { host, hostKey }."))];
  }
  return [
    ...unknownProperties(path, bastion, BASTION),
    ...checks.host(`${path}.host`, bastion.host),
    ...checks.optional(checks.port)(`${path}.port`, bastion.port),
    ...checks.optional(checks.userName)(`${path}.user`, bastion.user),
    ...(known(bastion.privateKey)
      ? privateKeyProblems(`${path}.privateKey`, bastion.privateKey, bastion.privateKeyPassphrase)
      : []),
    ...givenHostKey(path, bastion.hostKey, waiver),
  ];
}

export function givenHostKey(path: string, hostKey: unknown, waiver?: Waiver): Problem[] {
  if (hostKey !== undefined) {
    return hostKeyProblems(`${path}.hostKey`, hostKey);
  }
  const orElse = waiver ? `, or set ${waiver.property} to true` : "";
  return waiver?.isSet
    ? []
    : [
        problem(
          `${path}.hostKey`,
          `is missing. Give the host's public key, such as "ecdsa-sha2-nistp256 AAAA…" (see \`ssh-keyscan -t ecdsa HOST\`)${orElse}.`,
        ),
      ];
}

export function notAnObject(value: unknown, fix: string): string {
  if (value === undefined || value === null) {
    return `is missing. ${fix}`;
  }
  // Not shown: it may be a key, or a passphrase.
  return `${value === UNKNOWN ? "is an Output; what is in it can be one." : "is not an object."} ${fix}`;
}
