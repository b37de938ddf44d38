// Encryption with real clients and servers: what is offered, who is let in, who is trusted, and where keys stay.
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import { derivedIdentity } from "../../../src/haproxy/peers/identity";
import type { BackendTlsArgs, FrontendTlsArgs } from "../../../src/haproxy/tls/args";
import { authority, certificate } from "../../certificates";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";
import { type AskOptions, ask } from "../origin/ask";
import { type Origin, startOrigins } from "../origin/origin";
import { namesIn } from "../security/search";

const ports = { web: 443, strict: 8443, modern: 8444, oldHttp: 8445, required: 8446, optional: 8447 } as const;
const [first, renewed] = [certificate(), certificate({ days: 89 })];
const second = certificate({ names: ["example.org"] });
const ofServers = certificate({ names: ["origin.example.com"] });
const ofClient = certificate({ names: ["client.example.com"] });
/** Of no authority but its own. */
const stranger = derivedIdentity("secret", "stranger");

/** Ways to reach the same servers, by TLS; each has a port of its own. */
const toServers: Readonly<Record<string, BackendTlsArgs>> = {
  trusting: { authorities: authority() },
  named: { authorities: authority(), serverName: "origin.example.com" },
  "named-wrongly": { authorities: authority(), serverName: "other.example.com" },
  distrusting: { authorities: withoutKey(stranger) },
  "trusting-distribution": {},
  careless: { verify: "none" },
  showing: { authorities: authority(), serverName: "origin.example.com", clientCertificate: ofClient },
};
const ownAnswers = [
  { match: { paths: ["/nobody"] }, backend: "nobody" },
  { match: { paths: ["/teapot"] }, respond: { status: 418 } },
];
const portTo = (way: string) => 8001 + Object.keys(toServers).indexOf(way);

