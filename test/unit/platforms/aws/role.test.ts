// Reads the policy as AWS would, for what nobody should be able to add to it unseen.
import assert from "node:assert/strict";
import { moverPolicy } from "../../../../src/platforms/aws/role";

const arns = [
  [
    "arn:aws:ec2:eu-central-1:123456789012:elastic-ip/eipalloc-0a",
    "arn:aws:ec2:eu-central-1:123456789012:elastic-ip/eipalloc-0b",
  ],
  [
    "arn:aws:ec2:eu-central-1:123456789012:network-interface/eni-1",
    "arn:aws:ec2:eu-central-1:123456789012:network-interface/eni-2",
  ],
] as const;
const statements = moverPolicy(...arns).Statement.map(({ Effect, Action, Resource }) => ({
  effect: Effect,
  actions: [Action].flat(),
  resources: [Resource].flat(),
}));

describe("what the nodes may do on AWS", () => {
  it("is two actions by their full names", () => {
    assert.deepEqual(statements.flatMap(({ actions }) => actions).sort(), [
      "ec2:AssociateAddress",
      "ec2:DescribeAddresses",
    ]);
    assert.ok(statements.every(({ effect, actions }) => effect === "Allow" && actions.length === 1));
  });

  it("is for all resources only where EC2 knows none", () => {
    for (const { actions, resources } of statements) {
      const wild = resources.filter((resource) => /[*?]/.test(resource));
      assert.deepEqual(wild, actions[0] === "ec2:DescribeAddresses" ? ["*"] : [], actions[0]);
    }
  });

  it("moves these addresses to these interfaces", () => {
    const [move] = statements.filter(({ actions }) => actions.includes("ec2:AssociateAddress"));
    assert.deepEqual(move?.resources, arns.flat());
  });
});
