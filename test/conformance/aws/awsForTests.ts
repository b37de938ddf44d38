// The lab's AWS in this process (and moto's), with machines that do not exist, and clients: AWS' own SDK, and curl.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AllocateAddressCommand,
  AssociateIamInstanceProfileCommand,
  DescribeSubnetsCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesRequest,
} from "@aws-sdk/client-ec2";
import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { authority, certificate } from "../../certificates";
import { AwsControl, type Keys } from "../../lab/aws/control";
import { type Running, runAws } from "../../lab/aws/run";
import { pythonWithMoto } from "../../lab/cloud/awsApis";
import type { Machine, MachineOptions } from "../../lab/cloud/machines";
import { run } from "../../lab/command";
import { InMemoryMachines } from "../hetzner/inMemoryMachines";

export const region = "eu-central-1";
export const image = "ami-0deb000000000012a";
const authorityFile = "ca.pem";

/** Their metadata service listens on the loopback interface. */
class LoopbackMachines extends InMemoryMachines {
  override async create(options: MachineOptions): Promise<Machine> {
    const machine = await super.create(options);
    return { ...machine, publicIpv4: machine.publicIpv4.replace("198.51.100.", "127.0.0.") };
  }
}

export interface Credentials extends Keys {
  readonly sessionToken?: string;
}

export class AwsForTests {
  readonly machines: InMemoryMachines;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;

  private constructor(
    machines: InMemoryMachines,
    readonly control: AwsControl,
    private readonly running: Running,
    /** Theirs to use, until they stop. */
    readonly folder: string,
    readonly admin: Keys,
  ) {
    this.machines = machines;
    this.ec2 = this.ec2As(admin);
    this.iam = new IAMClient(this.options(admin));
  }

  static async start(): Promise<AwsForTests> {
    const folder = mkdtempSync(join(tmpdir(), "aws-"));
    const controlSocket = join(folder, "aws.sock");
    const pem = certificate({ names: ["localhost", "ec2.eu-central-1.amazonaws.com"] });
    writeFileSync(join(folder, authorityFile), authority());
    const machines = new LoopbackMachines();
    const running = await runAws({
      region,
      endpoints: [{ address: "127.0.0.1", port: 0 }],
      metadataEndpoints: [{ address: "127.0.0.1", port: 0 }],
      certificate: pem,
      key: pem,
      python: await pythonWithMoto(),
      controlSocket,
      machines,
    });
    const control = new AwsControl(controlSocket);
    return new AwsForTests(machines, control, running, folder, await control.keys());
  }

  async stop(): Promise<void> {
    await this.running.stop();
    rmSync(this.folder, { recursive: true });
  }

  get authorityFile(): string {
    return join(this.folder, authorityFile);
  }

  get port(): number {
    return this.running.front.connections.endpoints[0]?.port ?? 0;
  }

  /** Never asks twice: what a fault does is to be seen. */
  options(credentials: Credentials) {
    const agent = new https.Agent({ ca: authority() });
    return {
      region,
      credentials,
      endpoint: `https://localhost:${this.port}`,
      maxAttempts: 1,
      requestHandler: { httpsAgent: agent, requestTimeout: 20_000 },
    };
  }

  ec2As = (credentials: Credentials) => new EC2Client(this.options(credentials));
  stsAs = (credentials: Credentials) => new STSClient(this.options(credentials));
  ssmAs = (credentials: Credentials) => new SSMClient(this.options(credentials));

  /** A user with this policy. */
  async user(name: string, statements: readonly object[]): Promise<Keys> {
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    await this.allow(name, statements);
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
  }

  /** In place of what the policy was before. */
  async allow(name: string, statements: readonly object[]): Promise<void> {
    const PolicyDocument = policy(statements);
    await this.iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: "own", PolicyDocument }));
  }

  /** A role of its own for an instance, which may do that everywhere. */
  async giveRole({ InstanceId }: Instance, name: string, actions: readonly string[]): Promise<void> {
    const trusted = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    const role = { RoleName: name };
    const profile = { InstanceProfileName: name };
    const allowed = policy([{ Effect: "Allow", Action: actions, Resource: "*" }]);
    await this.iam.send(new CreateRoleCommand({ ...role, AssumeRolePolicyDocument: policy([trusted]) }));
    await this.iam.send(new PutRolePolicyCommand({ ...role, PolicyName: "own", PolicyDocument: allowed }));
    await this.iam.send(new CreateInstanceProfileCommand(profile));
    await this.iam.send(new AddRoleToInstanceProfileCommand({ ...profile, ...role }));
    await this.ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId, IamInstanceProfile: { Name: name } }));
  }

  async subnets(): Promise<string[]> {
    const { Subnets = [] } = await this.ec2.send(new DescribeSubnetsCommand());
    return Subnets.map(({ SubnetId = "" }) => SubnetId);
  }

  /** With a public address, and one private address beside its main one. */
  async instance(options: Partial<RunInstancesRequest> = {}): Promise<Instance> {
    const [subnet] = await this.subnets();
    const nic = {
      DeviceIndex: 0,
      SubnetId: subnet,
      AssociatePublicIpAddress: true,
      SecondaryPrivateIpAddressCount: 1,
    };
    const request = { ImageId: image, InstanceType: "t4g.small" as const, MinCount: 1, MaxCount: 1 };
    const { Instances = [] } = await this.ec2.send(
      new RunInstancesCommand({ ...request, NetworkInterfaces: [nic], ...options }),
    );
    return existing(Instances[0]);
  }

  async elasticIp(): Promise<{ id: string; address: string }> {
    const { AllocationId = "", PublicIp = "" } = await this.ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
    return { id: AllocationId, address: PublicIp };
  }

  /** As a mover asks: curl, which signs by itself. */
  async curl(credentials: Credentials, parameters: Readonly<Record<string, string>>) {
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const host = "ec2.eu-central-1.amazonaws.com";
    const config = [
      `user = "${accessKeyId}:${secretAccessKey}"`,
      `aws-sigv4 = "aws:amz:${region}:ec2"`,
      ...(sessionToken ? [`header = "X-Amz-Security-Token: ${sessionToken}"`] : []),
    ];
    const fields = Object.entries({ ...parameters, Version: "2016-11-15" }).flatMap(([name, value]) => [
      "--data-urlencode",
      `${name}=${value}`,
    ]);
    const args = ["--silent", "--cacert", this.authorityFile, "--max-time", "10", "--config", "-"];
    const write = ["--write-out", "\n%{http_code}"];
    const where = ["--resolve", `${host}:${this.port}:127.0.0.1`, `https://${host}:${this.port}/`];
    const { code, stdout } = await run("curl", [...args, ...write, ...fields, ...where], { input: config.join("\n") });
    const lines = stdout.split("\n");
    return { code, status: Number(lines.pop()), body: lines.join("\n") };
  }

  /** As an instance asks its metadata service. */
  imds(machine: string, method: string, path: string, headers: Readonly<Record<string, string>> = {}) {
    const [endpoint] = this.running.metadata.connections.endpoints;
    const localAddress = machine.replace("srv", "127.0.0.3");
    const options = { host: "127.0.0.1", port: endpoint?.port, localAddress, agent: false, method, path, headers };
    return new Promise<{ status: number; body: string }>((done, failed) => {
      const request = http.request(options, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
      request.once("error", failed).end();
    });
  }
}

export const policy = (statements: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

/** The code that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.name;
  }
  throw new Error("It is not refused.");
}

export function existing<T>(value: T | undefined): T {
  assert.ok(value);
  return value;
}
