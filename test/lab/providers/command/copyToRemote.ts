// remote.CopyToRemote: a file or a directory over SFTP, written in place, without mode or owner. It is copied again
// when the asset's hash or the path changes, and not when the host does: that is how the real one behaves.
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { SFTPWrapper } from "ssh2";
import type { Display } from "../protocol/display";
import type { ResourceType } from "../protocol/provider";
import { isArchive, isAsset, type Properties, reveal, same, type Value } from "../protocol/values";
import { uniqueHex } from "./command";
import { copyToRemoteInputs } from "./inputs";
import { type Connection, connect } from "./ssh/connect";

interface CopyInputs {
  readonly connection: Connection;
  readonly source: { readonly text?: string; readonly path?: string };
  readonly remotePath: string;
}

export const copyToRemote: ResourceType = {
  inputs: copyToRemoteInputs,
  create: async (_name, inputs, display) => {
    await copy(inputs, display);
    return { id: uniqueHex(""), state: inputs };
  },
  update: async ({ state, inputs }, display) => {
    if (!same(state.source, inputs.source) || state.remotePath !== inputs.remotePath) {
      await copy(inputs, display);
    }
    return inputs;
  },
  delete: async () => {},
};

async function copy(inputs: Properties, display: Display): Promise<void> {
  const { connection, source, remotePath } = reveal(inputs) as unknown as CopyInputs;
  requireSource(reveal(inputs.source ?? null));
  await using connected = await connect(connection, display);
  const remote = new Remote(
    await new Promise((resolve, reject) =>
      connected.client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))),
    ),
  );
  await remote.makeDirectories(dirname(remotePath));
  if (source.path === undefined) {
    if (await remote.isDirectory(remotePath)) {
      throw new Error(
        `remote path ${remotePath} is a directory; when using a text asset, remotePath must be a file path`,
      );
    }
    await remote.write(remotePath, Buffer.from(source.text ?? ""));
  } else if ((await stat(source.path)).isDirectory()) {
    // With a slash at its end the directory's content is meant, without one the directory.
    const target = source.path.endsWith("/") ? remotePath : join(remotePath, basename(source.path));
    await copyDirectory(remote, source.path, target);
  } else {
    const target = (await remote.isDirectory(remotePath)) ? join(remotePath, basename(source.path)) : remotePath;
    await remote.write(target, await readFile(source.path));
  }
}

function requireSource(source: Value): void {
  const usable = isAsset(source) ? source.path || source.text !== undefined : isArchive(source) && source.path;
  if (!usable) {
    throw new Error("source must be a file, a text, or an archive that is a path");
  }
}

async function copyDirectory(remote: Remote, from: string, to: string): Promise<void> {
  await remote.makeDirectories(to);
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const local = join(entry.parentPath, entry.name);
    const target = join(to, local.slice(from.replace(/\/*$/, "/").length));
    await (entry.isDirectory() ? remote.makeDirectories(target) : remote.write(target, await readFile(local)));
  }
}

/** The few things that copying asks of SFTP. */
class Remote {
  constructor(private readonly sftp: SFTPWrapper) {}

  write(path: string, content: Buffer): Promise<void> {
    return new Promise((resolve, reject) =>
      this.sftp.writeFile(path, content, (error) =>
        error ? reject(new Error(`failed to create remote file ${path}: ${error.message}`)) : resolve(),
      ),
    );
  }

  isDirectory(path: string): Promise<boolean | undefined> {
    return new Promise((resolve) =>
      this.sftp.stat(path, (error, stats) => resolve(error ? undefined : stats.isDirectory())),
    );
  }

  async makeDirectories(path: string): Promise<void> {
    const existing = await this.isDirectory(path);
    if (existing === false) {
      throw new Error(`remote path ${path} exists but is not a directory`);
    }
    if (existing === undefined) {
      await this.makeDirectories(dirname(path));
      await new Promise<void>((resolve, reject) =>
        this.sftp.mkdir(path, (error) =>
          error ? reject(new Error(`failed to create remote directory ${path}: ${error.message}`)) : resolve(),
        ),
      );
    }
  }
}
