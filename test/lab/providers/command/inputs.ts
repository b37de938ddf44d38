// The inputs of the provider's resources. A conformance test compares this list with the provider's own schema.
import type { Schema } from "../protocol/inputs";

const logging = { type: { oneOf: ["stdout", "stderr", "stdoutAndStderr", "none"] } } as const;
const addPreviousOutputInEnv = { type: "boolean", default: true } as const;

const host = {
  host: { type: "string", required: true },
  port: { type: "number", default: 22 },
  user: { type: "string", default: "root" },
  password: { type: "string", secret: true },
  privateKey: { type: "string", secret: true },
  privateKeyPassword: { type: "string", secret: true },
  agentSocketPath: { type: "string" },
  hostKey: { type: "string" },
  dialErrorLimit: { type: "integer", default: 10 },
  perDialTimeout: { type: "integer", default: 15 },
} as const satisfies Schema;

export const connectionInputs = { ...host, proxy: { type: { object: host } } } as const satisfies Schema;

const connection = { type: { object: connectionInputs }, required: true, secret: true } as const;
const triggers = { type: { list: "any" }, replaces: true } as const;

const commandInputs = {
  create: { type: "string" },
  update: { type: "string" },
  delete: { type: "string" },
  stdin: { type: "string" },
  environment: { type: { map: "string" } },
  triggers,
  logging,
  addPreviousOutputInEnv,
} as const satisfies Schema;

export const localCommandInputs: Schema = {
  ...commandInputs,
  dir: { type: "string" },
  interpreter: { type: { list: "string" } },
  assetPaths: { type: { list: "string" }, missingInDouble: true },
  archivePaths: { type: { list: "string" }, missingInDouble: true },
};

export const remoteCommandInputs: Schema = { ...commandInputs, connection };

export const copyToRemoteInputs: Schema = {
  connection,
  source: { type: "asset", required: true },
  remotePath: { type: "string", required: true },
  triggers,
};
