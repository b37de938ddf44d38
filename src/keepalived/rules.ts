// What the failover settings have to fulfil.
import type { UnwrappedObject } from "@pulumi/pulumi";
import * as checks from "../validation/checks";
import { type Draft, isRecord, known } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import { type FailoverArgs, failoverProfiles } from "./args";

export type Failover = UnwrappedObject<FailoverArgs>;

/** @param nodeNames the names that `preferredNode` can have */
export function failoverProblems(failover: Draft<Failover> | undefined, nodeNames: readonly string[]): Problem[] {
  if (!known(failover)) {
    return [];
  }
  if (!isRecord(failover)) {
    return checks.object("failover", failover);
  }
  return [
    ...checks.optional(checks.oneOf(failoverProfiles))("failover.profile", failover.profile),
    // 40.95 s is the most that VRRPv3 can carry (12 bits of centiseconds).
    ...checks.optional(checks.seconds(0.01, 40, 0.01))(
      "failover.advertIntervalSeconds",
      failover.advertIntervalSeconds,
    ),
    ...checks.optional(checks.seconds(0.05, 60))("failover.probeIntervalSeconds", failover.probeIntervalSeconds),
    ...checks.optional(checks.wholeNumber(1, 255))("failover.virtualRouterId", failover.virtualRouterId),
    ...checks.optional(checks.wholeNumber(0, 1000))("failover.preemptDelaySeconds", failover.preemptDelaySeconds),
    ...checks.optional(checks.port)("failover.statusPort", failover.statusPort),
    ...preference(failover, nodeNames),
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
