// Lists: pages, filters, order; and what of Hetzner's offer can be looked up.
import assert from "node:assert/strict";
import { ApiForTests } from "./apiForTests";

describe("hetzner: lists", () => {
  let api: ApiForTests;

  before(async () => {
    api = await ApiForTests.start();
    for (let n = 0; n < 30; n += 1) {
      const labels = { parity: n % 2 ? "odd" : "even", ...(n < 3 && { "example.com/first": "" }) };
      await api.floatingIp(`ip-${String(n).padStart(2, "0")}`, { labels });
    }
  });
  after(() => api.stop());

  const names = async (query: string) =>
    (await api.must("GET", `/floating_ips?${query}`)).floating_ips.map(({ name }) => name);

  it("come in pages of 25", async () => {
    const { floating_ips, meta } = await api.must("GET", "/floating_ips");
    assert.equal(floating_ips.length, 25);
    assert.deepEqual(meta.pagination, {
      page: 1,
      per_page: 25,
      previous_page: null,
      next_page: 2,
      last_page: 2,
      total_entries: 30,
    });
  });

  it("come in pages of a wanted size", async () => {
    const { floating_ips, meta } = await api.must("GET", "/floating_ips?page=3&per_page=12");
    assert.equal(floating_ips.length, 6);
    const { previous_page, next_page, last_page } = meta.pagination;
    assert.deepEqual([previous_page, next_page, last_page], [2, null, 3]);
  });

  it("are empty behind the last page", async () => {
    assert.deepEqual(await names("page=9"), []);
  });

  for (const query of ["per_page=51", "per_page=0", "page=x"]) {
    it(`refuse ${query}`, async () => {
      assert.equal(await api.refusal("GET", `/floating_ips?${query}`), "422 invalid_input");
      await api.control.forgetViolations();
    });
  }

  it("are filtered by name", async () => {
    assert.deepEqual(await names("name=ip-07"), ["ip-07"]);
    assert.deepEqual(await names("name=ip"), []);
  });

  const selectors: readonly (readonly [selector: string, count: number])[] = [
    ["parity=odd", 15],
    ["parity==odd", 15],
    ["parity!=odd", 15],
    ["parity", 30],
    ["!parity", 0],
    ["example.com/first", 3],
    ["!example.com/first", 27],
    ["parity=even,example.com/first", 2],
    ["parity in (odd,even)", 30],
    ["parity in (odd, none),example.com/first", 1],
    ["parity notin (odd)", 15],
  ];
  for (const [selector, count] of selectors) {
    it(`are filtered by labels: ${selector}`, async () => {
      const found = await names(`per_page=50&label_selector=${encodeURIComponent(selector)}`);
      assert.equal(found.length, count);
    });
  }

  it("refuse a selector that is none", async () => {
    assert.equal(await api.refusal("GET", "/floating_ips?label_selector=a%3D%3D%3Db"), "422 invalid_input");
  });

  it("are in the order of ids unless another is wanted", async () => {
    assert.deepEqual((await names("per_page=2")).slice(0, 2), ["ip-00", "ip-01"]);
    assert.deepEqual((await names("per_page=2&sort=id:desc")).slice(0, 2), ["ip-29", "ip-28"]);
  });

  it("of servers are filtered by status, several at once", async () => {
    for (const name of ["b", "a"]) await api.server(name, { start_after_create: name === "a" });
    const of = async (query: string) => (await api.must("GET", `/servers?${query}`)).servers.map(({ name }) => name);
    assert.deepEqual(await of("status=running"), ["a"]);
    assert.deepEqual(await of("status=off"), ["b"]);
    assert.deepEqual(await of("status=off&status=running&sort=name:asc"), ["a", "b"]);
    assert.deepEqual(await of("status=initializing"), []);
  });

  it("of actions need ids", async () => {
    const { actions } = await api.must("GET", "/servers/actions?status=success&sort=id:asc");
    assert.ok(actions.length >= 3);
    const [first, second] = actions.map(({ id }) => id);
    const found = await api.must("GET", `/actions?id=${first}&id=${second}`);
    assert.deepEqual(
      found.actions.map(({ id }) => id),
      [first, second],
    );
    assert.equal(await api.refusal("GET", "/actions"), "422 invalid_input");
    await api.control.forgetViolations();
  });

  it("of what there is to buy know cx23, and cx22 no more", async () => {
    const { server_types } = await api.must("GET", "/server_types");
    const known = server_types.map(({ name }) => name);
    assert.ok(known.includes("cx23") && !known.includes("cx22"), known.join());
  });

  it("of images are filtered by name and architecture", async () => {
    const { images } = await api.must("GET", "/images?name=debian-12&architecture=x86&include_deprecated=true");
    assert.deepEqual(
      images.map(({ name }) => name),
      ["debian-12"],
    );
    assert.equal((await api.must("GET", "/images?type=system&name=ubuntu-24.04&architecture=arm")).images.length, 1);
  });
});
