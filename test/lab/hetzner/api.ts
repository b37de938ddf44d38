// From a request to its answer: who asks, whether the budget allows it, which route it is, what the route says.
import type { Reply } from "../cloud/api/wire";
import type { ActionFailure } from "./actions";
import { ApiError, invalidInput } from "./errors";
import type { Faults } from "./faults/faults";
import { jsonReply } from "./faults/wire";
import type { Project } from "./project";
import type { RateLimit } from "./rateLimit";
import { allActionRoutes } from "./resources/actions";
import { catalogueRoutes } from "./resources/catalogue";
import { firewallRoutes } from "./resources/firewalls";
import { floatingIpRoutes } from "./resources/floatingIps";
import { networkRoutes } from "./resources/networks";
import { placementGroupRoutes } from "./resources/placementGroups";
import { primaryIpRoutes } from "./resources/primaryIps";
import { serverRoutes } from "./resources/servers";
import { sshKeyRoutes } from "./resources/sshKeys";
import { type Answer, findRoute, type Route } from "./routes";
import type { Schema } from "./schema";
import type { Tokens } from "./tokens";

export interface ApiRequest {
  readonly method: string;
  /** Without the version in front. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: string;
  readonly source: string;
}

/** A request or an answer that is not as Hetzner's document has it. */
export interface Violation {
  readonly of: "request" | "answer";
  readonly method: string;
  readonly path: string;
  readonly problems: readonly string[];
}

export interface ApiOptions {
  readonly project: Project;
  readonly tokens: Tokens;
  readonly rateLimit: RateLimit;
  readonly faults: Faults;
  /** Holds every request and answer to Hetzner's document. */
  readonly schema?: Schema;
}

export class Api {
  readonly violations: Violation[] = [];
  private readonly routes: readonly Route[];

  constructor(private readonly options: ApiOptions) {
    const { project, faults } = options;
    this.routes = [
      ...serverRoutes(project),
      ...floatingIpRoutes(project, (source, seconds) => faults.isStale(source, seconds)),
      ...networkRoutes(project),
      ...firewallRoutes(project),
      ...placementGroupRoutes(project),
      ...sshKeyRoutes(project),
      ...primaryIpRoutes(project),
      ...allActionRoutes(project),
      ...catalogueRoutes,
    ];
  }

  /** @param failure with which the actions that the request starts are to end */
  async answer(request: ApiRequest, failure?: ActionFailure): Promise<Reply> {
    const { tokens, rateLimit, project } = this.options;
    try {
      tokens.requireAccess(tokens.nameOf(request.authorization), request.method);
      if (!rateLimit.take()) {
        throw new ApiError(429, "rate_limit_exceeded", `limit of ${rateLimit.limit} requests per hour reached`);
      }
      const { status, body } = await project.actions.during(failure, () => this.route(request));
      return jsonReply(status, body, rateLimit.headers());
    } catch (error) {
      return this.refusal(request, error);
    }
  }

  private async route(request: ApiRequest): Promise<Answer> {
    const { method, path, query, source } = request;
    const { schema } = this.options;
    const found = findRoute(this.routes, method, path);
    if (!found) throw new ApiError(404, "not_found", "entity not found");
    const { route, params } = found;
    if (!route) throw new ApiError(405, "method_not_allowed", "method not allowed");
    const body = readBody(request.body);
    const problems = schema?.requestProblems(method, route.path, query, body) ?? [];
    if (problems.length > 0) {
      this.violations.push({ of: "request", method, path, problems });
      throw invalidInput("body", problems.join("; "));
    }
    const answer = await route.answer({ params, query, body, source });
    const wrong = schema?.answerProblems(method, route.path, answer.status, answer.body) ?? [];
    if (wrong.length === 0) return answer;
    this.violations.push({ of: "answer", method, path, problems: wrong });
    throw new Error(`the answer is not as the document has it: ${wrong.join("; ")}`);
  }

  private refusal({ authorization, method, path }: ApiRequest, error: unknown): Reply {
    const known =
      error instanceof ApiError
        ? error
        : new ApiError(500, "server_error", error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (known.status === 500) process.stderr.write(`${known.message}\n`);
    const { tokens, rateLimit, schema } = this.options;
    const problems = schema?.refusalProblems(known.body) ?? [];
    if (problems.length > 0) this.violations.push({ of: "answer", method, path, problems });
    const headers = tokens.nameOf(authorization) === undefined ? {} : rateLimit.headers();
    return jsonReply(known.status, known.body, headers);
  }
}

function readBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "json_error", "invalid JSON in the body");
  }
}
