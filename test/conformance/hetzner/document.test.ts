// The API's requests and answers against Hetzner's own document, which is not part of this repository. The other tests
// here are held to it, too, where it is there; these see that the document is really asked.
import assert from "node:assert/strict";
import { Schema } from "../../lab/hetzner/schema";
import { skipUnlessRequired } from "../../setup/needsLab";
import { ApiForTests, documentFile, hasDocument } from "./apiForTests";

describe("hetzner: the API's document", () => {
  let schema: Schema;
  const none = new URLSearchParams();

  before(function () {
    if (!hasDocument()) skipUnlessRequired(this, new Error(`${documentFile} is missing; set REFERENCE_DIR`));
    schema = Schema.load(documentFile);
  });

  it("has every field of an answer", () => {
    const network = { id: 1, name: "n" };
    const problems = schema.answerProblems("GET", "/networks/{id}", 200, { network }).join("\n");
    assert.match(problems, /required property 'ip_range'/);
  });

  it("has no field that it does not name", () => {
    const placement_group = { id: 1, name: "n", labels: {}, type: "spread", created: now(), servers: [] };
    const path = "/placement_groups/{id}";
    assert.deepEqual(schema.answerProblems("GET", path, 200, { placement_group }), []);
    const more = { placement_group: { ...placement_group, extra: 1 } };
    assert.match(schema.answerProblems("GET", path, 200, more).join("\n"), /extra/);
  });

  it("has types, formats and values of fields", () => {
    const action = {
      id: 1,
      command: "c",
      status: "done",
      progress: 1.5,
      started: "today",
      finished: null,
      resources: [],
      error: null,
    };
    const problems = schema.answerProblems("GET", "/actions/{id}", 200, { action }).join("\n");
    for (const wrong of ["/action/status", "/action/progress", "/action/started"])
      assert.match(problems, new RegExp(wrong));
    assert.doesNotMatch(problems, /\/action\/(finished|error)/);
  });

  it("has the statuses and bodies of answers", () => {
    assert.match(schema.answerProblems("POST", "/networks", 200, {}).join(), /status 200/);
    assert.deepEqual(schema.answerProblems("DELETE", "/networks/{id}", 204, undefined), []);
    assert.equal(schema.answerProblems("DELETE", "/networks/{id}", 204, {}).length, 1);
  });

  it("has what may be asked", () => {
    const query = new URLSearchParams("name=a&page=x&colour=red");
    const problems = schema.requestProblems("GET", "/servers", query, undefined).join("\n");
    assert.match(problems, /page/);
    assert.match(problems, /colour/);
    const body = { type: "ipv5", homeLocation: "fsn1" };
    const wrong = schema.requestProblems("POST", "/floating_ips", none, body).join("\n");
    assert.match(wrong, /type/);
    assert.match(wrong, /homeLocation/);
    assert.equal(schema.requestProblems("POST", "/servers/{id}/actions/poweron", none, {}).length, 1);
  });

  it("takes ids for names, as Hetzner's clients send them", () => {
    const body = { name: "s", server_type: 114, image: 114690387, ssh_keys: [1, "two"] };
    assert.deepEqual(schema.requestProblems("POST", "/servers", none, body), []);
  });

  it("refuses and writes down a request that it does not have", async () => {
    const api = await ApiForTests.start();
    const body = { name: "n", ip_range: "10.0.0.0/16", subnet: [] };
    assert.equal(await api.refusal("POST", "/networks", body), "422 invalid_input");
    const [violation] = await api.control.violations();
    assert.deepEqual([violation?.of, violation?.method, violation?.path], ["request", "POST", "/networks"]);
    await api.control.forgetViolations();
    await api.stop();
  });
});

const now = () => new Date().toISOString();
