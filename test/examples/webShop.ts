// What a customer of the shop sees, and somebody who is none.
import assert from "node:assert/strict";
import { certificate } from "../certificates";
import { ask } from "../e2e/origin/ask";
import { type Lab, until } from "../lab/lab";
import { deployed } from "./deployed";
import { SecureClient } from "./secureClient";
import { configure, webHosts } from "./servers/install";

const host = "shop.example.com";
/** As the example has them. */
const [perMinute, wrongPerMinute] = [400, 30];

export function webShop(lab: () => Lab): void {
  let shop: SecureClient;
  deployed(lab, "web-shop", async (ready) => {
    shop = new SecureClient(ready, host);
    await Promise.all(webHosts(ready).map((server) => configure(server, "shop.sh")));
    return {
      certificate: { secret: certificate({ names: [host] }) },
      webServers: webHosts(ready).map(({ privateAddress }) => ({ address: privateAddress, port: 8081 })),
    };
  });

  it("leads from HTTP to HTTPS, and tells browsers to stay there", async () => {
    const { status, headers } = await ask(lab(), 80, "/cart?item=tea", { host });
    assert.deepEqual([status, headers.location], [308, `https://${host}/cart?item=tea`]);
    const answer = await shop.ask("/");
    assert.deepEqual([answer.status, answer.headers["strict-transport-security"]], [200, "max-age=63072000"]);
  });

  it("keeps a customer on one server by a cookie, and finds another one when it stops", async () => {
    const first = await shop.ask("/");
    const customer = { args: ["--header", `Cookie: ${first.headers["set-cookie"]?.split(";")[0]}`] };
    for (let page = 0; page < 6; page++) assert.equal((await shop.ask("/", customer)).body, first.body);
    const others = await Promise.all(Array.from({ length: 6 }, () => shop.ask("/")));
    assert.deepEqual(new Set(others.map(({ body }) => body)), new Set(["web1\n", "web2\n"]));

    const server = webHosts(lab()).find(({ name }) => `${name}\n` === first.body);
    await server?.must("systemctl stop nginx");
    const elsewhere = await shop.ask("/", customer);
    assert.equal(elsewhere.status, 200);
    assert.notEqual(elsewhere.body, first.body);
    await server?.must("systemctl start nginx");
  });

  it("compresses text, and keeps pictures", async () => {
    const css = await shop.ask("/static/shop.css", { args: ["--compressed"] });
    assert.deepEqual([css.headers["content-encoding"], css.body], ["gzip", "body { color: navy }\n"]);
    const picture = async () => (await shop.ask("/static/tea.png", { args: ["--compressed"] })).headers;
    const first = await picture();
    for (let again = 0; again < 4; again++) {
      const kept = await picture();
      assert.deepEqual([kept["x-server"], kept.age !== undefined], [first["x-server"], true]);
    }
  });

  it("says that it is back soon while no server works", async () => {
    await Promise.all(webHosts(lab()).map((server) => server.must("systemctl stop nginx")));
    const { status, body } = await shop.ask("/");
    assert.equal(status, 503);
    assert.match(body, /back soon/);
    await Promise.all(webHosts(lab()).map((server) => server.must("systemctl start nginx")));
    await until("the shop to be back", async () => (await shop.ask("/")).status === 200, 20_000, 200);
  });

  it("slows down a client that asks too often, and no other one", async () => {
    const codes = await shop.askMany("/", perMinute + 50, { from: "client" });
    assert.deepEqual(new Set(codes.slice(0, perMinute)), new Set(["200"]));
    assert.equal(codes.at(-1), "429");
    const { headers, body } = await shop.ask("/", { from: "client" });
    assert.equal(headers["retry-after"], "60");
    assert.match(body, /a bit fast/);
    assert.equal((await shop.ask("/")).status, 200);
  });

  it("shuts out who guesses passwords", async () => {
    const codes = await shop.askMany("/login?guess=", wrongPerMinute + 10);
    assert.deepEqual(new Set(codes.slice(0, wrongPerMinute)), new Set(["401"]));
    assert.equal(codes.at(-1), "429");
    const { status, headers } = await shop.ask("/");
    assert.deepEqual([status, headers["retry-after"]], [429, "300"]);
  });
}
