// The site that `npm run docs` makes: complete, and without a link that leads nowhere.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../lab/command";
import { crawl } from "./site/crawl";

const root = resolve(__dirname, "../..");
const named = (folder: string, ending: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, name.length - ending.length));

describe("the site of the documentation", function () {
  this.timeout(300_000);
  let site: string;
  after(() => rmSync(site, { recursive: true, force: true }));

  before("npm run docs", async () => {
    site = mkdtempSync(join(tmpdir(), "ha-lb-site-"));
    const { code, stdout, stderr } = await run("npm", ["run", "docs", "--", "--out", site], {
      cwd: root,
      timeoutMs: 280_000,
    });
    assert.equal(code, 0, `${stdout}${stderr}`);
  });

  it("has every guide, every example, and the reference of everything that can be imported", () => {
    const { pages } = crawl(site);
    const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { exports: object };
    const modules = Object.keys(exports).filter((path) => path !== "./package.json");
    const expected = [
      "index.html",
      ...named("docs", ".md").map((guide) => `guides/${guide}.html`),
      ...modules.map((path) => `modules/${path.replace(".", "pulumi-ha-load-balancer").replace("/", "_")}.html`),
      "classes/pulumi-ha-load-balancer.HaLoadBalancer.html",
      "functions/pulumi-ha-load-balancer_existing.existing.html",
    ];
    assert.deepEqual(
      expected.filter((page) => !pages.includes(page)),
      [],
    );
    const examples = readdirSync(join(root, "examples")).filter((name) => name !== "node_modules");
    assert.ok(examples.length >= 8);
    for (const example of examples) {
      // Programs use the component, scripts the command of its nodes.
      assert.match(readFileSync(join(site, `examples/${example}.html`), "utf8"), /HaLoadBalancer|ha-lb drain/, example);
    }
    assert.match(readFileSync(join(site, "index.html"), "utf8"), /Quick start/);
  });

  it("has no link, image or anchor that leads nowhere", () => {
    const { broken, external, pages } = crawl(site);
    assert.deepEqual(broken, []);
    assert.ok(pages.length > 100, `${pages.length} pages`);
    console.log(
      `      not asked: ${external.length} addresses elsewhere\n${external.map((one) => `        ${one}`).join("\n")}`,
    );
  });

  it("would tell of one", () => {
    const copy = mkdtempSync(join(tmpdir(), "ha-lb-site-"));
    try {
      cpSync(site, copy, { recursive: true });
      const page = join(copy, "guides/failover.html");
      const additions =
        '<a href="nowhere.html">a</a><img src="../media/nowhere.svg"/><a href="security.html#nowhere">b</a>';
      writeFileSync(page, readFileSync(page, "utf8").replace("</body>", `${additions}</body>`));
      assert.deepEqual(crawl(copy).broken, [
        "guides/failover.html: nowhere.html",
        "guides/failover.html: ../media/nowhere.svg",
        "guides/failover.html: security.html#nowhere",
      ]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });
});
