import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { archive } from "../../../src/host/archive";
import type { Bundle } from "../../../src/host/bundle";
import { namesIn } from "../../e2e/security/search";
import { sampleBundles } from "./sampleBundles";

const [bundle] = sampleBundles();
/** What tells `apply` that all has arrived. */
const end = { path: "END", mode: 0o600, content: "" };

describe("the archive of a bundle", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "archive-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** As on a node: base64, then the real tar. */
  function unpack(text: string): Bundle {
    const { status, stderr } = spawnSync("sh", ["-c", "umask 022; base64 -d | tar -xzpf -"], {
      cwd: directory,
      input: text,
    });
    assert.equal(status, 0, String(stderr));
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const mode = statSync(path).mode & 0o7777;
        return { path: path.slice(directory.length + 1), mode, content: readFileSync(path, "utf8") };
      });
    return { files: files.sort((one, other) => (one.path < other.path ? -1 : 1)) };
  }

  it("is the same whenever it is made", async () => {
    const [one, other] = [await archive(bundle), await archive(sampleBundles()[0])];
    assert.equal(one, other);
  });

  it("unpacks to the same contents and modes", async () => {
    assert.deepEqual(unpack(await archive(bundle)), { files: [end, ...bundle.files] });
  });

  it("has its end missing when it is cut off, even between two files, where tar sees nothing wrong", async () => {
    const tar = gunzipSync(Buffer.from(await archive(bundle), "base64"));
    const lastEntry = tar.lastIndexOf("END\0");
    const { files } = unpack(gzipSync(tar.subarray(0, lastEntry)).toString("base64"));
    assert.deepEqual(files, bundle.files);
  });

  it("is small enough for an engine that hands it about", async () => {
    assert.ok((await archive(bundle)).length < 150_000);
  });

  it("hides nothing from a search for secrets", async () => {
    const secret = "a-secret-of-nobody";
    const text = await archive({ files: [{ path: "a", mode: 0o600, content: `x${secret}y` }, ...bundle.files] });
    for (const told of [text, JSON.stringify(text), JSON.stringify(JSON.stringify(text)), text.slice(0, -100)]) {
      assert.deepEqual(namesIn(told, { secret, other: "another-secret" }), ["secret"]);
    }
  });

  it("keeps text that is not ASCII, and files that are empty or end without a line feed", async () => {
    const files = [
      { path: "a/b/empty", mode: 0o600, content: "" },
      { path: "text", mode: 0o755, content: "Grüße, 世界\r\n\u2028no end" },
    ];
    assert.deepEqual(unpack(await archive({ files })), { files: [end, ...files] });
  });

  it("is text in lines that every base64 can read", async () => {
    for (const line of (await archive(bundle)).trimEnd().split("\n")) {
      assert.match(line, /^[A-Za-z0-9+/]{1,76}={0,2}$/);
    }
  });
});
