// Certificate and key by which the two nodes know each other. Derived from a secret that both already depend on, so
// that nothing has to be made, kept or renewed; Ed25519 signs without chance, so the same secret gives the same text.
import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from "node:crypto";

/** PKCS#8 of an Ed25519 key, up to its 32 bytes (RFC 8410, section 7). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const ED25519 = Buffer.from("06032b6570", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");

/**
 * @param secret who knows it can be a node of the pair
 * @param purpose separates what is derived from the same secret for something else
 * @returns PEM of a certificate that signs itself, and of its private key
 */
export function derivedIdentity(secret: string, purpose: string): string {
  const seed = Buffer.from(hkdfSync("sha256", secret, "pulumi-ha-load-balancer", purpose, 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  const pem = key.export({ format: "pem", type: "pkcs8" }) as string;
  return `${toPem(selfSigned(key, purpose))}${pem}`;
}

/** The least that X.509 asks for (RFC 5280, section 4.1). */
function selfSigned(key: KeyObject, name: string): Buffer {
  const algorithm = sequence(ED25519);
  const subject = sequence(tagged(0x31, sequence(COMMON_NAME, tagged(0x0c, Buffer.from(name)))));
  const toBeSigned = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    algorithm,
    subject,
    // It is as good as the secret it comes from, whatever the clock of a node says.
    sequence(tagged(0x17, Buffer.from("200101000000Z")), tagged(0x18, Buffer.from("99991231235959Z"))),
    subject,
    createPublicKey(key).export({ format: "der", type: "spki" }),
  );
  return sequence(toBeSigned, algorithm, tagged(0x03, Buffer.from([0]), sign(null, toBeSigned, key)));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

/** Tag, length and value (X.690, section 8.1). */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const bytes = Buffer.from(value.length.toString(16).padStart(value.length > 255 ? 4 : 2, "0"), "hex");
  const length = value.length < 128 ? bytes : Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([tag]), length, value]);
}

function toPem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
