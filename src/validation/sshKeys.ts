// Checks of SSH keys. A message never shows a private key.
import { UNKNOWN } from "./draft";
import { type Problem, problem, show } from "./problem";

const HOST_KEY_TYPES = ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];
const PRIVATE_KEY =
  /^-----BEGIN ([A-Z ]*)PRIVATE KEY-----\r?\n[A-Za-z0-9+/=\s:,-]+\r?\n-----END \1PRIVATE KEY-----\s*$/;

export function hostKeyProblems(path: string, key: unknown): Problem[] {
  if (key === UNKNOWN || isPublicKey(key)) {
    return [];
  }
  return [
    problem(
      path,
      `${show(key)} is not a public key. Use its type and its base64 text, such as "ecdsa-sha2-nistp256 AAAA…" (see \`ssh-keyscan -t ecdsa HOST\`), without host name or line break.`,
    ),
  ];
}

/** A key's blob is the name of its type and the numbers that make the key, each after its length (RFC 4253 §6.6). */
function isPublicKey(key: unknown): boolean {
  const [, type = "", blob = ""] = (typeof key === "string" && /^(\S+) ([A-Za-z0-9+/]+=*)( [ -~]*)?$/.exec(key)) || [];
  const [named, ...numbers] = parts(Buffer.from(blob, "base64"));
  return HOST_KEY_TYPES.includes(type) && named === type && numbers.length > 0;
}

/** Nothing of a blob that was cut short. */
function parts(blob: Buffer): string[] {
  const found: string[] = [];
  let start = 0;
  while (start + 4 <= blob.length) {
    const end = start + 4 + blob.readUInt32BE(start);
    found.push(blob.toString("latin1", start + 4, end));
    start = end;
  }
  return start === blob.length ? found : [];
}

export function privateKeyProblems(path: string, key: unknown, passphrase: unknown): Problem[] {
  if (key === UNKNOWN) {
    return [];
  }
  if (key === undefined || key === null || key === "") {
    return [problem(path, "is missing. Give the private key that opens the nodes, as a secret.")];
  }
  if (typeof key !== "string" || !PRIVATE_KEY.test(key.trimStart())) {
    return [
      problem(
        path,
        "is not a private key (its text is not shown). Give the whole file, from the BEGIN to the END line.",
      ),
    ];
  }
  if (passphrase !== undefined && passphrase !== UNKNOWN && typeof passphrase !== "string") {
    return [problem(`${path}Passphrase`, "is not a string (its value is not shown). Give the key's passphrase.")];
  }
  return isEncrypted(key) && !passphrase
    ? [problem(path, "is protected by a passphrase (its text is not shown). Give privateKeyPassphrase too.")]
    : [];
}

function isEncrypted(key: string): boolean {
  if (/ENCRYPTED/.test(key)) {
    return true;
  }
  // An OpenSSH key names its cipher after the magic: "openssh-key-v1\0", length, name.
  const body = Buffer.from(key.replace(/-----[^-]+-----/g, ""), "base64");
  return body.toString("latin1", 0, 14) === "openssh-key-v1" && body.toString("latin1", 19, 23) !== "none";
}
