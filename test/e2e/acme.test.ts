// Certificates by ACME on a real pair, from a real authority: first issue, renewal, outages of either side, secrecy.
import assert from "node:assert/strict";
import type { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers, sharedAddress } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { other, Pair } from "../pair/pair";
import { doctorIsContent, doctorSays, journal, nextTurn, PATIENCE } from "./acme/agent";
import { Authority, externalAccount } from "./acme/authority";
import { Clients } from "./acme/clients";
import { setClock, setClockRight } from "./acme/clock";
import {
  fromAuthority,
  late,
  type Name,
  office,
  ports,
  secure,
  shop,
  withAccount,
  withoutAccount,
} from "./acme/frontends";
import { withLab } from "./labForTests";
import { needsPrometheus, Prometheus } from "./prometheus";
import { assertExposure, assertFiles, assertNoRights, ofAcme } from "./security/privileges";
import { filesWith, namesIn, namesInJournal, watch } from "./security/search";

const folder = "/var/lib/ha-load-balancer/acme";
/** As the user gives it, and as dehydrated would give it to openssl. */
const ofAccount = {
  "the other account's key": externalAccount.hmacKey,
  "the same in hexadecimal": Buffer.from(externalAccount.hmacKey, "base64url").toString("hex"),
};

describe("certificates by ACME", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let authority: Authority;
  let clients: Clients<Name>;
  let prometheus: Prometheus;

  needsPrometheus();

  withLab("pair", async (started) => {
    lab = started;
    authority = new Authority(lab);
    pair = await Pair.prepare(lab, withAccount());
    clients = new Clients(pair, ports);
    await authority.introduceTo(pair);
    await pair.up();
    await pair.waitUntilRedundant();
    prometheus = await Prometheus.start(lab, pair);
  });

  after("the authority, and Prometheus", async () => {
    await authority?.stop();
    await prometheus?.stop();
  });

  it("shows a temporary certificate until there is one, and says so", async () => {
    const shown = await clients.shown(shop);
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
    await prometheus.fires("HaLbCertificateNotIssued", "HaLbCertificateOrdersFail");
  });

  it("gets the first certificate once the authority answers, and both nodes show it", async () => {
    const active = await pair.active();
    const since = Date.now();
    const watches = await Promise.all(loadBalancers.map((name) => watch(pair.host(name), ofAccount, 240)));
    await authority.start({ validitySeconds: 100, asksForAccount: true });
    const { issuer } = await clients.sameOnBoth(shop, ({ subject }) => !/temporary/.test(subject ?? ""));
    assert.match(issuer, /Pebble/);
    const seen = await Promise.all(watches.map((one) => one.end()));
    assert.ok(seen.some(({ commands }) => commands.some((line) => /dehydrated .*--register/.test(line))));
    assert.deepEqual(
      seen.flatMap(({ leaks }) => leaks),
      [],
    );
    assert.match(await journal(pair.host(active), since), /^ordering certificate [\s\S]*^certificate \S+ was issued$/m);
    const ofStandby = await journal(pair.host(other(active)), since);
    assert.match(ofStandby, /^certificate \S+ came from the peer$/m);
    assert.doesNotMatch(ofStandby, /ordering|issued/);
    writeFileSync(rootFile(), await authority.root());
    const name = `${shop}:443:${sharedAddress.ipv4}`;
    const trusting = ["--silent", "--show-error", "--cacert", rootFile(), "--resolve", name, `https://${shop}/`];
    const { code, stderr } = await lab.client.run("curl", trusting);
    assert.equal(code, 0, stderr);
    for (const name of loadBalancers) {
      const host = pair.host(name);
      await doctorIsContent(host);
      assert.match(await host.must("ha-lb metrics"), /^ha_lb_certificate_expires_in_seconds\{.*source="acme"\} \d+/m);
    }
    await prometheus.clears();
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
    const before = await clients.shown(shop);
    const processes = await haproxyProcesses();
    const stop = await clients.startHandshakes(shop, 40, rootFile());
    await clients.sameOnBoth(shop, ({ serialNumber }) => serialNumber !== before.serialNumber);
    assert.ok(Date.now() < Date.parse(before.validTo), `the one before was good until ${before.validTo}`);
    const { failures, seen } = await stop();
    assert.deepEqual(failures, []);
    assert.ok(Object.keys(seen).length > 1, JSON.stringify(seen));
    assert.deepEqual(await haproxyProcesses(), processes);
  });

  it("keeps what it has through a restart of HAProxy and an update, though the authority is away", async () => {
    await authority.stop();
    const before = await clients.shown(shop);
    for (const name of loadBalancers) {
      await pair.host(name).must(`systemctl restart ${pair.haproxyService}`);
    }
    await pair.waitUntilRedundant();
    await pair.configure({ ...withAccount(), revision: "another" });
    await pair.up();
    await clients.sameOnBoth(shop, ({ serialNumber }) => serialNumber === before.serialNumber);
  });

  it("keeps keys on the nodes, in files for root alone, and out of logs and Pulumi's state", async () => {
    const { text } = await pair.pulumi.exportState();
    for (const name of loadBalancers) {
      const host = pair.host(name);
      const keys = (await host.must(`cat ${folder}/certificates/*.pem`)).matchAll(
        /BEGIN [A-Z ]*PRIVATE KEY-----\n\S+\n(\S+)/g,
      );
      const own = Object.fromEntries([...keys].map(([, line = ""], index) => [`key ${index + 1}`, line]));
      assert.equal(Object.keys(own).length, 1);
      for (const file of await filesWith(host, own))
        assert.match(file, /^600 root \/var\/lib\/ha-load-balancer\/acme\//);
      for (const file of await filesWith(host, ofAccount)) assert.match(file, /^600 root \/\S+\/(acme|work)\/\S*hmac$/);
      assert.deepEqual(await namesInJournal(host, { ...own, ...ofAccount }), []);
      assert.deepEqual(namesIn(text, { ...own, ...ofAccount }), []);
    }
  });

  it("gives the agent of certificates no right of root's, and its files to root alone", async () => {
    for (const name of loadBalancers) {
      await assertFiles(pair.host(name), ofAcme);
      await assertNoRights(pair.host(name), "ha-lb-acme", "root");
      await assertExposure(pair.host(name), "haproxy", "keepalived", "ha-lb-agent", "ha-lb-acme");
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

  it("warns when no renewal comes, and takes other settings meanwhile", async () => {
    await pair.configure(withoutAccount());
    await pair.up();
    await pair.waitUntilRedundant();
    assert.match((await clients.shown(office)).subject, /temporary/);
    const active = pair.host(await pair.active());
    const warning =
      /^ +\w+: the certificate for www\.shop\.test, shop\.test (expires in|has expired).*Problem connecting/m;
    const isWarned = async () => warning.test((await active.run("ha-lb doctor")).stdout);
    await until("doctor to warn", isWarned, PATIENCE, 500);
    await prometheus.fires("HaLbCertificateNotRenewed");
  });

  it("survives an authority that was away and hangs, and failovers in the middle of orders, one of them by power", async () => {
    const since = Date.now();
    const first = await pair.active();
    await authority.start({ validitySeconds: 7_776_000 });
    const orders = await authority.ordered();
    authority.hang();
    await pair.fault("keepalived-stop", first);
    const isGivenUp = async () => /the order is given up/.test(await journal(pair.host(first), since));
    await until(`${first} to give up its order`, isGivenUp, PATIENCE, 500);
    await pair.heal();
    authority.goOn();
    await authority.ordered(orders);
    await pair.fault("power-off", other(first));
    for (const name of [shop, office]) {
      const isThere = () => clients.shown(name).then(lasts, () => false);
      await until(`${first} to have a certificate for ${name}`, isThere, PATIENCE, 500);
    }
    assert.match(await journal(pair.host(first), since), /was issued/);
    await pair.heal();
    const shown = [await clients.sameOnBoth(shop, lasts), await clients.sameOnBoth(office, lasts)];
    assert.deepEqual(
      shown.map(({ publicKey }) => publicKey.asymmetricKeyType),
      ["ec", "rsa"],
    );
    await auditNodes(pair);
    await prometheus.clears("HaLbFailover");
  });

  it("serves on by a clock that is wrong, orders no more than once by it, and says that it differs", async () => {
    const [name, since] = [await pair.active(), Date.now()];
    const before = await clients.shown(shop);
    const isNew = (shown: X509Certificate) => lasts(shown) && shown.fingerprint !== before.fingerprint;
    // The certificates' last days, but not those of the authority's own.
    await setClock(pair.host(name), "+75d");
    await doctorSays(pair.host(name), /its clock is \d{7} s ahead of the other node's/);
    await doctorSays(pair.host(other(name)), /its clock is \d{7} s behind the other node's/);
    const isIssued = async () => (await journal(pair.host(name), since)).match(/was issued$/gm)?.length === 2;
    await until("both certificates to be issued anew", isIssued, PATIENCE, 500);
    await clients.sameOnBoth(shop, isNew);
    await nextTurn(pair.host(name));
    // Before they were issued.
    await setClock(pair.host(name), "-75d");
    await doctorSays(
      pair.host(name),
      /certificate for office\.test is not valid yet[\s\S]* its clock is \d{7} s behind the other node's/,
    );
    await nextTurn(pair.host(name));
    await setClockRight(pair.host(name));
    for (const node of loadBalancers) await doctorIsContent(pair.host(node));
    assert.ok(await isIssued(), await journal(pair.host(name), since));
    await clients.sameOnBoth(office, lasts);
  });

  it("leaves an authority that limits orders alone for as long as it says, also when the agent is started anew", async () => {
    const since = Date.now();
    await authority.stop();
    await authority.start({ validitySeconds: 7_776_000, limitSeconds: 7_200 });
    const { frontends = [], ...others } = withoutAccount();
    await pair.configure({
      ...others,
      frontends: [...frontends, secure(late, { domains: [late], ...fromAuthority() })],
    });
    await pair.up();
    const name = await pair.active();
    const patient = /no certificate late\.test-\w+: too many new orders\. Next order in 7[2-9]\d\d s/;
    await until("the agent to say so", async () => patient.test(await journal(pair.host(name), since)), PATIENCE, 500);
    await pair.host(name).must("systemctl restart ha-lb-acme");
    await nextTurn(pair.host(name));
    assert.equal(await authority.ordered(), 1);
    assert.match((await clients.shown(late)).subject, /temporary/);
    assert.ok(lasts(await clients.shown(shop)));
  });

  const rootFile = () => join(lab.stateDir, "acme-root.pem");

  async function haproxyProcesses(): Promise<string[]> {
    return Promise.all(loadBalancers.map((name) => pair.host(name).must("pgrep haproxy")));
  }
});

/** Of the authority as it is after its outage: the ones before are good for minutes, a temporary one is its own issuer. */
function lasts({ issuer, validTo }: X509Certificate): boolean {
  return /Pebble/.test(issuer) && Date.parse(validTo) - Date.now() > 86_400_000;
}
