// The lab's own certificate authority, and the certificate of the cloud's API that it issues.
import fs from "node:fs";
import path from "node:path";
import { must } from "../command";
import { awsApi, cloudApi } from "../layout";

export const authorityFiles = (stateDir: string) => ({
  /** What trusts the lab's cloud is to trust. */
  authority: path.join(stateDir, "ca.pem"),
  certificate: path.join(stateDir, "api.pem"),
  key: path.join(stateDir, "api.key"),
});

export async function makeAuthority(stateDir: string): Promise<void> {
  const { authority, certificate, key } = authorityFiles(stateDir);
  const authorityKey = path.join(stateDir, "ca.key");
  const request = path.join(stateDir, "api.csr");
  const extensions = path.join(stateDir, "api.ext");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const names = [
    ...[cloudApi.host, ...awsApi.hosts, "localhost"].map((name) => `DNS:${name}`),
    ...[cloudApi, awsApi].flatMap((api) => [`IP:${api.publicAddress}`, `IP:${api.privateAddress}`]),
  ];
  fs.writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
  await openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "3650",
    "-subj",
    "/CN=lab",
    "-keyout",
    authorityKey,
    "-out",
    authority,
  );
  await openssl("req", ...newKey, "-subj", `/CN=${cloudApi.host}`, "-keyout", key, "-out", request);
  const issuer = ["-CA", authority, "-CAkey", authorityKey, "-CAcreateserial"];
  await openssl(
    "x509",
    "-req",
    "-in",
    request,
    ...issuer,
    "-days",
    "3650",
    "-extfile",
    extensions,
    "-out",
    certificate,
  );
  for (const file of [request, extensions]) fs.rmSync(file);
}

const openssl = (...args: string[]) => must("openssl", args);
