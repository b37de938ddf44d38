// Every command in README.md and the guides is run by a test that is named here, or the guide says what it needs instead.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { guides, root, type ShownCommand, shownCommands } from "./commands";

/** Commands of a form, or all of a section. */
type Which = { readonly command: RegExp } | { readonly guide: string; readonly section: string };

type Known = Which &
  (
    | {
        /** The test that runs it, and text of that file which shows that it does. */
        readonly test: string;
        readonly shows: string;
      }
    /** No test can run it, and the guide says why around it, in this word. */
    | { readonly needs: "account" | "download" | "another language host" }
  );

const ownCommands = "test/docs/byHand.test.ts";
const known: readonly Known[] = [
  { command: /^npm run demo$/, test: "test/demo/demo.test.ts", shows: '"test/demo/main.ts"' },
  { command: /^\(cd path\/to\/clone && npm ci && npm pack /, needs: "download" },
  { command: /^mkdir edge && cd edge$/, test: ownCommands, shows: '"mkdir edge && cd edge"' },
  { command: /^pulumi new /, needs: "download" },
  {
    command: /^npm install ~\/pulumi-ha-load-balancer/,
    test: "test/package/install.test.ts",
    shows: "install(project",
  },
  { command: /^pulumi stack init /, test: ownCommands, shows: '"pulumi stack init dev"' },
  { command: /^pulumi config set --secret /, test: ownCommands, shows: '"pulumi config set --secret sshPrivateKey' },
  { command: /^ssh-keyscan -t ecdsa /, test: ownCommands, shows: '"ssh-keyscan -t ecdsa' },
  { command: /^pulumi config set --path /, test: ownCommands, shows: '"pulumi config set --path' },
  { command: /^npm install --prefix plugin ~/, test: "test/packaged/python.test.ts", shows: "pythonProject(directory" },
  { command: /^npm install --prefix plugin @pulumi/, needs: "download" },
  { command: /^python3 -m venv venv && /, needs: "download" },
  { command: /^pulumi package add /, needs: "another language host" },
  { command: /^pulumi up$/, test: "test/package/install.test.ts", shows: "pulumi.up()" },
  { command: /^npm test$/, test: "test/setup/lanes.test.ts", shows: "have every file once" },
  { command: /^npm run docs$/, test: "test/docs/site.test.ts", shows: '["run", "docs"' },
  { command: /^npm run$/, test: ownCommands, shows: '"npm run"' },
  { command: /^npm run lab -- up$/, test: ownCommands, shows: '"npm run lab -- up"' },
  {
    guide: "docs/operations.md",
    section: "Machines that Pulumi has no record of",
    test: "test/e2e/hcloud/provisioningCutOff.test.ts",
    shows: "pendingCreates(pair)",
  },
  {
    command: /^\.\/upgrade\.sh root@\S+ root@\S+$/,
    test: "test/e2e/systemUpgrade.test.ts",
    shows: '"rolling-upgrade/upgrade.sh"',
  },
  {
    guide: "docs/operations.md",
    section: "Taking it off a host",
    test: "test/e2e/provisioning.test.ts",
    shows: "takeOff(pair.host(name))",
  },
  { command: /^ha-lb uninstall$/, test: "test/e2e/adopt.test.ts", shows: '.must("ha-lb uninstall")' },
  { command: /^ha-lb uninstall --force$/, test: "test/e2e/adopt.test.ts", shows: '.must("ha-lb uninstall --force")' },
  {
    command: /^ha-lb uninstall --restore$/,
    test: "test/e2e/adopt.test.ts",
    shows: '.must("ha-lb uninstall --restore")',
  },
  {
    command: /^ha-lb uninstall --restore --force$/,
    test: "test/e2e/adopt.test.ts",
    shows: '.must("ha-lb uninstall --restore --force")',
  },
  {
    command: /^systemctl enable --now keepalived$/,
    test: "test/e2e/adopt.test.ts",
    shows: '.must("systemctl enable --now keepalived")',
  },
  { command: /^promtool check rules /, test: "test/unit/monitoring/shippedFiles.test.ts", shows: '["check", "rules",' },
  {
    command: /^promtool check config /,
    test: "test/unit/monitoring/shippedFiles.test.ts",
    shows: '["check", "config",',
  },
  { command: /^npx ha-lb-drill --stack prod /, test: "test/e2e/drill.test.ts", shows: '"--stack", "lab", "--fault"' },
  { command: /^curl .*https:\/\//, needs: "download" },
  { command: /^gpg /, test: ownCommands, shows: '"gpg --' },
  { command: /^sslyze --mozilla_config=/, test: "test/e2e/security/ciphers.test.ts", shows: "--mozilla_config=" },
];

const isOne = (which: Which, { guide, section, text }: ShownCommand) =>
  "command" in which ? which.command.test(text) : which.guide === guide && which.section === section;

describe("the commands of the guides", () => {
  const shown = guides.flatMap(shownCommands);

  it("are all known here", () => {
    const unknown = shown.filter((command) => !known.some((one) => isOne(one, command)));
    assert.deepEqual(
      unknown.map(({ guide, section, text }) => `${guide}, "${section}": ${text}`),
      [],
      "Nothing says that these work. Have a test run each, and name it in test/docs/commands.test.ts; or, where only an " +
        "account, a download from elsewhere, or what tests do not have lets it run, say so in the same section of the guide.",
    );
  });

  it("are looked for where they stand", () => {
    assert.ok(shown.length >= 30, `${shown.length} commands`);
    assert.ok(shown.some(({ text, section }) => text === "npm run demo" && section === "See it fail over"));
    // A comment is not part of a command, and a # within a word is no comment.
    assert.ok(shown.every(({ text }) => !/\s#\s/.test(text)));
    const inList = shown.filter(({ section }) => section === "Machines that Pulumi has no record of");
    assert.deepEqual(
      inList.map(({ text }) => [text.slice(0, 26), text.slice(-9)]),
      [["pulumi stack export | jq -", "] | @tsv'"]],
      "one in a list, over two lines",
    );
  });

  for (const one of known) {
    const name = "command" in one ? String(one.command) : `${one.guide}, "${one.section}"`;
    it(`work as they are written: ${name}`, () => {
      const found = shown.filter((command) => isOne(one, command));
      assert.notEqual(found.length, 0, "no guide has it any more: take it out of test/docs/commands.test.ts");
      if ("needs" in one) {
        for (const { guide, section, around } of found) {
          assert.ok(around.includes(one.needs), `${guide}, "${section}" does not say that it needs: ${one.needs}`);
        }
        return;
      }
      assert.match(one.test, /\.test\.ts$/);
      assert.ok(existsSync(join(root, one.test)), `${one.test} is not there`);
      assert.ok(readFileSync(join(root, one.test), "utf8").includes(one.shows), `${one.test} has no "${one.shows}"`);
    });
  }
});
