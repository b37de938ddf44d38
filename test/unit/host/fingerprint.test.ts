// What a preview shows of a bundle: what changes of it and what that does, and nothing of what is in it.
import assert from "node:assert/strict";
import { installBundle } from "../../../src/host/bundle";
import { fingerprint, fingerprintOfRunning } from "../../../src/host/fingerprint";
import type { Settings } from "../../../src/validate";
import { sampleArgs } from "../sampleArgs";
import { sampleBundles } from "./sampleBundles";

const [first] = sampleBundles();

describe("the fingerprint of a bundle", () => {
  const lines = fingerprint(first, "key").split("\n");
  const changedLines = (...change: readonly [string, unknown]) => {
    const others = fingerprint(sampleBundles(change)[0], "key").split("\n");
    assert.equal(others.length, lines.length);
    return others.filter((line, index) => line !== lines[index]).map((line) => line.split(" ")[1]);
  };

  it("is a comment of the shell for each file, two for HAProxy's, and one for the library's own modules", () => {
    const files = first.files.map(({ path }) => path).filter((path) => !path.startsWith("lib/"));
    assert.deepEqual(
      lines.map((line) => /^# (\S+) [0-9a-f]{8}$/.exec(line)?.[1]),
      [...files.flatMap((path) => (path === "haproxy.cfg" ? [path, "haproxy.cfg#servers"] : path)), "lib"],
    );
  });

  it("changes for what changed, and for the release", () => {
    assert.deepEqual(changedLines("failover.virtualRouterId", 78), ["keepalived.conf", "release"]);
    assert.deepEqual(changedLines("failover.probeIntervalSeconds", 0.5), ["node.json", "release"]);
    // Another source may have another program of the same branch: `apply` has to look.
    assert.deepEqual(changedLines("packages.haproxy.source.suite", "stable"), ["node.json", "release"]);
    // Nothing that the agents would have to be started anew for.
    const proxy = (...changed: string[]) => [...changed, "haproxy/maps/identity.map", "release"];
    assert.deepEqual(changedLines("backends[0].servers[0].weight", 1), proxy("haproxy.cfg#servers"));
    assert.deepEqual(changedLines("backends[0].timeouts.connectSeconds", 2), proxy("haproxy.cfg"));
  });

  it("changes for another revision alone", () => {
    assert.deepEqual(changedLines("revision", "2"), ["release", "revision"]);
    const { platform: _, ...settings } = sampleArgs();
    const install = (revision?: string) =>
      fingerprint(installBundle({ ...settings, revision } as unknown as Settings), "key").split("\n");
    assert.deepEqual(
      install("2")
        .filter((line) => !install("1").includes(line))
        .map((line) => line.split(" ")[1]),
      ["revision"],
    );
    assert.deepEqual(
      install().filter((line) => !install("1").includes(line)),
      [],
    );
  });

  it("changes for the mode of a file too", () => {
    const files = first.files.map((entry) => (entry.path === "release" ? { ...entry, mode: 0o600 } : entry));
    const others = fingerprint({ files }, "key").split("\n");
    assert.deepEqual(others.filter((line) => !lines.includes(line)).length, 1);
  });

  it("cannot be computed without the key", () => {
    const others = fingerprint(first, "another key").split("\n");
    assert.deepEqual(
      others.filter((line) => lines.includes(line)),
      [],
    );
  });

  it("says of what runs what a change of it does", () => {
    const shown = fingerprintOfRunning(first, "key").split("\n");
    const of = (path: string) => shown.find((line) => line.startsWith(`# ${path} `)) ?? "";
    assert.match(of("haproxy.cfg"), /^# haproxy\.cfg [0-9a-f]{8}: reload of HAProxy$/);
    for (const path of ["haproxy.cfg#servers", "haproxy/maps/web-1.map"]) {
      assert.match(of(path), /: at run time; reload of HAProxy where that is not possible$/);
    }
    assert.match(of("keepalived.conf"), /: reload of Keepalived$/);
    assert.match(of("units/haproxy.conf"), /: restart of its service; a node that serves hands over first$/);
    assert.match(of("node.json"), /: restart of the agents$/);
    assert.match(of("release"), /^# release [0-9a-f]{8}$/);
    assert.equal(of("packages"), "");
    // The digests are the same as without the words.
    assert.deepEqual(
      shown.map((line) => line.split(": ")[0]),
      lines,
    );
  });

  it("shows, where packages are upgraded, that they are installed anew", () => {
    const { platform: _, ...settings } = sampleArgs();
    const packages = (revision: string) =>
      fingerprintOfRunning(first, "key", installBundle({ ...settings, revision } as unknown as Settings))
        .split("\n")
        .filter((line) => line.startsWith("# packages "));
    assert.match(packages("1").join(), /^# packages [0-9a-f]{8}: for a new program, restart of its service/);
    assert.notDeepEqual(packages("1"), packages("2"));
  });
});
