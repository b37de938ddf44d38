// The options of `npm run bench`.
import { parseArgs } from "node:util";
import { type PlatformName, platformNames } from "../pair/platforms/platform";
import type { BenchOptions } from "./bench";

export interface Options extends BenchOptions {
  readonly bench: string;
  /** Where the pair runs; for `failover` and `switchover` alone. */
  readonly platform: PlatformName;
  readonly json?: string;
  readonly svg?: string;
  /** Prints the tables as they go into the docs. */
  readonly markdown: boolean;
  /** Shows a report that `--json` kept, and measures nothing. */
  readonly from?: string;
}

/** Benches that run on every platform. */
const onClouds = ["failover", "switchover"];

export const usage = `Usage: npm run bench -- BENCH [--json FILE] [--svg [FILE]] [--markdown] [--from FILE]
  provision           first, changed and unchanged \`pulumi up\`, beside an empty program
  failover            outage per fault at each profile, beside a pair as tutorials build it; on a cloud what a move
                      of the address is made of, beside a one-shot script
  timeline            what happens after each fault, moment by moment: both nodes' states, and requests
  stability           false failovers while both nodes stall at random
  proxy               requests through the rendered configuration, beside one by hand, nginx and the server alone
  render              processor time that large arguments take, up to 4,000 backends
  update              requests lost while \`pulumi up\` deploys one change after the other, beside a plain reload and a
                      plain restart of HAProxy
  switchover          gap, lost requests and cut connections of \`ha-lb switchover\`, beside one without draining
  change              from a changed line to both nodes serving it, beside the same steps by ssh and by Ansible

  --repeats N         how often each thing is measured (failover and switchover 10, change 5, timeline 3, provision 3,
                      proxy 5, render 5),
                      or how many changes (update 50)
  --minutes N         how long the nodes are stalled (stability 10)
  --seed TEXT         of the stalls (stability)
  --platform NAME     of failover and switchover: ${platformNames.join(", ")}
  --profiles a,b      of steady, fast, fastest; failover also knows tutorial, and on clouds agent, script;
                      switchover knows drained, "at once"
  --faults a,b        of failover and timeline
  --json FILE         keep the figures
  --svg [FILE]        draw the picture (docs/images/BENCH.svg)
  --markdown          print tables for the docs
  --from FILE         do not measure, show what --json kept`;

/** @throws Error with a sentence for the user. */
export function benchOptions(args: readonly string[], benches: readonly string[]): Options {
  const bench = args.find((argument) => benches.includes(argument));
  if (bench === undefined) {
    throw new Error(`Say what to measure: ${benches.join(", ")}.`);
  }
  const { values } = parseArgs({
    args: withDefaultPicture(
      args.filter((argument) => argument !== bench),
      `docs/images/${[bench, ...args.filter((argument) => ["hcloud", "aws"].includes(argument))].join("-")}.svg`,
    ),
    options: {
      platform: { type: "string", default: platformNames[0] },
      repeats: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string", default: "pair" },
      profiles: { type: "string" },
      faults: { type: "string" },
      json: { type: "string" },
      svg: { type: "string" },
      markdown: { type: "boolean", default: false },
      from: { type: "string" },
    },
  });
  const platform = platformNames.find((name) => name === values.platform);
  if (!platform || (platform !== "existing" && !onClouds.includes(bench))) {
    throw new Error(
      `--platform ${values.platform}: ${onClouds.join(" and ")} know ${platformNames.join(", ")}, other benches know one.`,
    );
  }
  return {
    bench,
    platform,
    repeats: count("--repeats", values.repeats),
    minutes: count("--minutes", values.minutes),
    seed: values.seed,
    profiles: list(values.profiles),
    faults: list(values.faults),
    json: values.json,
    svg: values.svg,
    markdown: values.markdown,
    from: values.from,
  };
}

/** `--svg` alone means the place where the docs have their pictures. */
function withDefaultPicture(args: readonly string[], picture: string): string[] {
  return args.flatMap((argument, index) => {
    const next = args[index + 1];
    return argument === "--svg" && (next === undefined || next.startsWith("--")) ? [argument, picture] : [argument];
  });
}

function count(option: string, value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const number = Number(value);
  if (!(number > 0)) {
    throw new Error(`${option} ${value}: give a number above 0.`);
  }
  return number;
}

function list(value: string | undefined): string[] | undefined {
  return value?.split(",").map((part) => part.trim());
}
