// Numbers of servers: unique, small enough for HAProxy's hashing, and the same whatever else is in the list.
import assert from "node:assert/strict";
import { serverIds } from "../../../src/haproxy/servers/ids";

describe("numbers of servers", () => {
  const names = Array.from({ length: 5000 }, (_, index) => `server-${index}`);

  it("are unique and fit into HAProxy's hashing, also where names fall together", () => {
    const ids = serverIds(names, "source");
    assert.equal(new Set(ids).size, names.length);
    assert.ok(ids.every((id) => id >= 1 && id < 2 ** 20));
  });

  it("are those of their places where servers are filled in that order", () => {
    assert.deepEqual(serverIds(["b", "a"], "first"), [1, 2]);
  });
});
