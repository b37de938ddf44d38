// The lab's AWS with machines that do not exist, and stacks that are deployed to it.
import { join } from "node:path";
import { run } from "../../lab/command";
import { AwsForTests, region } from "../aws/awsForTests";
import { type Resource, type Resources, Stack } from "../stack";

export class Cloud {
  private constructor(readonly aws: AwsForTests) {}

  static async start(): Promise<Cloud> {
    return new Cloud(await AwsForTests.start());
  }

  stop(): Promise<void> {
    return this.aws.stop();
  }

  get endpoint(): string {
    return `https://localhost:${this.aws.port}`;
  }

  stack(name: string, env: Readonly<Record<string, string>> = {}): Promise<Stack> {
    return Stack.create({
      name,
      directory: this.aws.folder,
      programDir: join(__dirname, "program"),
      run,
      // The double is a Node.js program, the real provider one in Go.
      env: { NODE_EXTRA_CA_CERTS: this.aws.authorityFile, SSL_CERT_FILE: this.aws.authorityFile, ...env },
    });
  }

  /** Resources with a provider that is configured for this cloud. */
  withProvider(resources: Resources, configuration: Readonly<Record<string, unknown>> = {}): Resources {
    const { accessKeyId, secretAccessKey } = this.aws.admin;
    const services = ["ec2", "iam", "ssm", "sts"].map((service) => [service, this.endpoint]);
    const args = {
      region,
      accessKey: { $secret: accessKeyId },
      secretKey: { $secret: secretAccessKey },
      endpoints: [Object.fromEntries(services)],
      ...configuration,
    };
    const provider: Resource = { type: "Provider", args };
    const others = Object.entries(resources).map(([name, { options, ...resource }]) => [
      name,
      { ...resource, options: { ...options, provider: "aws" } },
    ]);
    return { aws: provider, ...Object.fromEntries(others) };
  }

  /** What the provider asked for that changes something, "RunInstances", since the last time that this was asked. */
  async changes(): Promise<string[]> {
    const requests = await this.aws.control.requests();
    await this.aws.control.forget();
    return requests
      .filter(({ action, userAgent }) => !/^(Describe|Get|List)/.test(action) && userAgent?.includes("Pulumi"))
      .map(({ action }) => action);
  }
}
