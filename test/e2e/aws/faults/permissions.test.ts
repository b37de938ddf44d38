// Each permission of the role is taken away in turn: the failure says which one it was, and with it all is well again.
// So the role has none that it does not need.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { RETURN_AFTER_OUTAGE_MS } from "../../cloud/apiFault";
import { type CloudPair, SOON_MS, withCloudPair } from "../../cloud/cloudPair";
import { PairRole } from "../role";
import { awsCloud } from "../tested";

describe("the role of a pair on AWS that lacks a permission", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  let role: PairRole;
  let active: LoadBalancerName;
  let standby: LoadBalancerName;
  withCloudPair(awsCloud, (ready) => {
    cloudPair = ready;
    role = new PairRole(ready.lab);
  });
  beforeEach(async () => {
    active = await cloudPair.begin();
    standby = other(active);
  });
  afterEach(() => role?.restore());

  /** At first: that a denial lasts, which is another code, is told with the redundancy that is lost by it. */
  async function saysNotYet(what: string): Promise<void> {
    const text = new RegExp(` the cloud's API fails: not-yet .* not authorized to perform: ${what}`);
    const status = async () => (await cloudPair.pair.host(standby).run("ha-lb status")).stdout;
    await until(`${standby} to say ${text}`, async () => text.test(await status()), SOON_MS, 200);
  }

  it("cannot see where the address is: it moves by one call all the same", async () => {
    await role.forbid("ec2:DescribeAddresses");
    await cloudPair.hold(active, true);
    await cloudPair.untilHolder(standby);
    await saysNotYet("ec2:DescribeAddresses");
    await role.restore();
    assert.equal(await cloudPair.settled(), standby);
    assert.equal((await cloudPair.claimsOf(standby)).length, 1);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });

  it("cannot move the address: it does as soon as it may", async () => {
    await role.forbid("ec2:AssociateAddress");
    await cloudPair.hold(active, true);
    await saysNotYet("ec2:AssociateAddress on resource: arn:aws:ec2:.*:elastic-ip/eipalloc-");
    assert.deepEqual(await cloudPair.moves(), []);
    await role.restore();
    await cloudPair.untilHolder(standby, RETURN_AFTER_OUTAGE_MS);
    assert.equal(await cloudPair.settled(), standby);
    assert.deepEqual(await cloudPair.moves(), [standby]);
  });
});
