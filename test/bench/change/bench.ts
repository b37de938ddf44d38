// From a change of one line to both nodes serving it: by `pulumi up`, by bare ssh and by Ansible, on the same hosts.
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { Pair, webServers } from "../../pair/pair";
import { type Bench, type BenchOptions, circumstances } from "../bench";
import { TutorialPair } from "../failover/tutorial";
import { withLab } from "../labs";
import { emptyProgram } from "../provision/programs";
import { commandSpans, type TimedLine } from "../provision/timeline";
import { undisturbed } from "../quiet";
import { Ansible } from "./ansible";
import { changeBySsh } from "./bareSsh";
import { beginning, changed, edited, type Kind, kinds, settings, sign, type Wanted } from "./kinds";
import type { ChangeReport, Timed, Way } from "./report";
import { chart, tables } from "./show";
import { timed } from "./watching";

export const change: Bench<ChangeReport> = { measure, tables, chart };

type Measured = Record<Kind, Record<Way, Timed[]>>;

async function measure({ repeats = 5 }: BenchOptions): Promise<ChangeReport> {
  return withLab("bench-change", async (lab) => {
    const measured: Measured = { weight: { up: [], ssh: [], ansible: [] }, route: { up: [], ssh: [], ansible: [] } };
    const pair = await step("pulumi up", () => Pair.deploy(lab, settings(beginning, webServers(lab))));
    const { wanted, ...engine } = await step("by pulumi up", () => byPulumi(pair, repeats, measured));
    const text = await pair.host("lb1").must("cat /etc/ha-load-balancer/current/haproxy.cfg");
    const ansible = await Ansible.prepare(lab);
    await step("the same hosts without the library", () => TutorialPair.replaceOurs(lab));
    await step("by ssh and by Ansible in turns", () => byHand({ lab, ansible, text }, wanted, repeats, measured));
    return { circumstances: await circumstances(pair.pulumi), ansible: ansible.version, measured, ...engine };
  });
}

type Engine = Pick<ChangeReport, "unchangedSeconds" | "blankSeconds" | "emptySeconds">;

async function byPulumi(pair: Pair, repeats: number, measured: Measured): Promise<Engine & { wanted: Wanted }> {
  const [empty, blank] = [await emptyProgram(pair.lab, "empty"), await emptyProgram(pair.lab, "blank")];
  // The first of each fills the caches of disk and file system.
  await Promise.all([empty.up(), blank.up(), pair.up()]);
  const [unchangedSeconds, emptySeconds, blankSeconds]: [number[], number[], number[]] = [[], [], []];
  const secondsOf = async (work: () => Promise<{ seconds: number }>) => (await undisturbed(work)).result.seconds;
  let wanted = beginning;
  for (let repeat = 0; repeat < repeats; repeat++) {
    blankSeconds.push(await secondsOf(() => blank.up()));
    emptySeconds.push(await secondsOf(() => empty.up()));
    unchangedSeconds.push(await secondsOf(() => pair.pulumi.up()));
    for (const kind of kinds) {
      const { result } = await undisturbed(async () => {
        wanted = changed(wanted, kind);
        await pair.configure(settings(wanted, webServers(pair.lab)));
        return timedUp(pair, sign(kind, wanted));
      });
      measured[kind].up.push(result);
    }
  }
  return { wanted, unchangedSeconds, emptySeconds, blankSeconds };
}

async function timedUp(pair: Pair, expected: readonly string[]): Promise<Timed> {
  const lines: TimedLine[] = [];
  const seen = await timed(pair.lab, expected, () => {
    const started = now();
    return pair.pulumi.up({ onStdoutLine: (text) => lines.push({ seconds: (now() - started) / 1000, text }) });
  });
  return { ...seen, spans: commandSpans(lines) };
}

interface ByHand {
  readonly lab: Lab;
  readonly ansible: Ansible;
  /** The configuration that the library had rendered last. */
  readonly text: string;
}

async function byHand(
  { lab, ansible, text }: ByHand,
  from: Wanted,
  repeats: number,
  measured: Measured,
): Promise<void> {
  let wanted = from;
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const kind of kinds) {
      const ssh = await undisturbed(() => {
        wanted = changed(wanted, kind);
        return timed(lab, sign(kind, wanted), () => changeBySsh(lab, edited(text, wanted), kind, wanted));
      });
      measured[kind].ssh.push(ssh.result);
      const played = await undisturbed(async () => {
        wanted = changed(wanted, kind);
        await ansible.edit(edited(text, wanted));
        return timed(lab, sign(kind, wanted), () => ansible.play(wanted));
      });
      measured[kind].ansible.push(played.result);
    }
  }
}
