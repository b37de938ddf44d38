import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { secondaryAddresses } from "../../../../src/platforms/aws/addresses";

const names = ["main", "other", "third"];
const place = { cidrBlock: "172.31.16.0/20", node: 0, instance: "one" } as const;

describe("secondary private addresses", () => {
  it("are the same for the same instance, and others for another one", () => {
    const first = secondaryAddresses(place, names);
    assert.deepEqual(secondaryAddresses(place, names), first);
    assert.deepEqual(secondaryAddresses(place, ["main"]), first.slice(0, 1));
    const other = secondaryAddresses({ ...place, instance: "two" }, names);
    assert.ok(other.every((address) => !first.includes(address)));
  });

  it("are in the subnet, and never those that AWS keeps for itself or those of the other node", () => {
    for (const cidrBlock of ["10.0.0.0/16", "172.31.16.0/20", "10.0.255.240/28"]) {
      const [network = "", prefix] = cidrBlock.split("/");
      const subnet = new BlockList();
      subnet.addSubnet(network, Number(prefix));
      const size = 2 ** (32 - Number(prefix));
      for (let round = 0; round < 300; round++) {
        const [first, second] = ([0, 1] as const).map((node) =>
          secondaryAddresses({ cidrBlock, node, instance: String(round) }, names),
        ) as [string[], string[]];
        assert.equal(new Set([...first, ...second]).size, 6);
        for (const address of [...first, ...second]) {
          assert.ok(subnet.check(address), `${address} is not in ${cidrBlock}`);
          const [third = 0, fourth = 0] = address.split(".").slice(2).map(Number);
          const host = (third * 256 + fourth) % size;
          assert.ok(host >= 4 && host <= size - 2, address);
        }
      }
    }
  });

  it("fill the smallest subnet, and no more than that", () => {
    const small = { ...place, cidrBlock: "10.0.0.0/28" };
    const many = ["a", "b", "c", "d", "e", "f"];
    assert.equal(new Set(secondaryAddresses(small, many)).size, 6);
    assert.throws(() => secondaryAddresses({ ...small, node: 1 }, many), /10\.0\.0\.0\/28 is too small for 6/);
  });
});
