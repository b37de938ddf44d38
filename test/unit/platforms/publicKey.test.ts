// Held to ssh-keygen, which is what reads these keys on the other side.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publicKeyOf } from "../../../src/platforms/publicKey";

describe("the public half of a private key", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "keys-"));
  });
  after(() => rmSync(directory, { recursive: true }));

  const withoutComment = (line: string) => line.trim().split(" ").slice(0, 2).join(" ");

  for (const [kind, options] of [
    ["an Ed25519 key", ["-t", "ed25519", "-N", ""]],
    ["an Ed25519 key with a passphrase", ["-t", "ed25519", "-N", "open sesame"]],
    ["an RSA key", ["-t", "rsa", "-b", "2048", "-N", ""]],
    ["an ECDSA key", ["-t", "ecdsa", "-b", "384", "-N", ""]],
    ["an RSA key in PEM", ["-t", "rsa", "-b", "2048", "-m", "PEM", "-N", ""]],
    ["an ECDSA key in PEM", ["-t", "ecdsa", "-b", "256", "-m", "PEM", "-N", ""]],
  ] as const) {
    it(`is what ssh-keygen writes beside ${kind}`, () => {
      const file = join(directory, kind.replaceAll(" ", "-"));
      execFileSync("ssh-keygen", ["-q", "-C", "a comment", "-f", file, ...options]);
      assert.equal(publicKeyOf(readFileSync(file, "utf8")), withoutComment(readFileSync(`${file}.pub`, "utf8")));
    });
  }

  it("comes out of an encrypted PEM file with its passphrase", () => {
    const file = join(directory, "encrypted.pem");
    const cipher = { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" } as const;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = privateKey.export(cipher) as string;
    writeFileSync(file, key, { mode: 0o600 });
    const expected = execFileSync("ssh-keygen", ["-y", "-P", "open sesame", "-f", file], { encoding: "utf8" });
    assert.equal(publicKeyOf(key, "open sesame"), withoutComment(expected));
  });
});
