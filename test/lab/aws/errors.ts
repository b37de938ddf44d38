// How each of AWS' services says that it refuses.
import { randomUUID } from "node:crypto";
import type { Reply } from "../cloud/api/wire";
import type { Service } from "./request";

export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = statusOf(code),
  ) {
    super(message);
  }
}

/** EC2's error codes that tests inject by name, and those of the front's own. */
const known: Readonly<Record<string, readonly [status: number, message: string]>> = {
  AuthFailure: [401, "AWS was not able to validate the provided access credentials"],
  ExpiredToken: [403, "The security token included in the request is expired"],
  IncorrectInstanceState: [400, "The instance is not in a valid state for this operation."],
  InsufficientInstanceCapacity: [500, "We currently do not have sufficient capacity."],
  InternalError: [500, "An internal error has occurred"],
  InternalFailure: [500, "The request processing has failed because of an unknown error."],
  "InvalidAllocationID.NotFound": [400, "The allocation ID does not exist"],
  "InvalidNetworkInterfaceID.NotFound": [400, "The networkInterface ID does not exist"],
  MissingAuthenticationToken: [403, "Request is missing Authentication Token"],
  OptInRequired: [401, "You are not subscribed to this service."],
  PendingVerification: [400, "Your account is currently being verified."],
  RequestExpired: [400, "Request has expired."],
  RequestLimitExceeded: [503, "Request limit exceeded."],
  "Resource.AlreadyAssociated": [400, "The resource is already associated."],
  ServiceUnavailable: [503, "The service is unavailable. Please try again shortly."],
  SignatureDoesNotMatch: [403, "The request signature we calculated does not match the signature you provided."],
  Throttling: [400, "Rate exceeded"],
  UnauthorizedOperation: [403, "You are not authorized to perform this operation."],
  Unavailable: [503, "The service is unavailable. Please try again shortly."],
};

const statusOf = (code: string) => known[code]?.[0] ?? 400;

export const awsError = (code: string, message?: string, status?: number) =>
  new AwsError(code, message ?? known[code]?.[1] ?? code, status);

export function errorReply(service: Service, { code, message, status }: AwsError): Reply {
  if (service === "ssm") {
    const headers = { "Content-Type": "application/x-amz-json-1.1" };
    return { status, headers, body: JSON.stringify({ __type: code, message }) };
  }
  const headers = { "Content-Type": "text/xml;charset=UTF-8" };
  return { status, headers, body: service === "ec2" ? ec2Body(code, message) : queryBody(status, code, message) };
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

function ec2Body(code: string, message: string): string {
  const error = `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return `${declaration}<Response><Errors>${error}</Errors><RequestID>${randomUUID()}</RequestID></Response>`;
}

function queryBody(status: number, code: string, message: string): string {
  const type = status < 500 ? "Sender" : "Receiver";
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return `${declaration}<ErrorResponse>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
}

/** The code that an answer refuses with, by whatever of these forms. */
export function codeOf({ status, body }: Reply): string | null {
  if (status < 400) return null;
  return /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? /"__type": *"([^"]*)"/.exec(body)?.[1] ?? null;
}

/** moto refuses who may not do something before it knows of what kind the service is. */
export function inFormOf(service: Service, reply: Reply): Reply {
  const code = codeOf(reply);
  if (service !== "ec2" || code === null || !reply.body.includes("<ErrorResponse")) return reply;
  const message = /<Message>([^<]*)<\/Message>/.exec(reply.body)?.[1] ?? "";
  return { ...reply, body: ec2Body(code, unescaped(message)) };
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const unescaped = (text: string) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
