// A request to one of AWS' services, read as far as the front has to understand it.
import type { IncomingMessage } from "node:http";
import { bodyOf, sourceOf } from "../cloud/api/connections";
import type { SignedRequest } from "./moto";

export const services = ["ec2", "iam", "sts", "ssm"] as const;
export type Service = (typeof services)[number];

export interface AwsRequest extends SignedRequest {
  readonly source: string;
  /** By the scope of its signature, or else by the name that it was sent to. */
  readonly service: Service;
  readonly action: string;
  /** Of a form; a JSON body's top level, as texts. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly accessKeyId: string | undefined;
  readonly sessionToken: string | undefined;
  /** When it was signed, in milliseconds since 1970. */
  readonly signedAt: number | undefined;
}

export async function readRequest(incoming: IncomingMessage): Promise<AwsRequest> {
  const { method = "GET", url = "/", headers } = incoming;
  const body = await bodyOf(incoming);
  const [, accessKeyId, scope] = /Credential=([^/,\s]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  const service = asService(scope) ?? asService(headers.host?.split(".")[0]) ?? "ec2";
  const target = /^AmazonSSM\.(\w+)$/.exec(header(headers["x-amz-target"]) ?? "")?.[1];
  const parameters = target ? jsonParameters(body) : formParameters(url, body);
  return {
    method,
    url,
    headers,
    body,
    source: sourceOf(incoming.socket),
    service,
    action: target ?? parameters.Action ?? "",
    parameters,
    accessKeyId,
    sessionToken: header(headers["x-amz-security-token"]),
    signedAt: timeOf(header(headers["x-amz-date"])),
  };
}

const asService = (name: string | undefined) => services.find((known) => known === name);

const header = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

function formParameters(url: string, body: Buffer): Record<string, string> {
  const query = new URL(url, "https://aws").searchParams;
  return Object.fromEntries([...query, ...new URLSearchParams(body.toString())]);
}

function jsonParameters(body: Buffer): Record<string, string> {
  try {
    const entries = Object.entries(JSON.parse(body.toString()) as Record<string, unknown>);
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  } catch {
    return {};
  }
}

/** "20250101T120000Z" */
function timeOf(text: string | undefined): number | undefined {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? "") ?? [];
  const [year, month, ...rest] = parts.map(Number);
  return year === undefined || month === undefined ? undefined : Date.UTC(year, month - 1, ...rest);
}
