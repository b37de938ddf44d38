import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { publicPart } from "../../../src/haproxy/tls/certificates";
import { bundles } from "../../../src/host/bundle";
import { sourceId } from "../../../src/packages/model";
import type { Packages } from "../../../src/packages/rules";
import type { Settings } from "../../../src/validate";
import { sampleArgs } from "../sampleArgs";
import { file, sampleBundles } from "./sampleBundles";

const shipped = resolve(__dirname, "../../../src/host/files");
const [first, second] = sampleBundles();
const paths = first.files.map(({ path }) => path);

describe("a bundle", () => {
  it("is the same for the same settings", () => {
    assert.deepEqual(sampleBundles(), [first, second]);
  });

  it("holds what was rendered, everything that is shipped for a running node, and its release", () => {
    const onNodes = globSync("{bin,lib,units}/**", { cwd: shipped, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
      .map((entry) => join(entry.parentPath, entry.name).slice(shipped.length + 1));
    const rendered = [
      "acme/account.pem",
      "acme/identity.pem",
      "acme/secure.example.com-5e2fdc7b.authorities.pem",
      "acme/secure.example.com-5e2fdc7b.hmac",
      "certificates.json",
      "haproxy.cfg",
      "haproxy/authorities/clients-of-web.pem",
      "haproxy/authorities/servers-of-app.pem",
      "haproxy/bodies/web-5",
      "haproxy/certificates/to-servers-of-app.pem",
      "haproxy/certificates/web/0001.pem",
      "haproxy/errors/503.html",
      "haproxy/maps/draining.map",
      "haproxy/maps/identity.map",
      "haproxy/maps/web-1.map",
      "haproxy/maps/web-2.map",
      "haproxy/peers.pem",
      "keepalived.conf",
      "node.json",
      "release",
      "revision",
      "units/haproxy.conf",
      "units/keepalived.conf",
    ];
    assert.deepEqual(paths, [...onNodes, ...rendered].sort());
  });

  it("makes programs executable, and configuration readable for root alone", () => {
    for (const { path, mode } of first.files) {
      const expected = path.startsWith("bin/")
        ? 0o755
        : /^(haproxy|acme)\b|^keepalived\.conf$/.test(path)
          ? 0o600
          : 0o644;
      assert.equal(mode, expected, path);
    }
  });

  it("has the same release on both nodes, and another one after any change", () => {
    const release = file(first, "release").content;
    assert.match(release, /^[0-9a-f]{12}\n$/);
    assert.equal(file(second, "release").content, release);
    for (const change of [
      ["failover.virtualRouterId", 78],
      ["frontends[0].port", 81],
      ["platform.nodes[1].name", "lb3"],
      ["packages.haproxy", { edition: "community", version: "3.0" }],
    ] as const) {
      assert.notEqual(file(sampleBundles(change)[0], "release").content, release, change[0]);
    }
  });

  it("differs between the nodes only where they have different roles", () => {
    const different = first.files.filter(({ content }, index) => content !== second.files[index]?.content);
    assert.deepEqual(
      different.map(({ path }) => path),
      ["haproxy.cfg", "haproxy/maps/identity.map", "keepalived.conf", "node.json", "units/keepalived.conf"],
    );
  });

  it("lets Keepalived hear its peer alone", () => {
    assert.match(file(first, "units/keepalived.conf").content, /^IPAddressDeny=any\nIPAddressAllow=10\.0\.0\.12$/m);
  });

  it("tells the agent what it has to know", () => {
    assert.deepEqual(JSON.parse(file(second, "node.json").content), {
      node: "lb2",
      peer: "lb1",
      ownAddress: "10.0.0.12",
      peerAddress: "10.0.0.11",
      marker: "169.254.255.51/32",
      addresses: ["198.51.100.10", "2001:db8::10"].map((address) => ({ name: address, address, id: address })),
      mover: null,
      heldAddresses: [
        { address: "198.51.100.10/24", interface: "eth0" },
        { address: "2001:db8::10/64", interface: "eth1.5" },
      ],
      ports: [80, 443, 3128, 8443, 80, 8404, 9001],
      statusPort: 9000,
      probeIntervalSeconds: 0.4,
      probeFailures: 3,
      formerRouterId: 51,
      takeOverSeconds: 3 * 0.25 + ((256 - 190) / 256) * 0.25,
      haproxy: {
        service: "hapee-3.0-lb",
        binary: "/opt/hapee-3.0/sbin/hapee-lb",
        source: sourceId(sampleArgs().packages as Packages),
      },
      packages: ["hapee-3.0r1-lb", "keepalived", "python3", "iproute2", "nftables", "dehydrated"],
      acme: {
        port: 9002,
        certificates: [
          {
            id: "secure.example.com-5e2fdc7b",
            domains: ["secure.example.com", "www.secure.example.com"],
            keyType: "ec-384",
            directoryUrl: "https://acme.example.com:14000/directory",
            email: "host.master+acme@example.com",
            externalAccountKeyId: "kid-1/A~b",
            hasAuthorities: true,
          },
        ],
      },
    });
  });

  it("tells when certificates expire, in a file that no agent is started anew for", () => {
    const [{ name = "", tls } = {}] = sampleArgs().frontends.filter((frontend) => frontend.tls);
    const [told] = JSON.parse(file(first, "certificates.json").content);
    assert.deepEqual(told, { id: `${name}/1`, ...publicPart(tls?.certificates?.[0] ?? "") });
    assert.deepEqual(told.domains, ["example.com", "*.example.com"]);
    assert.ok(told.notAfter > told.notBefore);
  });

  it("listens on IPv6 only where there is an IPv6 address to share", () => {
    const ipv4 = [{ address: "198.51.100.10/24" }];
    assert.match(file(first, "haproxy.cfg").content, /bind :::443 v6only/);
    assert.doesNotMatch(file(sampleBundles(["platform.virtualAddresses", ipv4])[0], "haproxy.cfg").content, /v6only/);
  });
});

describe("a bundle with a mover", () => {
  const { platform: _, ...settings } = sampleArgs();
  const pair = {
    secret: "the operator's",
    nodes: ["lb1", "lb2"].map((name, index) => ({
      name,
      id: `100${index + 1}`,
      peerAddress: `10.0.1.${index + 1}`,
      publicAddress: `192.0.2.${index + 1}`,
      moverEnv: { CARD: `eni-${index + 1}` },
    })),
    addresses: [{ name: "main", id: "5001", address: "203.0.113.7" }],
    mover: {
      script: "#!/bin/sh\nexit 75\n",
      env: { REGION: "here" },
      secrets: { token: "open sesame" },
      rootOnlyAddresses: ["169.254.169.254"],
      packages: ["curl"],
    },
  };
  const [one, other] = bundles(settings as unknown as Settings, pair);

  it("has the script as it is, and each secret in one file that only root can read", () => {
    assert.deepEqual(file(one, "bin/mover"), { path: "bin/mover", mode: 0o755, content: "#!/bin/sh\nexit 75\n" });
    const withSecret = one.files.filter(({ content }) => content.includes("open sesame"));
    assert.deepEqual(withSecret, [{ path: "secrets/token", mode: 0o600, content: "open sesame" }]);
  });

  it("tells each node who is who", () => {
    const told = [one, other].map((bundle) => JSON.parse(file(bundle, "node.json").content));
    assert.deepEqual(told[0].packages.slice(-3), ["nftables", "curl", "dehydrated"]);
    assert.deepEqual(told[0].addresses, [{ name: "main", address: "203.0.113.7", id: "5001" }]);
    assert.deepEqual(
      told.map(({ mover }) => mover),
      [
        {
          nodeId: "1001",
          peerId: "1002",
          env: { REGION: "here", CARD: "eni-1" },
          peerPublicAddress: "192.0.2.2",
          rootOnly: ["169.254.169.254"],
        },
        {
          nodeId: "1002",
          peerId: "1001",
          env: { REGION: "here", CARD: "eni-2" },
          peerPublicAddress: "192.0.2.1",
          rootOnly: ["169.254.169.254"],
        },
      ],
    );
  });

  it("takes what arrives where the cloud translates the addresses, on each node another one", () => {
    const localAddresses = (index: number) => [`10.0.1.2${index}`];
    const translated = {
      ...pair,
      nodes: pair.nodes.map((node, index) => ({ ...node, localAddresses: localAddresses(index) })),
    };
    const frontends = settings.frontends.map((frontend) => ({ ...frontend, addresses: ["203.0.113.7", "192.0.2.9"] }));
    const both = bundles({ ...settings, frontends } as unknown as Settings, translated);
    both.forEach((bundle, index) => {
      assert.deepEqual(JSON.parse(file(bundle, "node.json").content).mover.localAddresses, localAddresses(index));
      const { content } = file(bundle, "haproxy.cfg");
      assert.match(content, new RegExp(`bind 10\\.0\\.1\\.2${index}:443 transparent`));
      assert.match(content, /bind 192\.0\.2\.9:443 transparent/);
      assert.doesNotMatch(content, /bind 203\.0\.113\.7:/);
    });
  });

  it("leaves the addresses to the mover, which hears of each transition", () => {
    const { content } = file(one, "keepalived.conf");
    assert.match(content, /vrrp_notify_fifo/);
    assert.doesNotMatch(content, /virtual_ipaddress_excluded/);
  });

  it("rides out a crash of HAProxy, where a move takes longer than a restart", () => {
    assert.match(file(one, "units/haproxy.conf").content, /SERVICE_RESULT/);
    assert.doesNotMatch(file(first, "units/haproxy.conf").content, /SERVICE_RESULT/);
  });
});
