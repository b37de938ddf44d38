// What `install` gets: the same whoever's packages it installs, and nothing secret in a file that others can read.
import assert from "node:assert/strict";
import { installFiles } from "../../../src/packages/render";
import type { HaproxyPackage, Packages } from "../../../src/packages/rules";
import { sampleArgs, signingKey } from "../sampleArgs";

const community: HaproxyPackage = { edition: "community", version: "3.0", source: { signingKey } };
const contents = (haproxy?: HaproxyPackage) =>
  Object.fromEntries(installFiles({ haproxy }).map(({ path, content }) => [path, content]));
const SOURCES = "apt/sources.list.d/ha-load-balancer.sources";
const PREFERENCES = "apt/preferences.d/ha-load-balancer.pref";
const KEY_FILE = "apt/keyrings/ha-load-balancer.asc";

describe("what a node installs from", () => {
  it("is the distribution alone where nothing is said", () => {
    assert.deepEqual(contents(), {
      settings:
        'LOCK_SECONDS=300\nHAPROXY_PACKAGE=haproxy\nHAPROXY_BRANCH=\nOTHER_PACKAGES="keepalived python3 iproute2 nftables"\nUPGRADE=never\nADOPT=no\n',
    });
  });

  it("is the community's repository, trusted by its own key, for that branch", () => {
    const files = contents(community);
    assert.equal(
      files.settings,
      'LOCK_SECONDS=300\nHAPROXY_PACKAGE=haproxy\nHAPROXY_BRANCH=3.0\nOTHER_PACKAGES="keepalived python3 iproute2 nftables"\nUPGRADE=never\nADOPT=no\n',
    );
    assert.match(
      files[SOURCES] ?? "",
      /URIs: https:\/\/haproxy\.debian\.net\nSuites: \{codename\}-backports-3\.0\nComponents: main\nSigned-By: \{keyring\}\n$/,
    );
    assert.equal(files[KEY_FILE], signingKey);
    assert.match(files[PREFERENCES] ?? "", /Package: haproxy\nPin: version 3\.0\.\*\nPin-Priority: 1001\n/);
    assert.match(files[PREFERENCES] ?? "", /Package: \*\nPin: origin "haproxy\.debian\.net"\nPin-Priority: 100\n$/);
  });

  it("is the subscriber's repository, whose packages have the branch in their name", () => {
    const files = contents({ ...community, edition: "enterprise", enterpriseKey: "0123456789abcdef" });
    assert.equal(
      files.settings,
      'LOCK_SECONDS=300\nHAPROXY_PACKAGE=hapee-3.0r1-lb\nHAPROXY_BRANCH=\nOTHER_PACKAGES="keepalived python3 iproute2 nftables"\nUPGRADE=never\nADOPT=no\n',
    );
    const url = "https://www.haproxy.com/download/hapee/key/0123456789abcdef-plus/3.0r1";
    assert.ok(files[SOURCES]?.includes(`URIs: ${url}/{distribution}-{codename}/{architecture}/\nSuites: {codename}\n`));
    assert.doesNotMatch(files[PREFERENCES] ?? "", /Pin: version/);
  });

  it("keeps keys and passwords in files that only root can read", () => {
    const files = installFiles(sampleArgs().packages as Packages);
    const secret = /0123456789abcdef|open#sesame/;
    const withSecret = files.filter(({ content }) => secret.test(content));
    assert.deepEqual(
      withSecret.map(({ path, mode }) => [path, mode]),
      [
        [SOURCES, 0o600],
        ["apt/auth.conf.d/ha-load-balancer.conf", 0o600],
        ["secrets", 0o600],
      ],
    );
  });

  it("names the repository's protocol beside the password: apt would keep it from plain http otherwise", () => {
    const { source } = sampleArgs().packages.haproxy;
    const login = (url: string) =>
      contents({ ...community, source: { ...source, url } })["apt/auth.conf.d/ha-load-balancer.conf"];
    assert.equal(login("http://mirror:8000/x"), "machine http://mirror:8000\nlogin reader\npassword open#sesame\n");
  });
});
