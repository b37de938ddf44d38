// What is shipped for Prometheus and Grafana is what they read, and says of each alert where to go on reading.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { blocksOf } from "../../docs/commands";
import { skipUnlessRequired } from "../../setup/needsLab";

const root = resolve(__dirname, "../../..");
const shipped = join(root, "src/monitoring");
const rules = readFileSync(join(shipped, "alerts.yml"), "utf8");
const guide = readFileSync(join(root, "docs/monitoring.md"), "utf8");
const dashboard = readFileSync(join(shipped, "grafana-dashboard.json"), "utf8");

describe("files for those who watch a pair", function () {
  this.timeout(60_000);

  it("are read by Prometheus", function () {
    assert.match(said(this, "promtool", ["check", "rules", join(shipped, "alerts.yml")]), /SUCCESS: \d+ rules found/);
    assert.match(said(this, "promtool", ["check", "config", join(shipped, "prometheus.yml")]), /1 rule files found/);
  });

  it("are read by Prometheus as the guide has them, with the same jobs", function () {
    const [shown = "", ...others] = blocksOf(guide, "yaml");
    assert.deepEqual(others, []);
    const directory = mkdtempSync(join(tmpdir(), "monitoring-"));
    try {
      const file = join(directory, "prometheus.yml");
      writeFileSync(file, shown);
      assert.match(said(this, "promtool", ["check", "config", file]), /SUCCESS: \S+ is valid prometheus config/);
      // Of a key that it does not know.
      writeFileSync(file, shown.replace("metrics_path", "metric_path"));
      assert.match(said(this, "promtool", ["check", "config", file]), /field metric_path not found/);
    } finally {
      rmSync(directory, { recursive: true });
    }
    const jobs = (text: string) => text.match(/(job_name|metrics_path): \S+/g);
    assert.deepEqual(jobs(shown), jobs(readFileSync(join(shipped, "prometheus.yml"), "utf8")));
  });

  it("are quiet while little is wrong, and say what lasts, in the times that they are shipped with", function () {
    assert.match(said(this, "promtool", ["test", "rules", join(__dirname, "alerts.yml")]), /^ {2}SUCCESS$/m);
  });

  it("are read by Grafana, without anything that it does not know", function () {
    assert.equal(said(this, "dashboard-lint", [], dashboard), "");
    const unknown = dashboard.replace('"refId"', '"refID"');
    assert.match(said(this, "dashboard-lint", [], unknown), /unexpected field 'refID'/);
  });

  it("lead from each alert to what to do", () => {
    const headings = [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    const alerts = [...rules.matchAll(/- alert: (\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(headings, alerts);
    const runbooks = [...rules.matchAll(/runbook: docs\/monitoring\.md#(\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      runbooks,
      alerts.map((name) => name?.toLowerCase()),
    );
  });
});

/** Both outputs of a tool. */
function said(test: Mocha.Context, tool: string, args: readonly string[], input?: string): string {
  const directory = process.env.HA_LB_MONITORING_BIN;
  if (!directory) skipUnlessRequired(test, new Error("there is no Prometheus (test/setup/monitoring.sh)"));
  const { stdout, stderr, error } = spawnSync(join(directory, tool), args, { input, encoding: "utf8" });
  return `${error ?? ""}${stdout}${stderr}`;
}
