// The provider's configuration. Most of what the real provider takes beside this is refused, as the double ignores it.
import { flag, integer, missing, text, words } from "../../bridge/properties";
import type { Schema } from "../../protocol/inputs";
import { isObject, type Properties, type Value } from "../../protocol/values";

const list = { type: { list: "string" } } as const;
const refused = missing(text);
const refusedFlag = missing(flag);

/** Services whose address a program can give. */
const endpoints = { ec2: text, iam: text, ssm: text, sts: text } as const satisfies Schema;

const variables = process.env;
const regionOfEnvironment = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION;

export const configuration: Schema = {
  accessKey: { type: "string", secret: true },
  allowedAccountIds: list,
  assumeRoleWithWebIdentity: missing({ type: "any" }),
  assumeRoles: missing({ type: "any" }),
  customCaBundle: text,
  defaultTags: { type: { object: { tags: words } } },
  ec2MetadataServiceEndpoint: refused,
  ec2MetadataServiceEndpointMode: refused,
  endpoints: { type: { list: { object: endpoints } } },
  forbiddenAccountIds: list,
  httpProxy: refused,
  httpsProxy: refused,
  ignoreTags: { type: { object: { keys: list, keyPrefixes: list } } },
  insecure: flag,
  maxRetries: integer,
  noProxy: refused,
  profile: text,
  region: { type: "string", ...(regionOfEnvironment && { default: regionOfEnvironment }) },
  retryMode: { type: { oneOf: ["standard", "adaptive"] } },
  s3UsEast1RegionalEndpoint: text,
  s3UsePathStyle: flag,
  secretKey: { type: "string", secret: true },
  sharedConfigFiles: missing(list),
  sharedCredentialsFiles: missing(list),
  skipCredentialsValidation: flag,
  skipMetadataApiCheck: flag,
  skipRegionValidation: flag,
  skipRequestingAccountId: flag,
  stsRegion: text,
  tagPolicyCompliance: refused,
  token: { type: "string", secret: true },
  tokenBucketRateLimiterCapacity: missing(integer),
  useDualstackEndpoint: refusedFlag,
  useFipsEndpoint: refusedFlag,
  userAgents: missing(list),
};

/** The address of a service, where the configuration has one. The SDK itself looks into the environment. */
export function endpointOf({ endpoints: given }: Properties, service: string): string | undefined {
  const found = (Array.isArray(given) ? given : []).filter(isObject).find((one) => one[service]);
  return textOf(found?.[service]);
}

export function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function listOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
