// Certificates by ACME: what is refused, what HAProxy gets to see, and the account that comes from the pair's secret.
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, createSign, createVerify } from "node:crypto";
import type { FrontendArgs } from "../../../src";
import { acmeAccount } from "../../../src/haproxy/acme/account";
import type { AcmeArgs } from "../../../src/haproxy/acme/args";
import { acmeCertificates } from "../../../src/haproxy/acme/model";
import { renderProxy } from "../../../src/haproxy/render";
import type { Backend, Frontend } from "../../../src/haproxy/rules";
import { bundles, installBundle } from "../../../src/host/bundle";
import type { Settings } from "../../../src/validate";
import { authority, certificate } from "../../certificates";
import { CheckingHaproxy, haproxyVersions } from "../../conformance/haproxy/haproxy";
import { needsLab } from "../../setup/needsLab";
import { messagesOf, sampleArgs } from "../sampleArgs";

const directory = "https://authority.test/dir";
const plain: FrontendArgs = { name: "plain", port: 80, redirectToHttps: true };
const backends = [{ name: "app", servers: [{ address: "10.0.1.1", port: 8080 }] }];

function secure(acme: object, more: Partial<FrontendArgs> = {}): FrontendArgs {
  return { name: "secure", port: 443, tls: { acme: acme as AcmeArgs }, defaultBackend: "app", ...more };
}

function complaints(...frontends: readonly FrontendArgs[]): string[] {
  return messagesOf({ ...sampleArgs(), haproxy: undefined, frontends, backends });
}

describe("rules of ACME", () => {
  const path = "frontends[1].tls.acme";

  it("take names alone, and everything", () => {
    const everything = {
      domains: ["Shop.example.com", "example.com"],
      email: "host+master@example.com",
      directoryUrl: directory,
      externalAccount: { keyId: "kid-1", hmacKey: "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG" },
      keyType: "rsa-2048",
      authorities: authority(),
    };
    assert.deepEqual(complaints(plain, secure({ domains: ["example.com"] })), []);
    assert.deepEqual(complaints(plain, secure(everything)), []);
    const both = { certificates: [certificate()], acme: { domains: ["example.org"] } };
    assert.deepEqual(complaints(plain, secure({}, { tls: both })), []);
  });

  it("refuse names that no authority asks by HTTP", () => {
    assert.deepEqual(
      complaints(plain, secure({ domains: ["*.example.com", "192.0.2.1", "example.org", "Example.org"] })),
      [
        `${path}.domains[0]: "*.example.com" is a wildcard, which cannot be asked by HTTP. Name each host, or give a certificate of yours in tls.certificates.`,
        `${path}.domains[1]: "192.0.2.1" is not a DNS name. Use one such as "app.example.com".`,
        `${path}.domains[3]: "example.org" is ${path}.domains[2], too. Remove one of them.`,
      ],
    );
    assert.deepEqual(complaints(plain, secure({ domains: [] })), [
      `${path}.domains: is empty. Name the hosts that the certificate is for.`,
    ]);
    const many = Array.from({ length: 101 }, (_, index) => `h${index}.example.com`);
    assert.deepEqual(complaints(plain, secure({ domains: many })), [
      `${path}.domains: has 101 names. Use 100 at most, and further frontends for others.`,
    ]);
  });

  it("refuse what the client could not use, and never show a key", () => {
    const bad = {
      domains: ["example.com"],
      email: "nobody",
      directoryUrl: "http://authority.test/dir",
      externalAccount: { keyId: "a b", hmacKey: "a key with spaces" },
      keyType: "ec256",
      authorities: "",
    };
    assert.deepEqual(complaints(plain, secure(bad)), [
      `${path}.email: "nobody" is not an address for mail. Use one such as "hostmaster@example.com".`,
      `${path}.directoryUrl: "http://authority.test/dir" is not the URL of a directory. Use one by https, such as "https://acme-v02.api.letsencrypt.org/directory".`,
      `${path}.externalAccount.keyId: "a b" is not the identifier of a key. Give the one that the authority shows with the account, without spaces.`,
      `${path}.externalAccount.hmacKey: is not a key in base64url. Give the one that the authority shows with the account: letters, digits, "-" and "_".`,
      `${path}.keyType: "ec256" is not known. Did you mean "ec-256"? Use one of: ec-256, ec-384, rsa-2048, rsa-4096.`,
      `${path}.authorities: is empty. Give those of the authorities, in PEM.`,
    ]);
  });

  it("want somebody on port 80 who answers the authority", () => {
    const complaint = `frontends[0].tls.acme: needs a frontend of mode "http" without tls on port 80, where the authority asks. Add one, such as { name: "plain", port: 80, redirectToHttps: true }.`;
    const acme = { domains: ["example.com"] };
    assert.deepEqual(complaints(secure(acme)), [complaint]);
    assert.deepEqual(complaints(secure(acme, { port: 80 })), [complaint]);
    assert.deepEqual(complaints(secure(acme), { ...plain, port: 8080 }), [complaint]);
  });

  it("let frontends share a certificate, and want one account with each authority", () => {
    const acme = { domains: ["example.com"], email: "a@example.com" };
    const second = (other: object) => secure(other, { name: "second", port: 8443 });
    assert.deepEqual(complaints(plain, secure(acme), second(acme)), []);
    assert.deepEqual(complaints(plain, secure(acme), second({ ...acme, email: "b@example.com" })), [
      "frontends[2].tls.acme.email: is not that of frontends[1].tls.acme, with the same authority. The pair has one account there: give both the same.",
    ]);
    const elsewhere = { ...acme, email: "b@example.com", directoryUrl: directory };
    assert.deepEqual(complaints(plain, secure(acme), second(elsewhere)), []);
  });
});

