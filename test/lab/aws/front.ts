// The front of AWS' APIs: connections, faults, clocks, sessions and delays. Everything else is moto's to answer; what it
// has changed, the lab's machines follow.
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "../clock";
import { Connections, type Endpoint, guarded } from "../cloud/api/connections";
import { gatewayReply, type Reply, send } from "../cloud/api/wire";
import { checkTime } from "./clock";
import { AwsError, awsError, codeOf, errorReply, inFormOf } from "./errors";
import type { Faults, Injection } from "./faults/faults";
import type { Ground } from "./ground";
import { type Moto, users } from "./moto";
import { type AwsRequest, readRequest } from "./request";
import type { RequestLog, RequestRecord } from "./requestLog";
import type { Sessions } from "./sessions";
import { Before } from "./stale";

/** Seconds: by action until it is carried out and answered ("*" for all others), and until traffic follows an address. */
export type Delays = Readonly<Record<string, number>>;
export const traffic = "traffic";

export interface FrontOptions {
  readonly endpoints: readonly Endpoint[];
  /** PEM, with the key or beside it. */
  readonly certificate: string;
  readonly key: string;
  readonly moto: Moto;
  readonly ground: Ground;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly delays: Delays;
}

export class Front {
  delays: Delays;
  readonly connections: Connections;
  private readonly before = new Before();

  constructor(private readonly options: FrontOptions) {
    const { certificate, key, endpoints, faults } = options;
    const server = https.createServer(
      { cert: certificate, key },
      guarded((request, response) => this.handle(request, response)),
    );
    this.connections = new Connections(server, endpoints, faults.ofConnections("apis"));
    this.delays = options.delays;
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const injection = this.options.faults.forRequest(request);
    const record = this.record(request, injection);
    const reply = await this.replyTo(request, injection);
    const time = Date.now() + this.options.faults.clockAheadMs(request.source);
    const headers = { ...reply.headers, Date: new Date(time).toUTCString() };
    const socket = this.connections.socketOf(incoming);
    record.status = await send(response, socket, { ...reply, headers }, injection?.fault);
    record.code = record.status === null ? null : codeOf(reply);
    record.answeredAt = now();
  }

  private async replyTo(request: AwsRequest, injection: Injection | undefined): Promise<Reply> {
    const { fault, carriedOut = false } = injection ?? {};
    const isLost = fault !== undefined && ["error", "status", "reset", "silence"].includes(fault.kind);
    const own = isLost && !carriedOut ? undefined : await this.answer(request);
    if (fault?.kind === "slow") await delay(fault.seconds * 1000);
    if (fault?.kind === "error") return errorReply(request.service, awsError(fault.code, fault.message, fault.status));
    if (fault?.kind === "status") return gatewayReply(fault.status);
    return own ?? { status: 0, headers: {}, body: "" };
  }

  private async answer(request: AwsRequest): Promise<Reply> {
    const { faults, sessions } = this.options;
    try {
      if (request.accessKeyId === undefined) throw awsError("MissingAuthenticationToken");
      checkTime(request, Date.now() + faults.clockAheadMs(request.source));
      sessions.check(request);
      await delay((this.delays[request.action] ?? this.delays["*"] ?? 0) * 1000);
      return await this.carryOut(request);
    } catch (error) {
      if (error instanceof AwsError) return errorReply(request.service, error);
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      return errorReply(request.service, awsError(request.service === "ec2" ? "InternalError" : "InternalFailure"));
    }
  }

  private async carryOut(request: AwsRequest): Promise<Reply> {
    const { service, action, source } = request;
    const { moto, ground, faults } = this.options;
    if (movesAddresses(action)) this.before.remember(ground.addresses);
    const reply = inFormOf(service, await moto.ask(request));
    if (service !== "ec2" || reply.status !== 200) return reply;
    if (action === "DescribeAddresses" && faults.isStale(source, this.before.secondsSince()))
      return { ...reply, body: this.before.rewrite(reply.body) };
    await this.follow(request);
    return reply;
  }

  /** What the request may have changed for the lab's machines. */
  private async follow({ action, parameters }: AwsRequest): Promise<void> {
    const { ground } = this.options;
    if (/^(Describe|Get|Search)/.test(action)) return;
    if (movesAddresses(action)) {
      await ground.followAddresses(this.delays[traffic]);
      return;
    }
    if (action === "RebootInstances") {
      const ids = Object.entries(parameters).flatMap(([name, value]) => (name.startsWith("InstanceId.") ? value : []));
      await ground.reboot(ids);
      return;
    }
    if (action.includes("SecurityGroup")) {
      await ground.followFirewalls();
      return;
    }
    await ground.followInstances();
    if (action === "TerminateInstances") await ground.followAddresses();
  }

  private record(request: AwsRequest, injection: Injection | undefined): RequestRecord {
    const { service, method, action, source, accessKeyId, headers } = request;
    const { UserData: _, ...parameters } = request.parameters;
    const path = new URL(request.url, "https://aws").pathname;
    return this.options.log.add({
      at: now(),
      time: Date.now() / 1000,
      service,
      method,
      path,
      action,
      parameters,
      source,
      caller: this.callerOf(accessKeyId),
      secondsLeft: this.options.sessions.secondsLeft(accessKeyId),
      userAgent: headers["user-agent"] ?? null,
      fault: injection?.fault.kind ?? null,
    });
  }

  private callerOf(accessKeyId: string | undefined): string | null {
    const { moto, sessions } = this.options;
    if (accessKeyId === undefined) return null;
    const user = Object.values(users).find((name) => moto.keys[name]?.accessKeyId === accessKeyId);
    return user ?? sessions.instanceOf(accessKeyId) ?? accessKeyId;
  }
}

const movesAddresses = (action: string) => /^(Associate|Disassociate|Allocate|Release)Address$/.test(action);
