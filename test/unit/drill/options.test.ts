// What ha-lb-drill understands, and what it complains about.
import assert from "node:assert/strict";
import { parseOptions, UsageError } from "../../../src/drill/options";

const words = (text: string) => text.split(" ");

describe("the options of a drill", () => {
  it("name a stack, and have defaults for the rest", () => {
    assert.deepEqual(parseOptions(words("--stack prod --fault haproxy")), {
      fault: "haproxy",
      maxOutageMs: 10_000,
      junit: undefined,
      stack: "prod",
      outputs: { address: "address", nodes: "nodes" },
      nodes: [],
      url: undefined,
      insecure: false,
      ssh: ["ssh"],
      sshUser: undefined,
    });
  });

  it("name nodes where there is no stack", () => {
    const options = parseOptions([
      ...words("--node lb1=192.0.2.1 --node lb2=edge-2.example.com --url tcp://192.0.2.9:25 --fault switchover"),
      ...["--max-outage", "800ms", "--ssh", "ssh -i key  -J bastion", "--ssh-user", "admin"],
    ]);
    assert.deepEqual(options.nodes, [
      { name: "lb1", target: "192.0.2.1" },
      { name: "lb2", target: "edge-2.example.com" },
    ]);
    assert.deepEqual(options.ssh, ["ssh", "-i", "key", "-J", "bastion"]);
    assert.deepEqual([options.maxOutageMs, options.sshUser], [800, "admin"]);
  });

  for (const [text, complaint] of [
    ["--fault haproxy", /give either --stack or two of --node/],
    ["--fault haproxy --stack s --node a=b", /give either --stack or two of --node/],
    ["--fault haproxy --node a=b --url http://x/", /two of --node and --url/],
    ["--fault haproxy --node a=b --node c=d", /two of --node and --url/],
    ["--fault haproxy --node a", /--node a: use NAME=TARGET/],
    ["--stack s", /--fault is missing: use one of switchover, haproxy, keepalived/],
    ["--stack s --fault power", /--fault power: use one of/],
    ["--stack s --fault haproxy --max-outage 10", /--max-outage 10: use a time such as 10s/],
    ["--stack s --fault haproxy --colour", /colour/],
  ] as const) {
    it(`are refused: ${text}`, () => {
      assert.throws(
        () => parseOptions(words(text)),
        (error) => error instanceof UsageError && complaint.test(error.message),
      );
    });
  }
});
