// What the failover settings have to fulfil.
import * as checks from "../validation/checks";
import { type Draft, isRecord, known } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem, show } from "../validation/problem";
import { shape } from "../validation/shape";
import { type FailoverArgs, FailoverProfile } from "./args";

const { optional } = checks;

export type Failover = Plain<FailoverArgs>;

const failoverShape = shape<Failover>({
  profile: optional(checks.oneOf(FailoverProfile)),
  // 40.95 s is the most that VRRPv3 can carry (12 bits of centiseconds).
  advertIntervalSeconds: optional(checks.seconds(0.01, 40, 0.01)),
  probeIntervalSeconds: optional(checks.seconds(0.05, 60)),
  virtualRouterId: optional(checks.wholeNumber(1, 255)),
  changeVirtualRouterIdFrom: optional(checks.wholeNumber(1, 255)),
  // That it names a node is checked with the nodes at hand.
  preferredNode: () => [],
  preemptDelaySeconds: optional(checks.wholeNumber(0, 1000)),
  statusPort: optional(checks.port),
  peersPort: optional(checks.port),
  certificatesPort: optional(checks.port),
});

/** @param nodeNames the names that `preferredNode` can have */
export function failoverProblems(failover: Draft<Failover> | undefined, nodeNames: readonly string[]): Problem[] {
  return [
    ...optional(failoverShape)("failover", failover),
    ...(known(failover) && isRecord(failover) ? preference(failover, nodeNames) : []),
  ];
}

function preference(failover: Exclude<Draft<Failover>, symbol>, nodeNames: readonly string[]): Problem[] {
  const { preferredNode, preemptDelaySeconds } = failover;
  if (!known(preferredNode)) {
    return known(preemptDelaySeconds) && preferredNode === undefined
      ? [
          problem(
            "failover.preemptDelaySeconds",
            `${show(preemptDelaySeconds)} has no effect without preferredNode. Name that node or remove the delay.`,
          ),
        ]
      : [];
  }
  const list = nodeNames.length > 0 ? ` Nodes: ${nodeNames.join(", ")}.` : " There is no node yet.";
  return nodeNames.some((name) => name === preferredNode)
    ? []
    : [
        problem(
          "failover.preferredNode",
          `${show(preferredNode)} is not a node.${checks.suggestion(preferredNode, nodeNames)}${list}`,
        ),
      ];
}
