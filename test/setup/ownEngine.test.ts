// Which `pulumi` on PATH will do: recent enough, and with its language host beside it. The shell's own function decides.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

describe("a pulumi on PATH", () => {
  let directory: string;
  let installed: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "engine-"));
    installed = join(directory, "installed");
    mkdirSync(installed);
    mkdirSync(join(directory, "cache"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("is used when it is recent and has its language host", () => {
    install("v3.215.0");
    assert.deepEqual(ownEngine(), { found: true, directory: installed });
  });

  it("is used at the oldest version that will do, however many digits that has", () => {
    install("v3.207.0");
    assert.equal(ownEngine().found, true);
    install("v3.1000.0");
    assert.equal(ownEngine().found, true);
  });

  it("is found where a link on PATH leads", () => {
    install("v3.215.0");
    const links = join(directory, "links");
    mkdirSync(links);
    symlinkSync(join(installed, "pulumi"), join(links, "pulumi"));
    assert.deepEqual(ownEngine(links), { found: true, directory: installed });
  });

  it("is not used when it is too old", () => {
    for (const version of ["v3.199.9", "v3.20.1", "v2.900.0"]) {
      install(version);
      assert.equal(ownEngine().found, false, version);
    }
  });

  it("is not used without its language host", () => {
    install("v3.215.0", { host: false });
    assert.equal(ownEngine().found, false);
  });

  it("is not missed when there is none", () => {
    assert.equal(ownEngine().found, false);
  });

  it("is asked once, and again when it is another one", () => {
    install("v3.215.0");
    ownEngine();
    ownEngine();
    assert.equal(timesAsked(), 1);
    install("v3.100.0", { note: "another one\n" });
    assert.equal(ownEngine().found, false);
    assert.equal(timesAsked(), 2);
  });

  /** @param note makes another file of it, even within the same second */
  function install(version: string, { host = true, note = version } = {}): void {
    const script = `#!/bin/sh\n# ${note}\necho asked >>${join(directory, "asked")}\necho ${version}\n`;
    for (const [name, text] of [["pulumi", script], ...(host ? [["pulumi-language-nodejs", "#!/bin/sh\n"]] : [])]) {
      writeFileSync(join(installed, name as string), text as string);
      chmodSync(join(installed, name as string), 0o755);
    }
  }

  function timesAsked(): number {
    const file = join(directory, "asked");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
  }

  function ownEngine(onPath = installed): { found: boolean; directory: string } {
    const script = 'source "$SETUP/engine.sh" && own_engine';
    const env = { SETUP: __dirname, CACHE: join(directory, "cache"), PATH: `${onPath}:/usr/bin:/bin` };
    const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], { env, encoding: "utf8" });
    assert.equal(stderr, "");
    return { found: status === 0, directory: stdout.trim() };
  }
});
