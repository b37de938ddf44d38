// The public half of an SSH key, as it stands in authorized_keys.
import { createPrivateKey, createPublicKey } from "node:crypto";

const OPENSSH_MAGIC = "openssh-key-v1\0";

/**
 * @param privateKey in OpenSSH or PEM format, as validation has let it pass
 * @throws Error without the key's text, when it is of a kind that SSH does not know
 */
export function publicKeyOf(privateKey: string, passphrase?: string): string {
  const body = Buffer.from(privateKey.replace(/-----[^-]+-----/g, ""), "base64");
  const blob = body.toString("latin1").startsWith(OPENSSH_MAGIC)
    ? openSshBlob(body)
    : pemBlob(createPublicKey(createPrivateKey({ key: privateKey, passphrase })).export({ format: "jwk" }));
  const [type = Buffer.alloc(0)] = fields(blob, 0, 1);
  return `${type.toString("latin1")} ${blob.toString("base64")}`;
}

/** It stands in the clear even where the private half is encrypted: after cipher, key derivation and its options. */
function openSshBlob(body: Buffer): Buffer {
  const [cipher, derivation, options] = fields(body, OPENSSH_MAGIC.length, 3) as [Buffer, Buffer, Buffer];
  const count = OPENSSH_MAGIC.length + [cipher, derivation, options].reduce((sum, field) => sum + 4 + field.length, 0);
  return fields(body, count + 4, 1)[0] as Buffer;
}

/** Fields of RFC 4251 §5: each after its length. */
function fields(from: Buffer, start: number, count: number): Buffer[] {
  const found: Buffer[] = [];
  let at = start;
  while (found.length < count && at + 4 <= from.length) {
    const end = at + 4 + from.readUInt32BE(at);
    found.push(from.subarray(at + 4, end));
    at = end;
  }
  return found;
}

const curves: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

interface JsonWebKey {
  kty?: string;
  crv?: string;
  n?: string;
  e?: string;
  x?: string;
  y?: string;
}

function pemBlob({ kty, crv = "", n = "", e = "", x = "", y = "" }: JsonWebKey): Buffer {
  const number = (text: string) => Buffer.from(text, "base64url");
  const curve = curves[crv];
  if (kty === "RSA") {
    return joined("ssh-rsa", positive(number(e)), positive(number(n)));
  }
  if (crv === "Ed25519") {
    return joined("ssh-ed25519", number(x));
  }
  if (curve) {
    const point = Buffer.concat([Buffer.from([4]), number(x), number(y)]);
    return joined(`ecdsa-sha2-${curve}`, Buffer.from(curve), point);
  }
  throw new Error(`SSH knows no keys of type ${kty ?? "unknown"} ${crv}`);
}

/** A number whose first bit is set would count as negative. */
function positive(number: Buffer): Buffer {
  return (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), number]) : number;
}

function joined(type: string, ...rest: Buffer[]): Buffer {
  const parts = [Buffer.from(type), ...rest].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.concat(parts);
}
