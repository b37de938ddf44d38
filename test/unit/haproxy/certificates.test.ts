// Certificates and keys that HAProxy could not use are refused with the place where they stand, and never shown.
import assert from "node:assert/strict";
import { authority, certificate } from "../../certificates";
import { changed, messagesOf } from "../sampleArgs";

const good = certificate();
const other = certificate({ names: ["example.org"] });
const fix = "Give the certificate, those of the authorities between, and the private key, all in PEM.";
const place = "frontends[0].tls.certificates[1]";
const toServers = "backends[0].tls.clientCertificate";

const [crt, key] = apart(good);
const [otherCrt, otherKey] = apart(other);

/** What is wrong with a certificate, and what is said of it. */
const cases: readonly (readonly [problem: string, pem: string, complaint: string])[] = [
  ["has no key", crt, `has no private key. ${fix}`],
  ["has two keys", `${good}${otherKey}`, `has 2 private keys. ${fix}`],
  ["has no certificate", key, `has no certificate. ${fix}`],
  ["is no PEM at all", "MIIEvQIBADANBgkq", `has no private key. ${fix}`],
  [
    "has the key of another certificate",
    `${crt}${otherKey}`,
    'has a private key that is not that of the certificate for "example.com, *.example.com". The certificate of the server comes first in the file.',
  ],
  [
    "has a damaged key",
    `${crt}${key.replace(/\n.{20}/, "\n")}`,
    "has a private key that cannot be read. Give it in PEM, without a passphrase.",
  ],
  [
    "has a damaged certificate",
    `${crt.replace(/\n.{20}/, "\n")}${key}`,
    `has a certificate that cannot be read. ${fix}`,
  ],
  [
    "has a chain that leads elsewhere",
    `${crt}${otherCrt}${key}`,
    "has certificate 2, which did not issue certificate 1. Put them in order: server, authorities between.",
  ],
];

describe("certificates in arguments", () => {
  for (const [problem, pem, complaint] of cases) {
    it(`are refused where one ${problem}`, () => {
      assert.deepEqual(messagesOf(withTls({ certificates: [good, pem] })), [`${place}: ${complaint}`]);
      assert.deepEqual(messagesOf(changed(["backends[0].tls", { clientCertificate: pem }])), [
        `${toServers}: ${complaint}`,
      ]);
    });
  }

  it("are refused where one has expired", () => {
    const [message = "", ...more] = messagesOf(
      withTls({ certificates: [good, certificate({ names: ["old.example.com"], days: -1 })] }),
    );
    assert.deepEqual(more, []);
    assert.match(
      message,
      /^frontends\[0\]\.tls\.certificates\[1\]: is the certificate for "old\.example\.com", which expired on \w{3} .* GMT\. Give a new one\.$/,
    );
  });

  const DAY = 24 * 60 * 60 * 1000;
  const now = Date.now;
  afterEach(() => {
    Date.now = now;
  });

  it("are refused where one is not valid yet", () => {
    const early = withTls({ certificates: [good] });
    Date.now = () => now() - 2 * DAY;
    const [message = "", ...more] = messagesOf(early).filter((one) => one.startsWith("frontends[0].tls."));
    assert.deepEqual(more, []);
    assert.match(
      message,
      /^frontends\[0\]\.tls\.certificates\[0\]: is the certificate for "example\.com, .*", which is not valid before \w{3} .* GMT\. Give one that is valid now, or look at this machine's clock\.$/,
    );
  });

  it("are refused where an authority has expired, in a chain or of clients", () => {
    const [leaf, itsKey] = apart(certificate({ days: 5000 }));
    const late = withTls({
      certificates: [`${leaf}${authority()}${itsKey}`],
      clientCertificates: { authorities: authority() },
    });
    assert.deepEqual(messagesOf(late), []);
    Date.now = () => now() + 4000 * DAY;
    const complaint = (number: number) =>
      new RegExp(
        `: has certificate ${number}, of "CN=Tests", which expired on \\w{3} .* GMT\\. Take it out, or give a new one\\.$`,
      );
    const messages = messagesOf(late).filter((message) => message.startsWith("frontends[0].tls."));
    assert.match(messages[0] ?? "", complaint(2));
    assert.match(messages[1] ?? "", complaint(1));
    assert.equal(messages.length, 2);
  });

  it("are never shown, whatever is wrong with them", () => {
    for (const [problem, pem] of cases) {
      const text = messagesOf(withTls({ certificates: [pem], clientCertificates: { authorities: pem } })).join();
      assert.notEqual(text, "");
      const shown = pem.split("\n").filter((line) => line.length > 8 && text.includes(line));
      assert.deepEqual(shown, [], problem);
    }
  });

  it("of authorities come without a key, and there is at least one", () => {
    const authorities = (pem: string) =>
      messagesOf(withTls({ certificates: [good], clientCertificates: { authorities: pem } }));
    const where = "frontends[0].tls.clientCertificates.authorities";
    assert.deepEqual(authorities(authority()), []);
    assert.deepEqual(authorities(good), [
      `${where}: has a private key. Only certificates belong here; take the key out, and replace it where it was shown.`,
    ]);
    assert.deepEqual(authorities("-"), [`${where}: has no certificate. Give those of the authorities, in PEM.`]);
  });

  it("may bring their authority along", () => {
    assert.deepEqual(messagesOf(withTls({ certificates: [`${crt}${authority()}${key}`] })), []);
  });
});

function withTls(tls: unknown) {
  return changed(["frontends[0].tls", tls]);
}

/** Certificate and key of a PEM text that has both. */
function apart(pem: string): [certificate: string, key: string] {
  const at = pem.indexOf("-----BEGIN PRIVATE KEY");
  return [pem.slice(0, at), pem.slice(at)];
}
