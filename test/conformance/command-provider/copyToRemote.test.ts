// remote.CopyToRemote: what it copies, and when it does not.
import assert from "node:assert/strict";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { needsLab } from "../../setup/needsLab";
import type { Resources, Stack } from "../stack";
import { openHost, SshServers, strictHost } from "./sshServers";
import { copyToRemote, createStack } from "./stack";

describe("command provider: CopyToRemote", () => {
  let servers: SshServers;
  let stack: Stack;
  let sources: string;
  const inodes: number[] = [];
  const connections: Record<string, number> = {};

  const resources = (text: string, host: string, suffix = ""): Resources => {
    const connection = { host, privateKey: servers.privateKey };
    return {
      text: copyToRemote({ connection, source: { $text: text }, remotePath: `/data/text${suffix}` }),
      file: copyToRemote({ connection, source: { $file: join(sources, "tool") }, remotePath: "/data/deep/er/tool" }),
      directory: copyToRemote({ connection, source: { $archive: sources }, remotePath: "/data/tree" }),
    };
  };

  const inode = async () => (await stat(join(servers.directory, "upper/data/text"))).ino;

  before(async function () {
    needsLab(this);
    this.timeout(600_000); // the base image may have to be built
    servers = await SshServers.start();
    sources = join(servers.directory, "sources");
    await mkdir(join(sources, "sub"), { recursive: true });
    await writeFile(join(sources, "tool"), "#!/bin/sh\n", { mode: 0o755 });
    await writeFile(join(sources, "sub/note"), "note\n");
    stack = await createStack(servers, "copy");
    await stack.up(resources("one longer text\n", strictHost));
    inodes.push(await inode());
    await stack.up(resources("two\n", strictHost));
    inodes.push(await inode());
    await stack.up(resources("two\n", openHost));
    connections.afterNewHost = await servers.connections(openHost);
    await stack.up(resources("two\n", openHost, "-moved"));
    connections.afterNewPath = await servers.connections(openHost);
  });

  after(() => servers?.stop());

  it("copies again when the content changes, into the same file", async () => {
    assert.equal(await servers.read("/data/text"), "two\n");
    assert.equal(inodes[0], inodes[1]);
  });

  it("does not copy when only the host changes", () => {
    assert.equal(connections.afterNewHost, 0);
  });

  it("copies again when the path changes, and leaves the old file", async () => {
    assert.equal(connections.afterNewPath, 1);
    assert.equal(await servers.read("/data/text-moved"), "two\n");
    assert.equal(await servers.read("/data/text"), "two\n");
  });

  it("makes directories, and takes no file mode along", async () => {
    assert.equal((await stat(join(servers.directory, "upper/data/deep/er/tool"))).mode & 0o777, 0o644);
  });

  it("copies a directory into the remote one", async () => {
    assert.equal(await servers.read("/data/tree/sources/sub/note"), "note\n");
  });

  it("has the text of an asset in the state", async () => {
    assert.match((await stack.pulumi.exportState()).text, /"two\\n"/);
  });

  it("leaves the files on destroy", async () => {
    await stack.pulumi.destroy();
    assert.equal(await servers.read("/data/text-moved"), "two\n");
  });
});
