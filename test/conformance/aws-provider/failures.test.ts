// What the provider refuses by itself, what it says when AWS refuses, and when it tries again.
import assert from "node:assert/strict";
import type { UpResult } from "../../lab/pulumi";
import { type Resource, type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { rule, trust } from "./pair";

const address: Resource = { type: "Eip", args: { domain: "vpc" } };

describe("aws provider: failures", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let instance: Resource;

  before(async () => {
    cloud = await Cloud.start();
    const [subnetId] = await cloud.aws.subnets();
    instance = { type: "Instance", args: { ami: "ami-0deb000000000012a", instanceType: "t3.small", subnetId } };
  });

  after(() => cloud?.stop());

  afterEach(() => cloud?.aws.control.reset());

  async function deploy(
    name: string,
    resources: Resources,
    configuration = {},
  ): Promise<{ stack: Stack; result: UpResult }> {
    const stack = await cloud.stack(name);
    const result = await stack.up(cloud.withProvider(resources, configuration), { allowFailure: true });
    return { stack, result };
  }

  it("refuses inputs that it does not know, that are missing, or of the wrong type, in the preview", async () => {
    const raw = (type: string, args: Resource["args"]): Resource => ({ type: `aws:${type}`, args });
    const withArgs = (args: Resource["args"]) => raw("ec2/instance:Instance", { ...instance.args, ...args });
    const wrong: Record<string, readonly [Resource, RegExp]> = {
      unknown: [raw("ec2/eip:Eip", { vpc: true }), /vpc.*is not an input/s],
      missing: [raw("iam/role:Role", { description: "x" }), /assumeRolePolicy.*is required/s],
      neither: [raw("ec2/instance:Instance", { instanceType: "t3.small" }), /ami.*one of it and launchTemplate/s],
      number: [raw("ec2/eip:Eip", { address: 7 }), /address.*must be of type string/s],
      rule: [
        raw("ec2/securityGroup:SecurityGroup", { ingress: [{ protocol: "tcp", fromPort: "80", toPort: 80 }] }),
        /ingress\[0\]\.fromPort.*must be of type integer/s,
      ],
      ports: [
        raw("ec2/securityGroup:SecurityGroup", { egress: [{ ...rule(80), protocol: "-1" }] }),
        /egress\[0\]\.fromPort.*must both be 0/s,
      ],
      hops: [withArgs({ metadataOptions: { httpPutResponseHopLimit: 65 } }), /httpPutResponseHopLimit.*1 - 64/s],
      tokens: [withArgs({ metadataOptions: { httpTokens: "yes" } }), /httpTokens.*must be one of optional, required/s],
      twice: [withArgs({ userData: "x", userDataBase64: "eA==" }), /userData.*conflicts with userDataBase64/s],
      tags: [
        withArgs({ volumeTags: { a: "b" }, rootBlockDevice: { tags: { c: "d" } } }),
        /rootBlockDevice\.tags.*conflicts/s,
      ],
      long: [withArgs({ userData: "x".repeat(16385) }), /userData.*at most 16384/s],
      ip: [withArgs({ secondaryPrivateIps: ["10.77.16"] }), /expected a valid IPv4 address, got: 10\.77\.16/],
      policy: [raw("iam/role:Role", { assumeRolePolicy: "{" }), /assumeRolePolicy.*invalid JSON/s],
      "a-role-with-a-name-of-more-than-sixty-four-characters-together": [
        raw("iam/role:Role", { assumeRolePolicy: trust }),
        /longer than 64 characters/,
      ],
      sources: [
        raw("vpc/securityGroupIngressRule:SecurityGroupIngressRule", { securityGroupId: "sg-1", ipProtocol: "-1" }),
        /exactly one of cidrIpv4/,
      ],
      double: [withArgs({ hibernation: true }), /hibernation.*the lab's double/s],
    };
    const stack = await cloud.stack("refused");
    const resources = Object.fromEntries(Object.entries(wrong).map(([name, [resource]]) => [name, resource]));
    for (const [name, [, message]] of Object.entries(wrong)) {
      const result = await stack.preview(cloud.withProvider({ [name]: resources[name] as Resource }), {
        allowFailure: true,
      });
      assert.notEqual(result.code, 0, name);
      assert.match(shownAbout(name, result), message);
    }
    assert.deepEqual(await cloud.changes(), []);
  });

  it("says what EC2 says of metadata options without an endpoint", async () => {
    const metadataOptions = { httpTokens: "required" };
    const { result } = await deploy("metadata", {
      instance: { ...instance, args: { ...instance.args, metadataOptions } },
    });
    assert.match(shownAbout("instance", result), /InvalidParameterValue: A value of '' is not valid for HttpEndpoint/);
  });

  it("says what AWS says, with its code and what was asked", async () => {
    const { result } = await deploy("absent", {
      instance: { ...instance, args: { ...instance.args, ami: "ami-0123456789abcdef0" } },
      profile: { type: "InstanceProfile", args: { role: "nobody" } },
    });
    assert.match(
      shownAbout("instance", result),
      /\* creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 400, RequestID: .*, api error InvalidAMIID\.NotFound/,
    );
    assert.match(
      shownAbout("profile", result),
      /operation error IAM: AddRoleToInstanceProfile, .* api error NoSuchEntity/,
    );
  });

  it("says so when the credentials are wrong, before anything else, and nothing of them", async () => {
    const { result } = await deploy("credentials", { address }, { secretKey: { $secret: "another-secret" } });
    assert.match(result.stdout, /Invalid credentials configured/);
    assert.match(result.stdout, /operation error STS: GetCallerIdentity/);
    assert.doesNotMatch(result.stdout + result.stderr, /another-secret/);
  });

  it("refuses another account than those that are allowed", async () => {
    const { result } = await deploy("account", { address }, { allowedAccountIds: ["111111111111"] });
    assert.match(result.stdout, /AWS account ID not allowed: 123456789012/);
  });

  it("refuses a certificate from an authority that it does not know", async () => {
    const stack = await cloud.stack("certificate", { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: "" });
    const resources = cloud.withProvider({ address }, { maxRetries: 1 });
    const result = await stack.up(resources, { allowFailure: true });
    assert.match(result.stdout, /request send failed.*certificate/i);
  });

  it("takes the authorities that its configuration or the environment names", async () => {
    const own = { NODE_EXTRA_CA_CERTS: "", SSL_CERT_FILE: "" };
    const byConfiguration = await cloud.stack("bundle", own);
    await byConfiguration.up(cloud.withProvider({ address }, { customCaBundle: cloud.aws.authorityFile }));
    await byConfiguration.pulumi.destroy();
    const byEnvironment = await cloud.stack("environment", { ...own, AWS_CA_BUNDLE: cloud.aws.authorityFile });
    await byEnvironment.up(cloud.withProvider({ address }));
    await byEnvironment.pulumi.destroy();
  });

  it("tries again when AWS is busy or limits it", async () => {
    for (const code of ["RequestLimitExceeded", "Unavailable", "InternalError"]) {
      await cloud.aws.control.inject({ kind: "error", code }, { action: "AllocateAddress", times: 1 });
    }
    const { stack, result } = await deploy("busy", { address });
    assert.equal(result.code, 0, result.stdout);
    assert.deepEqual(await cloud.changes(), Array(4).fill("AllocateAddress"));
    await stack.pulumi.destroy();
  });

  it("does not try for ever, and says how often it did", async () => {
    await cloud.aws.control.inject({ kind: "error", code: "Unavailable" }, { action: "AllocateAddress" });
    await cloud.changes();
    const { result } = await deploy("outage", { address }, { maxRetries: 2 });
    assert.match(shownAbout("address", result), /StatusCode: 503, .* api error Unavailable/);
    assert.deepEqual(await cloud.changes(), ["AllocateAddress", "AllocateAddress"]);
  });

  it("says what an instance may not be, and does not make it twice", async () => {
    await cloud.aws.control.inject({ kind: "error", code: "UnauthorizedOperation" }, { action: "RunInstances" });
    await cloud.changes();
    const { result } = await deploy("denied", { instance });
    assert.match(shownAbout("instance", result), /StatusCode: 403, .* api error UnauthorizedOperation/);
    assert.deepEqual(await cloud.changes(), ["RunInstances"]);
  });

  it("keeps in the state what was made, when what follows fails", async () => {
    await cloud.aws.control.inject({ kind: "error", code: "UnauthorizedOperation" }, { action: "AssociateAddress" });
    const { stack: before } = await deploy("made", { instance });
    const { id } = await before.state("instance");
    const { stack, result } = await deploy("partly", {
      address: { ...address, args: { domain: "vpc", instance: id } },
    });
    assert.match(shownAbout("address", result), /associating EC2 EIP .*UnauthorizedOperation/);
    assert.match((await stack.state("address")).id ?? "", /^eipalloc-/);
    await stack.pulumi.destroy();
    await before.pulumi.destroy();
    assert.deepEqual((await cloud.aws.control.state()).addresses, []);
  });

  it("asks for a region where there is none", async () => {
    const stack = await cloud.stack("nowhere", { AWS_REGION: "", AWS_DEFAULT_REGION: "" });
    const { aws, ...others } = cloud.withProvider({ address });
    const { region: _, ...args } = aws?.args ?? {};
    const result = await stack.up({ aws: { ...(aws as Resource), args }, ...others }, { allowFailure: true });
    assert.match(result.stdout, /invalid AWS Region/);
  });
});
