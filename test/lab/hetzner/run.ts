// Puts the API together and runs it, in this process.
import type { Server as ControlServer } from "node:net";
import type { Endpoint } from "../cloud/api/connections";
import { serveControl } from "../cloud/api/control";
import type { Machines } from "../cloud/machines";
import type { Delays } from "./actions";
import { Api } from "./api";
import { controlHandlers } from "./control/handlers";
import { Faults } from "./faults/faults";
import { Project } from "./project";
import { RateLimit } from "./rateLimit";
import { Schema } from "./schema";
import { HetznerServer } from "./server";
import { type TokenOptions, Tokens } from "./tokens";

export interface RunOptions {
  readonly endpoints: readonly Endpoint[];
  /** PEM of the certificate (with its chain) and of its key. */
  readonly certificate: string;
  readonly key: string;
  /** By name. */
  readonly tokens: Readonly<Record<string, TokenOptions>>;
  /** Path of the unix socket that tests use. */
  readonly controlSocket: string;
  readonly machines: Machines;
  /** @default none: every action ends at once */
  readonly delays?: Delays;
  /** Hetzner's OpenAPI document, to hold every request and answer to. */
  readonly schemaFile?: string;
}

export interface Running {
  readonly project: Project;
  readonly api: Api;
  readonly server: HetznerServer;
  readonly faults: Faults;
  readonly tokens: Tokens;
  readonly rateLimit: RateLimit;
  /** Those of the start. */
  readonly delays: Delays;
  stop(): Promise<void>;
}

export async function runHetzner(options: RunOptions): Promise<Running> {
  const { endpoints, certificate, key, machines, delays = {}, schemaFile } = options;
  const project = new Project(machines, delays);
  const [tokens, rateLimit, faults] = [new Tokens(options.tokens), new RateLimit(), new Faults()];
  const schema = schemaFile === undefined ? undefined : Schema.load(schemaFile);
  const api = new Api({ project, tokens, rateLimit, faults, ...(schema && { schema }) });
  const server = new HetznerServer({ endpoints, certificate, key, api, faults, tokens, rateLimit });
  let control: ControlServer | undefined;
  const stop = async () => {
    control?.close();
    await server.connections.close();
  };
  const running = { project, api, server, faults, tokens, rateLimit, delays, stop };
  await server.connections.listen();
  control = await serveControl(options.controlSocket, controlHandlers(running));
  return running;
}
