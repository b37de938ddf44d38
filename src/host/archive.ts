// Packs a bundle for the way to a node: a tar, compressed, because the engine keeps it and hands it about, in base64,
// because a command's stdin is text. Always the same bytes for the same files, whatever the time and the version of
// Node.js, whose own compression changes, or every `up` would see a change.
import { gzipSync } from "fflate";
import { pack } from "tar-stream";
import type { Bundle } from "./bundle";

export async function archive({ files }: Bundle): Promise<string> {
  const tar = pack();
  for (const { path, mode, content } of files) {
    tar.entry({ name: path, mode, mtime: new Date(0), uname: "root", gname: "root" }, content);
  }
  // tar takes an archive that was cut off between two files for a whole one; `apply` looks for this.
  tar.entry({ name: "END", mode: 0o600, mtime: new Date(0), uname: "root", gname: "root" }, "");
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.from(gzipSync(Buffer.concat(chunks), { mtime: 0 }))
    .toString("base64")
    .replace(/.{1,76}/g, "$&\n");
}
