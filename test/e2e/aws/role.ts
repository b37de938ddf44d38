// The role of a pair's instances, as IAM has it: what it may do, read and changed by an operator past Pulumi.
import { askAws, elementOf, elementsOf } from "../../lab/aws/ask";
import type { Lab } from "../../lab/lab";

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

export class PairRole {
  /** The policy as it was, while it is not so. */
  private granted: string | undefined;

  constructor(private readonly lab: Lab) {}

  async statements(): Promise<readonly Statement[]> {
    return statementsOf(await this.policy());
  }

  /** Who may take it on. */
  async trusted(): Promise<unknown> {
    const text = elementOf(await this.ask({ Action: "GetRole" }), "AssumeRolePolicyDocument");
    return JSON.parse(decodeURIComponent(text)).Statement;
  }

  /** Policies that are not the role's own. */
  async attached(): Promise<string[]> {
    return elementsOf(await this.ask({ Action: "ListAttachedRolePolicies" }), "PolicyName");
  }

  /** Takes actions out of what it may do, until `restore`. */
  async forbid(...actions: readonly string[]): Promise<void> {
    this.granted ??= await this.policy();
    const left = statementsOf(this.granted).filter(({ Action }) => !actions.includes(String(Action)));
    const PolicyName = await this.policyName();
    if (left.length === 0) await this.ask({ Action: "DeleteRolePolicy", PolicyName });
    else await this.put(PolicyName, JSON.stringify({ Version: "2012-10-17", Statement: left }));
  }

  async restore(): Promise<void> {
    if (this.granted === undefined) return;
    await this.put(this.ownName as string, this.granted);
    this.granted = undefined;
  }

  private ownName: string | undefined;

  /** It has one. */
  private async policyName(): Promise<string> {
    this.ownName ??= elementOf(await this.ask({ Action: "ListRolePolicies" }), "member");
    return this.ownName;
  }

  private async policy(): Promise<string> {
    const answer = await this.ask({ Action: "GetRolePolicy", PolicyName: await this.policyName() });
    return decodeURIComponent(elementOf(answer, "PolicyDocument"));
  }

  private async put(PolicyName: string, PolicyDocument: string): Promise<void> {
    await this.ask({ Action: "PutRolePolicy", PolicyName, PolicyDocument });
  }

  /** The lab's AWS has one pair, and so one role. */
  private async ask(parameters: Readonly<Record<string, string>>): Promise<string> {
    const profiles = await askAws(this.lab, { Action: "ListInstanceProfiles" }, "iam");
    return askAws(this.lab, { ...parameters, RoleName: elementOf(profiles, "RoleName") }, "iam");
  }
}

const statementsOf = (policy: string): readonly Statement[] => JSON.parse(policy).Statement;