describe("ACME in HAProxy's configuration", () => {
  const acme = { domains: ["Shop.example.com", "example.com"] };
  const frontends = [plain, secure(acme), secure(acme, { name: "again", port: 8443 })] as Frontend[];
  const node = {
    ipv6: false,
    peers: {
      own: { name: "lb1", address: "10.0.0.11" },
      other: { name: "lb2", address: "10.0.0.12" },
      port: 1,
      identity: "",
    },
    statusPort: 8405,
    acmeThumbprint: "thumb-print_1",
  };
  const { text } = renderProxy({ frontends, backends: backends as Backend[] }, node);

  it("shows what the node keeps, which no bundle brings", () => {
    const [{ id } = { id: "" }, ...others] = acmeCertificates(frontends);
    assert.deepEqual(others, []);
    assert.match(id, /^example\.com-[0-9a-f]{8}$/);
    const crt = `ssl crt /var/lib/ha-load-balancer/acme/served/${id}.pem alpn`;
    assert.equal(text.split(crt).length, 3);
  });

  it("orders another certificate for other names, another key or another authority, and for nothing else", () => {
    const idOf = (other: object) => acmeCertificates([secure({ ...acme, ...other }) as Frontend])[0]?.id;
    const first = idOf({});
    assert.equal(idOf({ email: "a@example.com", domains: ["shop.example.com", "EXAMPLE.com"] }), first);
    for (const other of [{ domains: ["shop.example.com"] }, { keyType: "rsa-2048" }, { directoryUrl: directory }]) {
      assert.notEqual(idOf(other), first);
    }
  });

  it("answers on port 80 before anything else, for its own names", () => {
    const [, section = ""] = /^frontend plain\n([\s\S]*?)\n\n/m.exec(text) ?? [];
    const rules = section.split("\n").filter((line) => /http-request/.test(line));
    assert.match(rules[0] ?? "", /return status 200 .*'%\[path,field\(4,\/\)\]\.thumb-print_1' if .* acme_domain$/);
    assert.match(section, /acl acme_domain req\.hdr\(host\),host_only -i -m str -- example\.com shop\.example\.com$/m);
    assert.equal(text.split("acme-challenge").length, 2);
  });

  for (const version of haproxyVersions) {
    it(`is accepted by HAProxy ${version} without a warning`, async function () {
      needsLab(this);
      this.timeout(600_000);
      const haproxy = await CheckingHaproxy.ready(version);
      assert.deepEqual(haproxy.complaints(renderProxy({ frontends, backends: backends as Backend[] }, node)), []);
    });
  }
});

