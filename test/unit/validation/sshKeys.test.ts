import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { changed, encryptedPrivateKey, hostKey, messagesOf, privateKey, removed, sampleArgs } from "../sampleArgs";

const path = "platform.ssh.privateKey";
const malformed = `${path}: is not a private key (its text is not shown). Give the whole file, from the BEGIN to the END line.`;
const protectedKey = `${path}: is protected by a passphrase (its text is not shown). Give privateKeyPassphrase too.`;
const body = privateKey.split("\n")[1] as string;

/** A key as ssh-keygen writes it; only what stands before the key itself is looked at. */
function openSshKey(cipher: string): string {
  const name = Buffer.from(cipher);
  const start = Buffer.from("openssh-key-v1\0");
  const blob = Buffer.concat([start, Buffer.from([0, 0, 0, name.length]), name, Buffer.alloc(150, 7)]).toString(
    "base64",
  );
  const lines = blob.match(/.{1,70}/g) as string[];
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const legacy = { type: "pkcs1", format: "pem" } as const;

describe("private keys", () => {
  for (const [kind, key] of [
    ["PKCS#8", privateKey],
    ["with Windows line ends", privateKey.replaceAll("\n", "\r\n")],
    ["without the last line end", privateKey.trimEnd()],
    ["of OpenSSH", openSshKey("none")],
    ["RSA in PEM", rsa.export(legacy)],
  ] as const) {
    it(`are accepted: ${kind}`, () => assert.deepEqual(messagesOf(changed([path, key])), []));
  }

  for (const [kind, key] of [
    ["PKCS#8", encryptedPrivateKey],
    ["OpenSSH", openSshKey("aes256-ctr")],
    ["PEM", rsa.export({ ...legacy, cipher: "aes-128-cbc", passphrase: "x" })],
  ] as const) {
    it(`that are protected need their passphrase: ${kind}`, () => {
      const withPassphrase = (text: unknown) => messagesOf(changed([path, key], [`${path}Passphrase`, text]));
      assert.deepEqual(withPassphrase(removed), [protectedKey]);
      assert.deepEqual(withPassphrase(""), [protectedKey]);
      assert.deepEqual(withPassphrase("open sesame"), []);
    });
  }

  for (const [kind, key] of [
    ["a path", "~/.ssh/id_ed25519"],
    ["its middle part", body],
    ["without its end", privateKey.split("-----END")[0]],
    ["with other text in it", privateKey.replace(body, `${body}\n"; rm -rf /`)],
    ["with line breaks written out", privateKey.replaceAll("\n", "\\n")],
    ["a public key", hostKey("a")],
    ["a number", 7],
    ["a list", [privateKey]],
  ] as const) {
    it(`that are malformed are refused without their text: ${kind}`, () => {
      assert.deepEqual(messagesOf(changed([path, key])), [malformed]);
    });
  }

  for (const missing of [removed, null, ""]) {
    it(`are missed: ${String(missing) || "empty"}`, () => {
      assert.deepEqual(messagesOf(changed([path, missing])), [
        `${path}: is missing. Give the private key that opens the nodes, as a secret.`,
      ]);
    });
  }

  it("never show in a message, wherever one was put by mistake", () => {
    const places = ["frontends", "frontends[0].name", "backends[0].servers[0].address", "failover", "platform.nodes"]
      .concat(["platform.nodes[0]", "platform.nodes[0].hostKey", "platform.nodes[1].host", "platform.ssh"])
      .concat(["platform.ssh.user", "platform.ssh.bastion", "platform.virtualAddresses[0].address"])
      .concat(["platform.ssh.privateKeyPassphrase", "failover.preferredNode", "packages"]);
    for (const place of places) {
      for (const value of [privateKey, { privateKey }, [privateKey]]) {
        const said = messagesOf(changed([path, encryptedPrivateKey], [place, value])).join("\n");
        assert.ok(!said.includes(body.slice(0, 8)), `${place}: ${said}`);
      }
    }
  });

  it("have passphrases that are strings, and never shown", () => {
    assert.deepEqual(messagesOf(changed(["platform.ssh.privateKeyPassphrase", 1234])), [
      `${path}Passphrase: is not a string (its value is not shown). Give the key's passphrase.`,
    ]);
  });
});

describe("host keys", () => {
  const fix =
    'Use its type and its base64 text, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`), without host name or line break.';
  const good = sampleArgs().platform.nodes[0]?.hostKey as string;
  const [type, blob] = good.split(" ");

  it("may have a comment", () => {
    assert.deepEqual(messagesOf(changed(["platform.nodes[0].hostKey", `${good} root@lb1, the first`])), []);
  });

  for (const [kind, key] of [
    ["with the host in front", `lb1 ${good}`],
    ["without its type", blob],
    ["of another type than it says", `ssh-rsa ${blob}`],
    ["of an unknown type", `ssh-dss ${blob}`],
    ["cut short", `${type} ${blob?.slice(0, 12)}`],
    ["with a line break", `${good}\nssh-rsa x`],
    ["with a line break at the end", `${good}\n`],
    ["a fingerprint", "SHA256:abc"],
    ["a number", 1],
  ] as const) {
    it(`that are malformed are refused: ${kind}`, () => {
      const [message, ...others] = messagesOf(changed(["platform.nodes[0].hostKey", key]));
      assert.ok(message?.startsWith("platform.nodes[0].hostKey: ") && message.endsWith(` is not a public key. ${fix}`));
      assert.deepEqual(others, []);
    });
  }
});
