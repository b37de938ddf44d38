// What the provider says when something fails. All failures happen in one update, which goes on after each.
import assert from "node:assert/strict";
import type { UpResult } from "../../lab/pulumi";
import { needsLab } from "../../setup/needsLab";
import { type Resources, type Stack, shownAbout } from "../stack";
import { deadHost, openHost, SshServers, strictHost } from "./sshServers";
import { createStack, localCommand, remoteCommand } from "./stack";

const wrongKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

describe("command provider: failures", () => {
  let servers: SshServers;
  let stack: Stack;
  let result: UpResult;
  let hostKey: string;

  function resources(): Resources {
    const connection = { host: strictHost, privateKey: servers.privateKey };
    const command = (change: object, args: object = {}) =>
      remoteCommand({ connection: { ...connection, ...change }, create: "true", ...args });
    return {
      status: command({}, { create: 'echo "some" output; echo and errors >&2; exit 3' }),
      localStatus: localCommand({ create: "echo some output; exit 3" }),
      environment: command({}, { environment: { FOO: "bar" } }),
      wrongKey: command({ hostKey: wrongKey, dialErrorLimit: 2 }),
      rightKey: command({ hostKey }),
      anyKey: command({}),
      wrongUser: command({ user: "nobody", dialErrorLimit: 1 }),
      dead: command({ host: deadHost, dialErrorLimit: 1, perDialTimeout: 1 }),
      closed: command({ port: 23, dialErrorLimit: 3 }),
      deadBastion: command({ proxy: { host: deadHost, dialErrorLimit: 0, perDialTimeout: 1 } }),
    };
  }

  const error = (name: string) => shownAbout(name, result);

  before(async function () {
    needsLab(this);
    this.timeout(600_000); // the base image may have to be built
    servers = await SshServers.start();
    hostKey = await servers.hostKey();
    stack = await createStack(servers, "failures");
    result = await stack.up(resources(), { allowFailure: true });
  });

  after(() => servers?.stop());

  it("quotes the whole command and its output when the exit status is not 0", () => {
    const command = String.raw`"echo \"some\" output; echo and errors >&2; exit 3"`;
    const shown = error("status");
    assert.ok(shown.includes(`Process exited with status 3: running ${command}:`), shown);
    assert.match(shown.slice(shown.indexOf("running")), /some output\n.*and errors/s);
  });

  it("says the same of a local command, in the words of a local process", () => {
    assert.match(error("localStatus"), /exit status 3: running "echo some output; exit 3":\s+some output/);
  });

  it("fails when sshd does not accept the environment", () => {
    assert.match(error("environment"), /could not set environment variable "FOO": ssh: setenv failed/);
  });

  it("refuses another host key than the given one", () => {
    assert.match(error("wrongKey"), /after 2 failed attempts: ssh: handshake failed: ssh: host key mismatch/);
  });

  it("accepts the given host key, and any key where none is given", async () => {
    assert.ok((await stack.state("rightKey")).id);
    assert.ok((await stack.state("anyKey")).id);
  });

  it("says so when it may not log in", () => {
    assert.match(error("wrongUser"), /after 1 failed attempts: ssh: handshake failed: ssh: unable to authenticate/);
  });

  it("tries a host that is down as often as dialErrorLimit says, perDialTimeout at a time", () => {
    assert.match(error("dead"), /after 1 failed attempts: dial tcp 192\.0\.2\.9:22: i\/o timeout/);
    assert.match(error("closed"), /after 3 failed attempts: dial tcp 192\.0\.2\.1:23: connect: connection refused/);
  });

  it("retries dialling only: a command that fails has one connection", async () => {
    const rightAndAny = 2;
    const failedOnce = 2; // status, environment
    const wrongKeyTries = 3;
    const wrongUserTries = 2;
    assert.equal(await servers.connections(strictHost), rightAndAny + failedOnce + wrongKeyTries + wrongUserTries);
    assert.equal(await servers.connections(openHost), 0);
  });

  it("names the bastion when that is what fails", () => {
    assert.match(error("deadBastion"), /proxy: after 0 failed attempts: dial tcp 192\.0\.2\.9:22: i\/o timeout/);
  });

  const connection = { host: strictHost };
  const refusals = {
    "an input that it does not know": {
      input: "retries",
      of: { type: "command:remote:Command", args: { connection, retries: 3 } },
    },
    "a missing input": { input: "connection", of: { type: "command:remote:Command", args: { create: "true" } } },
    "a connection without a host": {
      input: "host",
      of: remoteCommand({ connection: { user: "root" }, create: "true" }),
    },
    "a value that is not one of those it lists": { input: "logging", of: localCommand({ logging: "some" }) },
  };

  for (const [what, { input, of }] of Object.entries(refusals)) {
    it(`refuses ${what} before anything runs`, async () => {
      await stack.declare({ wrong: of });
      const planned = await stack.pulumi.preview({ allowFailure: true });
      assert.notEqual(planned.code, 0);
      assert.match(planned.stdout, new RegExp(`error: .*\\b${input}\\b`));
    });
  }
});

describe("command provider: a dead host on destroy", () => {
  let servers: SshServers;
  let stack: Stack;

  before(async function () {
    needsLab(this);
    servers = await SshServers.start();
    stack = await createStack(servers, "gone");
    const connection = { host: strictHost, privateKey: servers.privateKey, dialErrorLimit: 0, perDialTimeout: 1 };
    await stack.up({ cleanup: remoteCommand({ connection, delete: "true" }) });
    // From now on its packets go nowhere.
    await servers.cut(strictHost);
  });

  after(() => servers?.stop());

  it("fails where there is a delete to run", async () => {
    const destroyed = await stack.pulumi.destroy({ allowFailure: true });
    assert.notEqual(destroyed.code, 0);
    assert.match(destroyed.stdout, /after 0 failed attempts: dial tcp 192\.0\.2\.1:22:/);
  });
});