describe("a bundle with ACME", () => {
  const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG";
  const acme = { domains: ["example.com"], externalAccount: { keyId: "kid-1", hmacKey }, authorities: authority() };
  const settings = { frontends: [plain, secure(acme)], backends } as unknown as Settings;
  const nodes = ["1", "2"].map((id) => ({
    name: `lb${id}`,
    id,
    peerAddress: `10.0.0.${id}`,
    publicAddress: `192.0.2.${id}`,
  }));
  const [bundle] = bundles(settings, { secret: "the operator's", nodes, addresses: [] });
  const content = (path: string) => bundle.files.find((file) => file.path === path);

  it("has secrets in files for root alone, and the rest where the agent finds it", () => {
    const { acme: told, packages } = JSON.parse(content("node.json")?.content ?? "");
    const [{ id }] = told.certificates;
    assert.deepEqual(told, {
      port: 8407,
      certificates: [
        {
          id,
          domains: ["example.com"],
          keyType: "ec-256",
          directoryUrl: "https://acme-v02.api.letsencrypt.org/directory",
          externalAccountKeyId: "kid-1",
          hasAuthorities: true,
        },
      ],
    });
    const own = bundle.files.filter(({ path }) => path.startsWith("acme/"));
    assert.deepEqual(
      own.map(({ path, mode }) => [path, mode]),
      ["account.pem", `${id}.authorities.pem`, `${id}.hmac`, "identity.pem"].map((name) => [`acme/${name}`, 0o600]),
    );
    assert.deepEqual(
      bundle.files.filter((file) => file.content.includes(hmacKey)).map(({ path }) => path),
      [`acme/${id}.hmac`],
    );
    assert.ok(packages.includes("dehydrated"));
    assert.match(installBundle(settings).files.find(({ path }) => path === "settings")?.content ?? "", /dehydrated/);
  });

  it("asks for no client, and has no account, where nothing comes by ACME", () => {
    const without = { ...settings, frontends: [plain] } as unknown as Settings;
    const [other] = bundles(without, { secret: "the operator's", nodes, addresses: [] });
    assert.ok(!other.files.some(({ path }) => path.startsWith("acme/")));
    assert.doesNotMatch(installBundle(without).files[0]?.content ?? "", /dehydrated/);
  });
});

describe("the account with ACME's authorities", () => {
  it("is the same whenever it comes from the same secret, and another one otherwise", () => {
    const { thumbprint } = acmeAccount("a secret");
    // Written down, because another one would be an account that no authority knows.
    assert.equal(thumbprint, "cfUdWm80XX0XwUTt0L12u5rqdYuFCvvX3HMB7T0EQ2E");
    assert.notEqual(acmeAccount("another").thumbprint, thumbprint);
  });

  it("has an RSA key of 2048 bits that signs, and the thumbprint of RFC 7638", () => {
    const { key, thumbprint } = acmeAccount("a secret");
    const pair = createPrivateKey(key);
    assert.equal(pair.asymmetricKeyDetails?.modulusLength, 2048);
    const signature = createSign("sha256").update("text").sign(pair);
    assert.ok(createVerify("sha256").update("text").verify(createPublicKey(pair), signature));
    const { e, kty, n } = createPublicKey(pair).export({ format: "jwk" });
    assert.equal(thumbprint, createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url"));
  });
});
