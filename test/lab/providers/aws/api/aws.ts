// AWS as the provider's configuration describes it: a client for each service and region, made when it is first asked,
// since loading them is most of what the double's start takes.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import type { EC2 } from "@aws-sdk/client-ec2";
import type { IAM } from "@aws-sdk/client-iam";
import type { SSM } from "@aws-sdk/client-ssm";
import type { STS } from "@aws-sdk/client-sts";
import type { Properties } from "../../protocol/values";
import { endpointOf, listOf, textOf } from "./configuration";
import { AwsError } from "./errors";
import { TagPolicy } from "./tags";

/** What makes clients of all services alike. */
type ClientOptions = Readonly<Record<string, unknown>>;

/** Each attempt waits up to 20 seconds for the next, as the real provider's do. */
const defaultRetries = 25;

interface Instrumented {
  readonly middlewareStack: { add(middleware: unknown, options: { step: "initialize"; priority: "high" }): void };
}

export class Aws {
  tags = TagPolicy.of({});
  private values: Properties = {};
  private account = "";
  private readonly clients = new Map<string, Promise<unknown>>();

  /** As the real provider does: whose credentials these are is asked before anything else. */
  async configure(values: Properties): Promise<void> {
    this.values = values;
    this.tags = TagPolicy.of(values);
    this.clients.clear();
    if (!this.region) {
      throw new Error("invalid AWS Region: set aws:region, or AWS_REGION in the environment");
    }
    if (values.skipCredentialsValidation && values.skipRequestingAccountId) {
      return;
    }
    const sts = await this.sts();
    this.account = await sts.getCallerIdentity({}).then(
      ({ Account = "" }) => Account,
      (cause) => {
        throw new Error(`Invalid credentials configured.\n\tvalidating provider credentials: ${cause.message}`, {
          cause,
        });
      },
    );
    const allowed = listOf(values.allowedAccountIds);
    if (
      (allowed.length > 0 && !allowed.includes(this.account)) ||
      listOf(values.forbiddenAccountIds).includes(this.account)
    ) {
      throw new Error(`AWS account ID not allowed: ${this.account}`);
    }
  }

  get accountId(): string {
    return this.account;
  }

  get region(): string {
    return textOf(this.values.region) ?? "";
  }

  /** arn("ec2", "elastic-ip/eipalloc-1", region); services without regions have "". */
  arn(service: string, resource: string, region: string): string {
    return `arn:aws:${service}:${region}:${this.account}:${resource}`;
  }

  ec2(region: string = this.region): Promise<EC2> {
    return this.client("ec2", region, async (options) => new (await import("@aws-sdk/client-ec2")).EC2(options));
  }

  iam(): Promise<IAM> {
    return this.client("iam", this.region, async (options) => new (await import("@aws-sdk/client-iam")).IAM(options));
  }

  ssm(region: string = this.region): Promise<SSM> {
    return this.client("ssm", region, async (options) => new (await import("@aws-sdk/client-ssm")).SSM(options));
  }

  sts(): Promise<STS> {
    const region = textOf(this.values.stsRegion) ?? this.region;
    return this.client("sts", region, async (options) => new (await import("@aws-sdk/client-sts")).STS(options));
  }

  private client<Client>(
    service: string,
    region: string,
    make: (options: ClientOptions) => Promise<Client & Instrumented>,
  ): Promise<Client> {
    const key = `${service} ${region}`;
    const made = this.clients.get(key) ?? make(this.options(service, region)).then(worded);
    this.clients.set(key, made);
    return made as Promise<Client>;
  }

  private options(service: string, region: string): ClientOptions {
    const { accessKey, secretKey, token, profile, maxRetries, retryMode, insecure, customCaBundle } = this.values;
    const accessKeyId = textOf(accessKey);
    const endpoint = endpointOf(this.values, service);
    const authorities = textOf(customCaBundle) ?? process.env.AWS_CA_BUNDLE;
    return {
      region,
      // As the real provider presents itself.
      customUserAgent: [
        ["Pulumi", "1.0"],
        ["pulumi-aws", "7.48.0"],
      ],
      maxAttempts: typeof maxRetries === "number" ? maxRetries : defaultRetries,
      ...(retryMode && { retryMode }),
      ...(accessKeyId && { credentials: { accessKeyId, secretAccessKey: secretKey, sessionToken: textOf(token) } }),
      ...(textOf(profile) && { profile }),
      ...(endpoint && { endpoint }),
      ...((authorities || insecure) && { requestHandler: { httpsAgent: agent(authorities, insecure === true) } }),
    };
  }
}

function agent(authorities: string | undefined, insecure: boolean): Agent {
  return new Agent({
    keepAlive: true,
    rejectUnauthorized: !insecure,
    ...(authorities && { ca: readFileSync(authorities, "utf8") }),
  });
}

type Next = (request: unknown) => Promise<unknown>;

/** The client, whose failures are told in the words of the SDK for Go. */
function worded<Client extends Instrumented>(client: Client): Client {
  const middleware =
    (next: Next, { clientName = "", commandName = "" }: { clientName?: string; commandName?: string }) =>
    async (request: unknown) => {
      try {
        return await next(request);
      } catch (error) {
        throw AwsError.from(error, clientName, commandName);
      }
    };
  client.middlewareStack.add(middleware, { step: "initialize", priority: "high" });
  return client;
}
