// A real Prometheus of an operator's, who watches a pair by the files that are shipped for this, in a hurry.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { links, loadBalancers, withoutPrefix } from "../lab/layout";
import type { Pair } from "../pair/pair";
import { skipUnlessRequired } from "../setup/needsLab";

export const shipped = resolve(__dirname, "../../src/monitoring");
const server = "http://127.0.0.1:9090";
const SCRAPE_SECONDS = 2;
/** For what takes ten seconds where nobody else uses the machine. */
const ALERT_MS = 120_000;
/** Of `haproxy.monitoring`. */
export const metricsPort = 8404;
/** Lets it in, and nobody else. */
export const monitoring = { allow: [`${withoutPrefix(links.operator[1]?.addresses[0] ?? "")}/32`] };

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
}
export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

/** What has to last for minutes is to last for seconds; docs/monitoring.md says how users have it slower or faster. */
export function hurried(rules: string): string {
  return rules
    .replaceAll(/^( +for): .*$/gm, `$1: ${2 * SCRAPE_SECONDS}s`)
    .replaceAll("[15m", "[40s")
    .replaceAll(":15s]", `:${SCRAPE_SECONDS}s]`)
    .replaceAll("[5m]", "[20s]")
    .replaceAll("[1m]", "[6s]");
}

/** The shipped configuration with its two targets replaced. */
function configuration(targets: readonly string[]): string {
  const global = `global: { scrape_interval: ${SCRAPE_SECONDS}s, evaluation_interval: 1s }\n`;
  const text = readFileSync(join(shipped, "prometheus.yml"), "utf8");
  return global + text.replace(/targets: \[.*\]/, `targets: ${JSON.stringify(targets)}`);
}

/** Registers a hook of the surrounding `describe`, before the one for a lab. */
export function needsPrometheus(): void {
  before("tools", function () {
    if (!existsSync(program()))
      skipUnlessRequired(this, new Error("there is no Prometheus (test/setup/monitoring.sh)"));
  });
}

function program(): string {
  return join(process.env.HA_LB_MONITORING_BIN ?? "/nowhere", "prometheus");
}

export class Prometheus {
  private readonly startedAt = Date.now() / 1000;

  private constructor(
    private readonly lab: Lab,
    private readonly child: ChildProcess,
  ) {}

  static async start(lab: Lab, pair: Pair): Promise<Prometheus> {
    const targets = loadBalancers.map((name) => `${pair.host(name).privateAddress}:${metricsPort}`);
    const folder = join(lab.stateDir, "prometheus");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, "prometheus.yml"), configuration(targets));
    writeFileSync(join(folder, "alerts.yml"), hurried(readFileSync(join(shipped, "alerts.yml"), "utf8")));
    const log = openSync(join(folder, "log"), "w");
    const args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:9090"];
    const child = lab.operator.spawn(program(), args, { cwd: folder, stdio: ["ignore", log, log] });
    const prometheus = new Prometheus(lab, child);
    const isReady = async () => (await prometheus.curl(["--fail", `${server}/-/ready`])).code === 0;
    await until(`Prometheus to be ready; see ${folder}/log`, isReady, 60_000, 200);
    return prometheus;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGTERM");
    await once(this.child, "exit");
  }

  /** One alert of each name is firing, and says what there is to say. */
  async fires(...names: readonly string[]): Promise<Alert[]> {
    const found = (firing: readonly Alert[]) =>
      names.flatMap((name) => firing.find(({ labels }) => labels.alertname === name) ?? []);
    const alerts = found(
      await this.untilFiring(`${names.join(", ")} to fire`, (firing) => found(firing).length === names.length),
    );
    for (const { annotations } of alerts) assert.doesNotMatch(JSON.stringify(annotations), /<no value>|<error|\{\{/);
    console.log(`    fires: ${summary(alerts)}`);
    return alerts;
  }

  /** None is firing, but for these. */
  async clears(...but: readonly string[]): Promise<void> {
    const isAllowed = ({ labels }: Alert) => but.includes(labels.alertname ?? "");
    await this.untilFiring("alerts to clear", (firing) => firing.every(isAllowed));
  }

  private async untilFiring(what: string, isWanted: (firing: readonly Alert[]) => boolean): Promise<readonly Alert[]> {
    let firing: readonly Alert[] = [];
    const look = async () => {
      firing = await this.firing();
      return isWanted(firing) ? firing : undefined;
    };
    return until(what, look, ALERT_MS, 500).catch((error: Error) => {
      throw new Error(`${error.message}; firing: ${summary(firing)}`);
    });
  }

  private async firing(): Promise<Alert[]> {
    const { alerts } = await this.api<{ alerts: Alert[] }>("alerts");
    return alerts.filter(({ state }) => state === "firing");
  }

  /** Series of a query that had a value at any time since the start. */
  async since(query: string): Promise<Series[]> {
    const end = Date.now() / 1000;
    const { result } = await this.api<{ result: Series[] }>("query_range", {
      query,
      start: this.startedAt,
      end,
      step: Math.max(SCRAPE_SECONDS, Math.ceil((end - this.startedAt) / 1000)),
    });
    return result;
  }

  valuesOf(label: string, selector: string): Promise<string[]> {
    return this.api(`label/${label}/values`, { "match[]": selector });
  }

  /** What it could not make of its last scrapes, or of its rules. */
  async complaints(): Promise<string[]> {
    const { groups } = await this.api<{ groups: { rules: { name: string; lastError?: string }[] }[] }>("rules");
    const rules = groups.flatMap((group) => group.rules);
    return rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : []));
  }

  private async api<T>(path: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<T> {
    const data = Object.entries(parameters).flatMap(([key, value]) => ["--data-urlencode", `${key}=${value}`]);
    const { stdout, stderr } = await this.curl(["--get", ...data, `${server}/api/v1/${path}`]);
    const answer = JSON.parse(stdout || "{}") as { status?: string; error?: string; data: T };
    if (answer.status !== "success")
      throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error ?? stderr}`);
    return answer.data;
  }

  private curl(args: readonly string[]) {
    return this.lab.operator.run("curl", ["--silent", "--globoff", "--max-time", "10", ...args]);
  }
}

function summary(alerts: readonly Alert[]): string {
  return alerts.map(({ labels, annotations }) => `${labels.alertname} (${annotations.summary})`).join(", ") || "none";
}
