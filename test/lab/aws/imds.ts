// The instance metadata service, version 2 only: tells each instance, known by the address that it asks from, who it is,
// and gives it its role's credentials.
import { randomBytes } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "../clock";
import { Connections, type Endpoint, guarded, sourceOf } from "../cloud/api/connections";
import { type Reply, send } from "../cloud/api/wire";
import type { Cloud } from "./cloud";
import type { Faults } from "./faults/faults";
import type { Ground, Placed } from "./ground";
import { documentOf, find, metadataOf, type Tree } from "./imdsTree";
import type { RequestLog } from "./requestLog";
import type { Sessions } from "./sessions";

const tokenHeader = "x-aws-ec2-metadata-token";
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const longestToken = 21600;

export interface MetadataOptions {
  readonly endpoints: readonly Endpoint[];
  readonly cloud: Cloud;
  readonly ground: Ground;
  readonly sessions: Sessions;
  readonly faults: Faults;
  readonly log: RequestLog;
}

interface Token {
  readonly source: string;
  readonly expiresAt: number;
}

export class MetadataService {
  readonly connections: Connections;
  private readonly tokens = new Map<string, Token>();

  constructor(private readonly options: MetadataOptions) {
    const { endpoints, faults } = options;
    const server = http.createServer(guarded((request, response) => this.handle(request, response)));
    this.connections = new Connections(server, endpoints, faults.ofConnections("imds"));
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, log, ground } = this.options;
    const { method = "GET", url = "/", headers, socket } = incoming;
    const [source, path] = [sourceOf(socket), new URL(url, "http://imds").pathname];
    const injection = faults.forRequest({ service: "imds", path, source });
    const placed = ground.at(source);
    const record = log.add({
      at: now(),
      time: Date.now() / 1000,
      service: "imds",
      method,
      path,
      action: "",
      parameters: {},
      source,
      caller: placed?.instance.InstanceId ?? null,
      secondsLeft: null,
      userAgent: headers["user-agent"] ?? null,
      fault: injection?.fault.kind ?? null,
    });
    const fault = injection?.fault;
    if (fault?.kind === "slow") await delay(fault.seconds * 1000);
    const own = placed ? await this.answer(placed, incoming, path) : text(404, "");
    const reply = fault?.kind === "status" ? text(fault.status, "") : own;
    record.status = await send(response, this.connections.socketOf(incoming), reply, fault);
    record.answeredAt = now();
  }

  private async answer(placed: Placed, { method, headers, socket }: IncomingMessage, path: string): Promise<Reply> {
    if (placed.instance.MetadataOptions?.HttpEndpoint === "disabled") return text(403, "");
    if (method === "PUT" && path === "/latest/api/token") return this.makeToken(headers, sourceOf(socket));
    if (method !== "GET") return text(405, "");
    const token = this.tokens.get(String(headers[tokenHeader] ?? ""));
    if (!token || token.source !== sourceOf(socket) || token.expiresAt <= Date.now()) return text(401, "");
    const [, section = "", rest = ""] = /^\/[^/]+\/([^/]+)\/?(.*)$/.exec(path) ?? [];
    return this.read(placed, section, rest, { [ttlHeader]: String(Math.ceil((token.expiresAt - Date.now()) / 1000)) });
  }

  /** Never to whoever forwards for another. */
  private makeToken(headers: IncomingMessage["headers"], source: string): Reply {
    if (headers["x-forwarded-for"] !== undefined) return text(403, "");
    const seconds = Number(headers[ttlHeader]);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestToken) return text(400, "");
    const token = randomBytes(40).toString("base64");
    this.tokens.set(token, { source, expiresAt: Date.now() + seconds * 1000 });
    return text(200, token, { [ttlHeader]: String(seconds) });
  }

  private async read(placed: Placed, section: string, path: string, headers: Record<string, string>): Promise<Reply> {
    const { cloud } = this.options;
    const { instance } = placed;
    if (section === "user-data") {
      const userData = await cloud.userData(instance.InstanceId ?? "");
      return userData ? text(200, userData, headers) : text(404, "", headers);
    }
    const trees: Readonly<Record<string, () => Promise<Tree> | Tree>> = {
      "meta-data": async () => metadataOf(placed, cloud.region, await this.iam(placed)),
      dynamic: () => ({ "instance-identity": { document: documentOf(placed, cloud.region) } }),
    };
    const tree = await trees[section]?.();
    const found = tree && find(tree, path);
    return found === undefined ? text(404, "", headers) : text(200, found, headers);
  }

  private async iam({ instance }: Placed): Promise<Tree | undefined> {
    const { cloud, sessions } = this.options;
    const { Arn = "", Id = "" } = instance.IamInstanceProfile ?? {};
    const role = Arn ? await cloud.roleOf(Arn) : undefined;
    if (!role) return undefined;
    const found = await sessions.credentialsOf(instance.InstanceId ?? "", role.arn);
    const credentials = {
      Code: "Success",
      LastUpdated: iso(found.issuedAt),
      Type: "AWS-HMAC",
      AccessKeyId: found.accessKeyId,
      SecretAccessKey: found.secretAccessKey,
      Token: found.token,
      Expiration: iso(found.expiresAt),
    };
    const info = { Code: "Success", LastUpdated: iso(found.issuedAt), InstanceProfileArn: Arn, InstanceProfileId: Id };
    return { info: json(info), "security-credentials": { [role.name]: json(credentials) } };
  }
}

const text = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { "Content-Type": "text/plain", Server: "EC2ws", ...headers },
  body,
});

const iso = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const json = (value: unknown) => JSON.stringify(value, undefined, 2);
