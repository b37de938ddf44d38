// No string that reaches a configuration file or a command line can break out of its place.
import assert from "node:assert/strict";
import { changed, problemsOf, sampleArgs } from "../sampleArgs";
import { placesIn } from "./places";

const hostile: Readonly<Record<string, string>> = {
  "a line feed": "\n",
  "a carriage return": "\r",
  "a NUL": "\0",
  "an escape sequence": "\x1b[31m",
  "a C1 control": "\x9b",
  "a line separator": "\u2028",
  "a right-to-left override": "\u202e",
  "a space": " ",
  "a tab": "\t",
  "a double quote": '"',
  "a single quote": "'",
  "a #": "#",
  "a !": " !",
  "a backslash": "\\",
  "a variable": "$HOME",
  "a command": "$(id)",
  "a backtick": "`",
  "a brace": "}",
  "a template": "{{name}}",
};

/** May stand in the comment of a key, which no configuration file gets to see. */
const printable = ["a space", "a double quote", "a single quote", "a #", "a !", "a backslash", "a variable"].concat([
  "a command",
  "a backtick",
  "a brace",
  "a template",
]);

const texts = placesIn(sampleArgs()).flatMap(({ path, value }) =>
  typeof value === "string" && !path.endsWith("privateKey") ? [{ path, text: value }] : [],
);

describe("text that would break out of its place", () => {
  it("is looked for in every field that is a string", () => {
    const fields = new Set(texts.map(({ path }) => path.replace(/\[\d+\]/g, "[]")));
    assert.deepEqual(
      [...fields].sort(),
      [
        "backends[].balance",
        "backends[].healthCheck.host",
        "backends[].healthCheck.path",
        "backends[].healthCheck.type",
        "backends[].mode",
        "backends[].name",
        "backends[].servers[].address",
        "backends[].servers[].name",
        "failover.preferredNode",
        "failover.profile",
        "frontends[].defaultBackend",
        "frontends[].mode",
        "frontends[].name",
        "platform.nodes[].host",
        "platform.nodes[].hostKey",
        "platform.nodes[].name",
        "platform.nodes[].peerAddress",
        "platform.ssh.bastion.host",
        "platform.ssh.bastion.hostKey",
        "platform.ssh.bastion.user",
        "platform.ssh.user",
        "platform.virtualAddresses[].address",
        "platform.virtualAddresses[].interface",
      ].sort(),
    );
  });

  for (const { path, text } of texts) {
    it(`is refused in ${path}, and shown harmlessly`, () => {
      for (const [kind, part] of Object.entries(hostile)) {
        const half = Math.ceil(text.length / 2);
        const atTheEnd = path.endsWith("hostKey") && printable.includes(kind) ? [] : [`${text}${part}`];
        for (const value of [...atTheEnd, `${part}${text}`, `${text.slice(0, half)}${part}${text.slice(half)}`]) {
          const found = problemsOf(changed([path, value])).filter((problem) => problem.path === path);
          assert.equal(found.length, 1, `${kind} passes: ${JSON.stringify(value)}`);
          assert.doesNotMatch(found[0]?.message ?? "", /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, kind);
        }
      }
    });
  }
});
