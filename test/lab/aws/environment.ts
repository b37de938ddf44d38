// What the engine, its provider and AWS' own tools need to know to work with the lab's AWS, from the operator's namespace.
import { authorityFiles } from "../cloud/authority";
import { awsKeys } from "../cloud/awsApis";
import { awsApi } from "../layout";

export function awsEnvironment(stateDir: string) {
  const { accessKeyId, secretAccessKey } = awsKeys(stateDir);
  const { authority } = authorityFiles(stateDir);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: awsApi.region,
    // One endpoint for all services: which of them is meant is in the signature.
    AWS_ENDPOINT_URL: `https://${awsApi.privateAddress}`,
    // Node.js adds it to those that it knows; a provider in Go takes it in their place.
    NODE_EXTRA_CA_CERTS: authority,
    SSL_CERT_FILE: authority,
  } as const;
}
