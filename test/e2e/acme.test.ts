// Certificates by ACME on a real pair, from a real authority: first issue, renewal, outages of either side, secrecy.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { FrontendArgs } from "../../src";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { type LoadBalancerName, other, Pair } from "../pair/pair";
import { Authority, authorities, directoryUrl, externalAccount } from "./acme/authority";
import type { Handshakes } from "./acme/handshakes";
import { withLab } from "./labForTests";
import { filesWith, namesIn, namesInJournal, watch } from "./security/search";

const [shop, office] = ["www.shop.test", "office.test"] as const;
const ports = { [shop]: 443, [office]: 8443 } as const;
type Name = keyof typeof ports;
const folder = "/var/lib/ha-load-balancer/acme";
/** As the user gives it, and as dehydrated would give it to openssl. */
const ofAccount = {
  "the other account's key": externalAccount.hmacKey,
  "the same in hexadecimal": Buffer.from(externalAccount.hmacKey, "base64url").toString("hex"),
};
/** Longer than an order takes on a busy machine, and than the other node's questions come after each other. */
const PATIENCE = 120_000;

describe("certificates by ACME", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let authority: Authority;

  withLab("pair", async (started) => {
    lab = started;
    authority = new Authority(lab);
    pair = await Pair.prepare(lab, settings(shop));
    await authority.introduceTo(pair);
    await pair.up();
    await pair.waitUntilRedundant();
  });

  after(() => authority?.stop());

  it("shows a temporary certificate until there is one, and says so", async () => {
    const shown = await shownBy(sharedAddress.ipv4, shop);
    assert.match(shown.subject, /temporary: no certificate from ACME yet/);
    assert.equal(shown.subjectAltName, "DNS:www.shop.test, DNS:shop.test");
    const active = pair.host(await pair.active());
    const said = async () => (await active.run("ha-lb status")).stdout;
    const complaint = /no certificate for www\.shop\.test, shop\.test from ACME yet, .*Problem connecting to server/;
    await until("the status to say why", async () => complaint.test(await said()), PATIENCE, 500);
    assert.match(await said(), /^ {2}www\.shop\.test, shop\.test: a temporary certificate/m);
    assert.match((await active.run("ha-lb doctor")).stdout, /^BAD +certificates are there/m);
    assert.match(
      await active.must("ha-lb metrics"),
      /^ha_lb_certificate_expiry_timestamp_seconds\{.*source="temporary"/m,
    );
  });

  it("gets the first certificate once the authority answers, and both nodes show it", async () => {
    const watches = await Promise.all(loadBalancers.map((name) => watch(pair.host(name), ofAccount, 240)));
    await authority.start({ validitySeconds: 100 });
    const { issuer } = await sameOnBoth(shop, ({ subject }) => !/temporary/.test(subject ?? ""));
    assert.match(issuer, /Pebble/);
    const seen = await Promise.all(watches.map((one) => one.end()));
    assert.ok(seen.some(({ commands }) => commands.some((line) => /dehydrated .*--register/.test(line))));
    assert.deepEqual(
      seen.flatMap(({ leaks }) => leaks),
      [],
    );
    writeFileSync(fileOf("root"), await authority.root());
    const name = `${shop}:443:${sharedAddress.ipv4}`;
    const trusting = ["--silent", "--show-error", "--cacert", fileOf("root"), "--resolve", name, `https://${shop}/`];
    const { code, stderr } = await lab.client.run("curl", trusting);
    assert.equal(code, 0, stderr);
    for (const name of loadBalancers) {
      const host = pair.host(name);
      await until(`${name} to be content`, async () => (await host.run("ha-lb doctor")).code === 0, PATIENCE, 500);
      assert.match(await host.must("ha-lb metrics"), /^ha_lb_certificate_expires_in_seconds\{.*source="acme"\} \d+/m);
    }
  });

  it("answers an authority's questions on both nodes, for its own names alone", async () => {
    for (const name of loadBalancers) {
      const ask = async (domain: string, token: string) => {
        const url = `http://${pair.host(name).publicAddress}/.well-known/acme-challenge/${token}`;
        return (await lab.client.run("curl", ["--silent", "--header", `Host: ${domain}`, url])).stdout;
      };
      assert.match(await ask(shop, "abcdefghij_-0123"), /^abcdefghij_-0123\.[\w-]{43}$/);
      assert.doesNotMatch(await ask("other.test", "abcdefghij_-0123"), /abcdefghij/);
      assert.doesNotMatch(await ask(shop, "abcdefghij%22%3e"), /abcdefghij/);
    }
  });

  it("renews in time under load, without a reload, and no handshake fails", async () => {
    const before = (await shownBy(sharedAddress.ipv4, shop)).serialNumber;
    const processes = await haproxyProcesses();
    const stop = await startHandshakes(shop);
    await sameOnBoth(shop, ({ serialNumber }) => serialNumber !== before);
    const { failures, seen } = await stop();
    assert.deepEqual(failures, []);
    assert.ok(Object.keys(seen).length > 1, JSON.stringify(seen));
    assert.deepEqual(await haproxyProcesses(), processes);
  });

  it("survives an authority that is away, and a failover in the middle of an order", async () => {
    await authority.stop();
    await pair.configure(settings(shop, office));
    await pair.up();
    await pair.waitUntilRedundant();
    assert.match((await shownBy(sharedAddress.ipv4, office)).subject, /temporary/);
    await authority.start({ validitySeconds: 7_776_000, takesItsTime: true });
    const active = await pair.active();
    const asked = () => /^.*(POST \/order-plz|Pulled a task).*$/m.test(authority.log());
    await until("an order to be under way", asked, PATIENCE, 20);
    await pair.fault("power-off", active);
    const survivor = other(active);
    for (const name of [shop, office]) {
      await until(
        `${survivor} to have a certificate for ${name}`,
        async () => lasts(await shownBy(sharedAddress.ipv4, name)),
        PATIENCE,
        500,
      );
    }
    assert.match(await journal(survivor), /was issued/);
    await pair.heal();
    await sameOnBoth(shop, lasts);
    await sameOnBoth(office, lasts);
    await auditNodes(pair);
  });

  it("keeps what it has through a restart of HAProxy and an update", async () => {
    const before = await Promise.all([shop, office].map((name) => shownBy(sharedAddress.ipv4, name)));
    for (const name of loadBalancers) {
      await pair.host(name).must(`systemctl restart ${pair.haproxyService}`);
    }
    await pair.waitUntilRedundant();
    await pair.configure({ ...settings(shop, office), revision: "another" });
    await pair.up();
    for (const [index, name] of ([shop, office] as const).entries()) {
      await sameOnBoth(name, ({ serialNumber }) => serialNumber === before[index]?.serialNumber);
    }
  });

  it("keeps keys on the nodes, in files for root alone, and out of logs and Pulumi's state", async () => {
    const { text } = await pair.pulumi.exportState();
    for (const name of loadBalancers) {
      const host = pair.host(name);
      const keys = (await host.must(`cat ${folder}/certificates/*.pem`)).matchAll(
        /BEGIN [A-Z ]*PRIVATE KEY-----\n\S+\n(\S+)/g,
      );
      const own = Object.fromEntries([...keys].map(([, line = ""], index) => [`key ${index + 1}`, line]));
      assert.equal(Object.keys(own).length, 2);
      for (const file of await filesWith(host, own))
        assert.match(file, /^600 root \/var\/lib\/ha-load-balancer\/acme\//);
      for (const file of await filesWith(host, ofAccount)) assert.match(file, /^600 root \/\S+\/(acme|work)\/\S*hmac$/);
      assert.deepEqual(await namesInJournal(host, { ...own, ...ofAccount }), []);
      assert.deepEqual(namesIn(text, { ...own, ...ofAccount }), []);
      assert.equal(await host.must(`find ${folder} ! -type l \\( -perm /077 -o ! -user root \\)`), "");
    }
  });

  it("shares certificates with nobody but the other node", async () => {
    const { privateAddress } = pair.host("lb1");
    const stranger = ["s_client", "-connect", `${privateAddress}:8407`];
    assert.match(
      (await lab.operator.run("openssl", stranger, { input: '{"has":{}}\n' })).stdout,
      /no peer certificate/,
    );
    // Even from the other node's address, without the key.
    const { stdout, stderr } = await pair
      .host("lb2")
      .run(
        `echo '{"has":{}}' | openssl s_client -quiet -ign_eof -bind $(hostname -I | tr ' ' '\\n' | grep ^10.77) -connect ${privateAddress}:8407`,
      );
    assert.doesNotMatch(stdout, /PRIVATE KEY/);
    assert.match(stderr, /certificate required/);
  });

  const fileOf = (name: string) => join(lab.stateDir, `acme-${name}.pem`);

  /** What a client sees that asks one address for a name. */
  async function shownBy(address: string, name: Name): Promise<X509Certificate> {
    const client = ["s_client", "-connect", `${address}:${ports[name]}`, "-servername", name];
    const { stdout, stderr } = await lab.client.run("openssl", client, { input: "" });
    const [pem] = /-----BEGIN[\s\S]*?-----END CERTIFICATE-----/.exec(stdout) ?? [];
    if (!pem) throw new Error(`no certificate for ${name} from ${address}: ${stderr}`);
    return new X509Certificate(pem);
  }

  /** Waits until both nodes, and the shared address, show the same one, of the wanted kind. */
  function sameOnBoth(name: Name, isWanted: (shown: X509Certificate) => boolean): Promise<X509Certificate> {
    const places = [...loadBalancers.map((one) => pair.host(one).publicAddress as string), sharedAddress.ipv4];
    const same = async () => {
      const [first, ...others] = await Promise.all(places.map((place) => shownBy(place, name).catch(() => undefined)));
      return first && isWanted(first) && others.every((one) => one?.fingerprint === first.fingerprint)
        ? first
        : undefined;
    };
    return until(`both nodes to show a new certificate for ${name}`, same, 2 * PATIENCE, 500);
  }

  async function startHandshakes(name: Name): Promise<() => Promise<Handshakes>> {
    const args = [sharedAddress.ipv4, String(ports[name]), name, "40"];
    const script = join(__dirname, "acme/handshakes.ts");
    const child = lab.client.spawnScript(script, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (!child.stdout) throw new Error("the client has no output");
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    await lines.next();
    return async () => {
      child.stdin?.end();
      const { value: report = "" } = await lines.next();
      return JSON.parse(report) as Handshakes;
    };
  }

  async function haproxyProcesses(): Promise<string[]> {
    return Promise.all(loadBalancers.map((name) => pair.host(name).must("pgrep haproxy")));
  }

  function journal(name: LoadBalancerName): Promise<string> {
    return pair.host(name).must("journalctl --unit ha-lb-acme --no-pager --output cat");
  }
});

/** Of the authority as it is after its outage: the ones before are good for minutes, a temporary one is its own issuer. */
function lasts({ issuer, validTo }: X509Certificate): boolean {
  return /Pebble/.test(issuer) && Date.parse(validTo) - Date.now() > 86_400_000;
}

function settings(...names: readonly Name[]) {
  const acme = (name: Name) => ({
    domains: name === shop ? [shop, "shop.test"] : [name],
    email: "hostmaster@shop.test",
    directoryUrl,
    externalAccount: { ...externalAccount, hmacKey: "secret:hmacKey" },
    authorities: authorities(),
  });
  const frontends: FrontendArgs[] = [
    { name: "plain", port: 80, redirectToHttps: true },
    ...names.map((name, index) => ({
      name: `secure-${index + 1}`,
      port: ports[name],
      tls: { acme: acme(name) },
      defaultBackend: "app",
    })),
  ];
  return { frontends, secrets: { hmacKey: externalAccount.hmacKey } };
}
