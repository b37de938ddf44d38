// The movers that ship, and the example's, by the check that authors of platforms get.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import type { Instance } from "@aws-sdk/client-ec2";
import { type MoverTrial, moverConformance } from "../../../src/testing";
import { authority } from "../../certificates";
import { AwsForTests, existing, region } from "../aws/awsForTests";
import { ApiForTests, tokens } from "../hetzner/apiForTests";

const root = resolve(__dirname, "../../..");

describe("the mover of hcloud", function () {
  this.timeout(120_000);
  let api: ApiForTests;
  let trial: MoverTrial;
  before(async () => {
    api = await ApiForTests.start();
    const [first, second] = [await server("lb1"), await server("lb2")];
    const { body } = await api.ask("POST", "/floating_ips", { type: "ipv4", home_location: "fsn1", name: "main" });
    const bundle = join(api.folder, "authority.pem");
    writeFileSync(bundle, authority());
    trial = {
      script: readFileSync(join(root, "src/host/files/movers/hcloud"), "utf8"),
      env: { HCLOUD_ENDPOINT: api.url, CURL_CA_BUNDLE: bundle },
      secrets: { token: tokens.operator.token },
      address: body.floating_ip.ip,
      addressId: String(body.floating_ip.id),
      nodeId: String(first),
      peerId: String(second),
      unreachable: { HCLOUD_ENDPOINT: "https://127.0.0.1:9/v1" },
      refused: { token: "nobody".repeat(10) },
    };
  });
  after(() => api?.stop());

  async function server(name: string): Promise<number> {
    const wanted = { name, server_type: "cx23", image: "debian-12", location: "fsn1" };
    return (await api.ask("POST", "/servers", wanted)).body.server.id;
  }

  it("keeps the contract", async () => {
    assert.deepEqual(await moverConformance(trial), []);
  });

  it("is denied with a token that can only read", async () => {
    const problems = await moverConformance({ ...trial, refused: { token: tokens.observer.token } });
    assert.deepEqual(problems, ["owner with refused secrets: exit status 0 instead of 77", noCode]);
  });
});

const noCode = 'owner with refused secrets: the last line on standard error is no "CODE message": ';

describe("the mover of aws", function () {
  this.timeout(180_000);
  let aws: AwsForTests;
  const metadata: Server[] = [];
  let trial: MoverTrial;
  before(async () => {
    aws = await AwsForTests.start();
    const [first, second] = [await aws.instance(), await aws.instance()];
    const { id, address } = await aws.elasticIp();
    await aws.giveRole(first, "pair", ["ec2:AssociateAddress", "ec2:DescribeAddresses"]);
    await aws.giveRole(second, "nobody", ["ec2:DescribeRegions"]);
    trial = {
      script: readFileSync(join(root, "src/host/files/movers/aws"), "utf8"),
      env: {
        AWS_REGION: region,
        AWS_EC2_ENDPOINT: `https://localhost:${aws.port}`,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: await metadataOf("srv1"),
        AWS_PROPAGATION_SECONDS: "0",
        CURL_CA_BUNDLE: aws.authorityFile,
      },
      address,
      addressId: id,
      nodeId: existing(first.InstanceId),
      peerId: existing(second.InstanceId),
      nodeEnv: placeOn(first),
      peerEnv: placeOn(second),
      unreachable: { AWS_EC2_ENDPOINT: "https://127.0.0.1:9" },
      refused: {},
      refusedEnv: { AWS_EC2_METADATA_SERVICE_ENDPOINT: await metadataOf("srv2") },
    };
  });
  after(async () => {
    for (const server of metadata) server.close();
    await aws?.stop();
  });

  function placeOn({ NetworkInterfaces: [nic] = [] }: Instance) {
    const secondary = nic?.PrivateIpAddresses?.find(({ Primary }) => !Primary);
    return {
      AWS_NETWORK_INTERFACE: existing(nic?.NetworkInterfaceId),
      HA_LB_LOCAL_ADDRESS: existing(secondary?.PrivateIpAddress),
    };
  }

  /** The metadata service knows instances by where they ask from: here one can ask as an instance. */
  async function metadataOf(machine: string): Promise<string> {
    const server = createServer(async ({ method = "GET", url = "/", headers }, response) => {
      const asked = Object.entries(headers).filter(([name]) => name.startsWith("x-aws-"));
      const { status, body } = await aws.imds(
        machine,
        method,
        url,
        Object.fromEntries(asked) as Record<string, string>,
      );
      response.writeHead(status).end(body);
    });
    metadata.push(server);
    await new Promise<void>((listens) => server.listen(0, "127.0.0.1", listens));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("keeps the contract", async () => {
    assert.deepEqual(await moverConformance(trial), []);
  });
});

describe("the mover of the example custom-platform", function () {
  this.timeout(120_000);
  let router: Server;
  let to: string | undefined;
  before(async () => {
    router = createServer((request, response) => {
      if (request.headers.authorization !== "Bearer open sesame") return response.writeHead(401).end();
      let text = "";
      request.on("data", (data) => {
        text += data;
      });
      request.on("end", () => {
        if (request.method === "PUT") to = JSON.parse(text).to;
        response.end(JSON.stringify({ to }));
      });
    });
    await new Promise<void>((listens) => router.listen(0, "127.0.0.1", listens));
  });
  after(() => router?.close());

  const script = readFileSync(join(root, "examples/custom-platform/mover"), "utf8");
  const trialOf = (text: string): MoverTrial => ({
    script: text,
    env: { ROUTER_URL: `http://127.0.0.1:${(router.address() as AddressInfo).port}` },
    secrets: { token: "open sesame" },
    address: "203.0.113.7",
    addressId: "203.0.113.7",
    nodeId: "lb1",
    peerId: "lb2",
    unreachable: { ROUTER_URL: "http://127.0.0.1:9" },
    refused: { token: "guess" },
  });

  it("keeps the contract", async () => {
    assert.deepEqual(await moverConformance(trialOf(script)), []);
  });

  it("would be found out if its token were an argument", async () => {
    const careless = script.replace("--config -", `--header "Authorization: Bearer $(cat "$HA_LB_SECRETS/token")"`);
    const problems = await moverConformance(trialOf(careless));
    assert.ok(
      problems.some((problem) => /the secret token is an argument of a program/.test(problem)),
      String(problems),
    );
  });

  it("would be found out if it did not move the address, or called everything done", async () => {
    const lazy = await moverConformance(trialOf("#!/bin/sh\necho lb1\n"));
    assert.ok(lazy.some((problem) => /^owner, when the peer has it: printed "lb1\\n" instead of "lb2"/.test(problem)));
    assert.ok(lazy.some((problem) => /^claim with refused secrets: exit status 0 instead of 77/.test(problem)));
    assert.ok(lazy.some((problem) => /^a verb that there is not: exit status 0 instead of a failure/.test(problem)));
  });
});