describe("TLS with real clients and servers", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let web1: Origin;

  withLab("pair", async (started) => {
    lab = started;
    ({ web1 } = await startOrigins(lab, { certificate: ofServers }));
    writeFileSync(fileOf("authority"), authority());
    writeFileSync(fileOf("client"), ofClient);
    writeFileSync(fileOf("stranger"), stranger);
    pair = await Pair.deploy(lab, settings(first));
  });

  it("shows the certificate for the name that a client asks for, and the first one to others", async () => {
    for (const [name, shown] of [
      ["example.com", first],
      ["www.example.com", first],
      ["example.org", second],
      ["unknown.test", first],
    ] as const) {
      await assertShown(name, shown);
    }
    assert.equal((await askSafely(ports.web, "/", { host: "example.org" })).status, 200);
  });

  it("turns away clients that ask for an unknown name, where that was asked for", async () => {
    assert.equal((await askSafely(ports.strict, "/", { host: "example.org" })).status, 200);
    assert.match((await greet(ports.strict, "-servername", "unknown.test")).stderr, /alert/);
  });

  it("offers HTTP/2 and HTTP/1.1, or what it was told to", async () => {
    const alpn = ["-alpn", "h2,http/1.1"];
    assert.match((await greet(ports.web, ...alpn)).stdout, /^ALPN protocol: h2$/m);
    assert.match((await greet(ports.web, "-alpn", "http/1.1")).stdout, /^ALPN protocol: http\/1\.1$/m);
    assert.match((await greet(ports.oldHttp, ...alpn)).stdout, /^ALPN protocol: http\/1\.1$/m);
  });

  it("speaks TLS 1.2 and 1.3 with good ciphers by default, and nothing weaker", async () => {
    const good = ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"];
    assert.match((await greet(ports.web, "-tls1_3")).stdout, /^New, TLSv1\.3/m);
    assert.match((await greet(ports.web, ...good)).stdout, /^New, TLSv1\.2, Cipher is ECDHE-ECDSA-AES128-GCM/m);
    const weak = ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"];
    assert.match((await greet(ports.web, ...weak)).stderr, /alert handshake failure/);
    // The client itself would rather not, unless it is told that no security is wanted.
    const old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    assert.match((await greet(ports.web, ...old)).stderr, /alert protocol version/);
  });

  it("speaks TLS 1.3 alone by the modern profile", async () => {
    assert.match((await greet(ports.modern)).stdout, /^New, TLSv1\.3/m);
    assert.match((await greet(ports.modern, "-tls1_2")).stderr, /alert protocol version/);
  });

  it("tells browsers to stay with HTTPS, also in answers of its own", async () => {
    for (const [path, status] of [
      ["/", 200],
      ["/nobody", 503],
      ["/teapot", 418],
    ] as const) {
      const answer = await askSafely(ports.web, path);
      assert.equal(answer.status, status);
      assert.equal(answer.headers["strict-transport-security"], "max-age=63072000; includeSubDomains");
    }
    assert.equal((await askSafely(ports.modern, "/")).headers["strict-transport-security"], undefined);
  });

  it("lets in only clients with a certificate of the authority, where that is required", async () => {
    assert.equal((await askSafely(ports.required, "/", shows("client"))).status, 200);
    assert.equal((await askSafely(ports.required, "/")).status, 0);
    assert.equal((await askSafely(ports.required, "/", shows("stranger"))).status, 0);
  });

  it("lets in clients without a certificate where it is optional, and none with a bad one", async () => {
    assert.equal((await askSafely(ports.optional, "/", shows("client"))).status, 200);
    assert.equal((await askSafely(ports.optional, "/")).status, 200);
    assert.equal((await askSafely(ports.optional, "/", shows("stranger"))).status, 0);
  });

  for (const [way, host, status] of [
    ["trusting", "origin.example.com", 200],
    ["trusting", "other.example.com", 503],
    ["named", "other.example.com", 200],
    ["named-wrongly", "origin.example.com", 503],
    ["distrusting", "origin.example.com", 503],
    ["trusting-distribution", "origin.example.com", 503],
    ["careless", "other.example.com", 200],
  ] as const) {
    it(`answers ${status} when it reaches servers by TLS: ${way}, asked for ${host}`, async () => {
      const answer = await ask(lab, portTo(way), "/", { host });
      assert.equal(answer.status, status, answer.body);
      if (status === 200) {
        assert.equal(answer.echo.tls?.serverName, way === "named" ? "origin.example.com" : host);
        assert.equal(answer.echo.tls?.client, undefined);
      }
    });
  }

  it("shows its own certificate to servers", async () => {
    const { echo } = await ask(lab, portTo("showing"), "/", { host: "anything.example.com" });
    assert.equal(echo.tls?.client, "client.example.com");
  });

  it("replaces a certificate while requests are under way, and none of them fails", async () => {
    const answers: number[] = [];
    let over = false;
    const keepAsking = async (path: string) => {
      while (!over) answers.push((await askSafely(ports.web, path)).status);
    };
    // One of them is always in the middle of an answer.
    const asking = [keepAsking("/"), keepAsking("/"), keepAsking("/?delay=1500")];
    await until("requests to be answered", () => answers.length > 5, 20_000);
    await pair.configure(settings(renewed));
    await pair.up();
    await assertShown("example.com", renewed);
    over = true;
    await Promise.all(asking);
    assert.deepEqual([...new Set(answers)], [200]);
  });

  it("keeps private keys out of command lines, logs and Pulumi's plain state", async () => {
    const { text } = await pair.pulumi.exportState();
    const told = await Promise.all(
      loadBalancers.map((name) => pair.host(name).must("ps axww -o args; journalctl --no-pager --quiet")),
    );
    assert.match(told.join(), /haproxy/);
    const keys = Object.fromEntries([first, renewed, second, ofClient].map((pem, index) => [index, secretLine(pem)]));
    assert.deepEqual(namesIn([text, ...told].join("\n"), keys), []);
  });

  it("keeps private keys in files that only root can read", async () => {
    const folders = "/etc /home /opt /root /run /srv /tmp /usr/local /var";
    for (const name of loadBalancers) {
      const find = `grep --recursive --files-with-matches --no-messages --fixed-strings -e ${secretLine(renewed)} ${folders} || true`;
      const files = (await pair.host(name).must(find)).split("\n").filter(Boolean);
      assert.notEqual(files.length, 0, `${name} has the key nowhere`);
      for (const file of files) {
        for (const user of ["nobody", "haproxy", "ha-lb"]) {
          const read = await pair.host(name).run(`runuser -u ${user} -- cat ${file}`);
          assert.match(read.stderr, /Permission denied/, `${user} can read ${file} on ${name}`);
        }
      }
    }
  });

  const fileOf = (name: string) => join(lab.stateDir, `${name}.pem`);

  /** By a client that trusts the tests' authority alone. */
  function askSafely(port: number, path: string, { host = "example.com", args = [] }: AskOptions = {}) {
    return ask(lab, port, path, { scheme: "https", host, args: ["--cacert", fileOf("authority"), ...args] });
  }

  const shows = (name: string): AskOptions => ({ args: ["--cert", fileOf(name)] });

  function greet(port: number, ...args: string[]) {
    const client = ["s_client", "-connect", `${sharedAddress.ipv4}:${port}`, ...args];
    return lab.operator.run("openssl", client, { input: "" });
  }

  async function assertShown(name: string, pem: string): Promise<void> {
    const { stdout } = await greet(ports.web, "-servername", name);
    const shown = new X509Certificate(stdout.replace(/^[\s\S]*?(?=-----BEGIN)/, ""));
    assert.equal(shown.serialNumber, new X509Certificate(pem).serialNumber, name);
  }

  function settings(ofWeb: string): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
    const frontend = (name: keyof typeof ports, tls: Partial<FrontendTlsArgs>): FrontendArgs => ({
      name,
      port: ports[name],
      tls: { certificates: [ofWeb, second], ...tls },
      defaultBackend: "app",
    });
    return {
      frontends: [
        { ...frontend("web", { hsts: { includeSubDomains: true } }), routes: ownAnswers },
        frontend("strict", { strictServerName: true }),
        frontend("modern", { profile: "modern" }),
        frontend("oldHttp", { alpn: ["http/1.1"] }),
        frontend("required", { clientCertificates: { authorities: authority() } }),
        frontend("optional", { clientCertificates: { authorities: authority(), mode: "optional" } }),
        ...Object.keys(toServers).map((name) => ({ name, port: portTo(name), defaultBackend: name })),
      ],
      backends: [
        { name: "app", servers: [web1.server("http")] },
        { name: "nobody", servers: [{ ...web1.server("http"), port: 1 }] },
        ...Object.entries(toServers).map(([name, tls]) => ({ name, servers: [web1.server("https")], tls })),
      ],
    };
  }
});

function withoutKey(pem: string): string {
  return pem.replace(/-----BEGIN [A-Z ]*PRIVATE KEY[\s\S]*/, "");
}

/** A line from the middle of the key, which stands nowhere else. */
function secretLine(pem: string): string {
  return pem.split(/-----BEGIN [A-Z ]*PRIVATE KEY-----\n/)[1]?.split("\n")[1] ?? "no key";
}
