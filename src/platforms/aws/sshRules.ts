// What `ssh` of the arguments of `aws` has to fulfil.
import * as checks from "../../validation/checks";
import { isRecord } from "../../validation/draft";
import { type Problem, problem } from "../../validation/problem";
import { unknownProperties } from "../../validation/shape";
import { privateKeyProblems } from "../../validation/sshKeys";
import { type AwsSshArgs, SshSide } from "../awsArgs";
import type { AwsDraft } from "../awsRules";
import { operatorsProblems } from "../pairRules";
import { publicKeyOf } from "../publicKey";
import { bastionProblems, notAnObject } from "../sshRules";

const { isText, optional } = checks;

/** What else SSH knows, EC2 makes no key pair of. */
function keyPairProblems(key: unknown, passphrase: unknown): Problem[] {
  const path = "platform.ssh.privateKey";
  const isKnown = isText(key) && (passphrase === undefined || isText(passphrase));
  if (!isKnown || privateKeyProblems(path, key, passphrase).length > 0) {
    return [];
  }
  try {
    return /^ssh-(rsa|ed25519) /.test(publicKeyOf(key, passphrase))
      ? []
      : [problem(path, "is neither RSA nor ed25519: EC2 takes no other. Use one of these, or give `existingKeyPair`.")];
  } catch {
    // What it says may have the key in it.
    return [problem(path, "cannot be read, with the passphrase if one is given. Give the whole file of the key.")];
  }
}

export function sshProblems({ ssh, imageId, instances, securityGroupIds }: AwsDraft): Problem[] {
  if (!isRecord(ssh)) {
    return [problem("platform.ssh", notAnObject(ssh, "Give { privateKey, allowFrom }."))];
  }
  const { privateKey, privateKeyPassphrase, allowFrom, user, existingKeyPair, connectTo, bastion } = ssh;
  const own = imageId !== undefined ? "imageId" : instances !== undefined ? "instances" : undefined;
  return [
    ...unknownProperties("platform.ssh", ssh, SSH),
    ...privateKeyProblems("platform.ssh.privateKey", privateKey, privateKeyPassphrase),
    ...(existingKeyPair === undefined && instances === undefined
      ? keyPairProblems(privateKey, privateKeyPassphrase)
      : []),
    ...operatorsProblems(allowFrom, {
      "instances that exist": instances,
      "security groups that exist": securityGroupIds,
    }),
    ...(user === undefined && own
      ? [problem("platform.ssh.user", `is missing. With \`${own}\`, say who logs in there, such as "admin".`)]
      : optional(checks.userName)("platform.ssh.user", user)),
    ...optional(checks.text(255))("platform.ssh.existingKeyPair", existingKeyPair),
    ...optional(checks.oneOf(SshSide))("platform.ssh.connectTo", connectTo),
    ...bastionProblems("platform.ssh.bastion", bastion),
  ];
}

const SSH = [
  "privateKey",
  "privateKeyPassphrase",
  "allowFrom",
  "user",
  "existingKeyPair",
  "connectTo",
  "bastion",
] satisfies (keyof AwsSshArgs)[];
