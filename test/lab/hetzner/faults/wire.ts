// How the API's own answers and refusals look to who asks.
import { gatewayReply, type Reply } from "../../cloud/api/wire";
import { errorBody } from "../errors";
import type { StatusFault } from "./faults";

const json = { "Content-Type": "application/json; charset=utf-8" };

const codes: Readonly<Record<StatusFault["status"], readonly [code: string, message: string]>> = {
  400: ["json_error", "invalid JSON"],
  401: ["unauthorized", "unable to authenticate"],
  403: ["forbidden", "insufficient permissions for this request"],
  404: ["not_found", "entity not found"],
  409: ["conflict", "the resource has changed during the request, please retry"],
  412: ["resource_unavailable", "the requested resource is currently unavailable"],
  422: ["invalid_input", "invalid input"],
  423: ["locked", "the item you are trying to access is locked"],
  429: ["rate_limit_exceeded", "limit of 3600 requests per hour reached"],
  500: ["server_error", "error within the API backend"],
  502: ["bad_gateway", "could not reach the API backend"],
  503: ["unavailable", "a service or product is currently not available"],
  504: ["timeout", "the request could not be answered in time"],
};

export function statusReply(fault: StatusFault, limit: Readonly<Record<string, string>>): Reply {
  const { status, html, headers = {} } = fault;
  const [code, message] = codes[status];
  if (html) return gatewayReply(status, headers);
  const exhausted: Record<string, string> = status === 429 ? { "RateLimit-Remaining": "0" } : {};
  const body = JSON.stringify(errorBody(fault.code ?? code, fault.message ?? message));
  return { status, headers: { ...json, ...limit, ...exhausted, ...headers }, body };
}

export const jsonReply = (status: number, body: unknown, headers: Readonly<Record<string, string>>): Reply => ({
  status,
  headers: { ...(body !== undefined && json), ...headers },
  body: body === undefined ? "" : JSON.stringify(body),
});
