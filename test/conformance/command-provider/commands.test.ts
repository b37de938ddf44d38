// local.Command and remote.Command from create to destroy: what runs when, with what input, and what is kept of it.
// One stack goes through its life in `before`; each test looks at one behaviour of it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { UpdateResult, UpResult } from "../../lab/pulumi";
import { needsLab } from "../../setup/needsLab";
import { type Resources, type Stack, shownAbout } from "../stack";
import { openHost, SshServers, strictHost } from "./sshServers";
import { createStack, localCommand, remoteCommand } from "./stack";

const tell = "echo $0 ran, stdout was $PULUMI_COMMAND_STDOUT, stderr was $PULUMI_COMMAND_STDERR";
const told = (verb: string) => `sh -c '${tell}; echo warned >&2' ${verb}`;

describe("command provider: commands", () => {
  let servers: SshServers;
  let stack: Stack;
  let planned: UpdateResult;
  let created: UpResult;
  let updated: UpResult;
  let again: UpdateResult;
  let connectionsOfCreate: number;
  const states: Record<"created" | "updated", Record<string, Readonly<Record<string, unknown>>>> = {
    created: {},
    updated: {},
  };

  function resources(round: "first" | "second"): Resources {
    const strict = { host: strictHost, privateKey: servers.privateKey };
    const open = { host: openHost, privateKey: servers.privateKey };
    const second = round === "second";
    return {
      newlines: remoteCommand({ connection: strict, create: "printf 'out\\n\\n'; printf 'err\\n\\n' >&2" }),
      stdin: remoteCommand({ connection: strict, create: "sha256sum", stdin: "a\n'b'\n" }),
      updatable: remoteCommand({ connection: open, create: told("create"), update: told("update"), stdin: round }),
      createOnly: remoteCommand({ connection: open, create: told("create"), stdin: round }),
      moved: remoteCommand({ connection: { ...open, dialErrorLimit: second ? 3 : 2 }, create: told("create") }),
      refused: remoteCommand({ connection: strict, create: told("create"), stdin: round }),
      unasked: remoteCommand({
        connection: strict,
        create: told("create"),
        stdin: round,
        addPreviousOutputInEnv: false,
      }),
      environment: remoteCommand({ connection: open, create: "echo $FOO", environment: { FOO: "bar" } }),
      triggered: remoteCommand({
        connection: open,
        create: "echo create >>/data/triggered; cat /data/triggered",
        delete: "echo delete >>/data/triggered",
        triggers: [round],
      }),
      bastion: remoteCommand({
        connection: { ...strict, proxy: { host: openHost, privateKey: servers.privateKey } },
        create: "echo $SSH_CONNECTION",
      }),
      quiet: remoteCommand({ connection: open, create: "echo Q-out; echo Q-err >&2", logging: "none" }),
      outOnly: remoteCommand({ connection: open, create: "echo O-out; echo O-err >&2", logging: "stdout" }),
      errOnly: remoteCommand({ connection: open, create: "echo E-out; echo E-err >&2", logging: "stderr" }),
      both: remoteCommand({ connection: open, create: "echo B-out; echo B-err >&2" }),
      local: localCommand({ create: `${tell}; pwd`, dir: "/", stdin: round, environment: { FOO: "bar" } }),
      secretive: localCommand({ create: "echo whisper", logging: "none" }, { additionalSecretOutputs: ["stdout"] }),
      talkative: localCommand({ create: "echo shouted" }, { additionalSecretOutputs: ["stdout"] }),
      secretInput: localCommand({ create: "wc -c", stdin: { $secret: "mumbled" } }),
      dependent: localCommand({ create: "cat", stdin: { $output: "newlines.stdout" } }),
    };
  }

  async function remember(round: keyof typeof states): Promise<void> {
    for (const name of Object.keys(resources("first"))) {
      states[round][name] = (await stack.state(name)).outputs;
    }
  }

  before(async function () {
    needsLab(this);
    this.timeout(600_000); // the base image may have to be built
    servers = await SshServers.start();
    stack = await createStack(servers, "commands");
    await stack.declare(resources("first"));
    planned = await stack.pulumi.preview();
    created = await stack.up(resources("first"));
    connectionsOfCreate = await servers.connections(openHost);
    await remember("created");
    updated = await stack.up(resources("second"));
    await remember("updated");
    again = await stack.pulumi.preview({ refresh: true, expectNoChanges: true, allowFailure: true });
  });

  after(() => servers?.stop());

  it("executes nothing in a preview", async () => {
    assert.equal(planned.changes.create, Object.keys(resources("first")).length + 1);
    // Had the preview run it, the command would find its own line of then.
    assert.equal(states.created.triggered?.stdout, "create");
  });

  it("has the resource's name and 8 hexadecimal digits as id", async () => {
    assert.match((await stack.state("newlines")).id ?? "", /^newlines[0-9a-f]{8}$/);
    assert.match((await stack.state("local")).id ?? "", /^local[0-9a-f]{8}$/);
  });

  it("takes exactly one newline from the end of each output", () => {
    assert.deepEqual([states.created.newlines?.stdout, states.created.newlines?.stderr], ["out\n", "err\n"]);
    assert.equal(states.created.dependent?.stdout, "out");
  });

  it("feeds stdin to the command as it is given", () => {
    const given = createHash("sha256").update("a\n'b'\n").digest("hex");
    assert.equal(states.created.stdin?.stdout, `${given}  -`);
  });

  it("runs update when an input changes, told of the outputs before", () => {
    assert.equal(states.created.updatable?.stdout, "create ran, stdout was , stderr was");
    assert.equal(
      states.updated.updatable?.stdout,
      "update ran, stdout was create ran, stdout was , stderr was, stderr was warned",
    );
  });

  it("runs create again where there is no update", () => {
    assert.equal(
      states.updated.createOnly?.stdout,
      "create ran, stdout was create ran, stdout was , stderr was, stderr was warned",
    );
  });

  it("runs it as well when only the connection changes", () => {
    assert.match(String(states.updated.moved?.stdout), /^create ran, stdout was create/);
  });

  it("warns for each variable that sshd does not accept, and runs the command", () => {
    const shown = shownAbout("refused", updated);
    assert.match(shown, /warning: Unable to set 'PULUMI_COMMAND_STDOUT'/);
    assert.match(shown, /warning: Unable to set 'PULUMI_COMMAND_STDERR'/);
    assert.equal(states.updated.refused?.stdout, "create ran, stdout was , stderr was");
  });

  it("neither sets them nor warns with addPreviousOutputInEnv: false", () => {
    assert.doesNotMatch(shownAbout("unasked", updated), /warning/);
    assert.equal(states.updated.unasked?.stdout, "create ran, stdout was , stderr was");
  });

  it("passes the environment where sshd accepts it", () => {
    assert.equal(states.created.environment?.stdout, "bar");
  });

  it("replaces when triggers change: the new create runs first, the old delete after it", async () => {
    assert.equal(updated.changes.replace, 1);
    assert.equal(states.updated.triggered?.stdout, "create\ncreate");
    assert.equal(await servers.read("/data/triggered"), "create\ncreate\ndelete\n");
  });

  it("goes through a bastion", () => {
    assert.match(String(states.created.bastion?.stdout), new RegExp(` ${strictHost} 22$`));
  });

  it("makes one connection for each operation", () => {
    const onOpenHost = Object.values(resources("first")).filter(({ args }) => JSON.stringify(args).includes(openHost));
    assert.equal(connectionsOfCreate, onOpenHost.length);
  });

  it("shows the lines of both streams, or those that logging says", () => {
    const shown = ["both", "outOnly", "errOnly", "quiet"].map((name) =>
      (shownAbout(name, created).match(/[BOEQ]-(out|err)/g) ?? [])
        .filter((line, i, all) => all.indexOf(line) === i)
        .sort(),
    );
    assert.deepEqual(shown, [["B-err", "B-out"], ["O-out"], ["E-err"], []]);
    assert.equal(states.created.quiet?.stdout, "Q-out");
  });

  it("runs local commands in their directory, with their environment and the outputs before", () => {
    assert.equal(states.created.local?.stdout, "/bin/sh ran, stdout was , stderr was\n/");
    assert.match(String(states.updated.local?.stdout), /^\/bin\/sh ran, stdout was \/bin\/sh ran/);
  });

  it("encrypts a stdout that is an additional secret output, yet shows its lines unless logging is none", async () => {
    const { text } = await stack.pulumi.exportState();
    assert.doesNotMatch(text, /whisper(?!")|"shouted"/);
    assert.match(shownAbout("talkative", created), / shouted$/m);
    assert.doesNotMatch(shownAbout("secretive", created), /whisper/);
  });

  it("keeps secret inputs secret, and the connection always", async () => {
    const { text } = await stack.pulumi.exportState();
    assert.doesNotMatch(text, /mumbled/);
    assert.doesNotMatch(text, /OPENSSH PRIVATE KEY|"host":/);
    assert.equal(states.created.secretInput?.stdout, "7");
  });

  it("plans nothing when nothing changed", () => {
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
  });

  it("runs delete on destroy, told of the last outputs", async () => {
    await stack.pulumi.destroy();
    assert.equal(await servers.read("/data/triggered"), "create\ncreate\ndelete\ndelete\n");
  });
});
