// Calls of the lab's AWS as an operator makes them, past any SDK: by the public address, with the lab's authority.
import type { Lab } from "../lab";
import { awsApi } from "../layout";

const versions = { ec2: "2016-11-15", iam: "2010-05-08" } as const;

/** A call that has to work; returns its answer, which is XML. */
export async function askAws(
  lab: Lab,
  parameters: Readonly<Record<string, string>>,
  service: keyof typeof versions = "ec2",
): Promise<string> {
  const host = awsApi.hosts.find((name) => name.startsWith(`${service}.`));
  // The keys go in by standard input, as everybody should do it.
  const config = [
    `user = "${lab.awsEnvironment.AWS_ACCESS_KEY_ID}:${lab.awsEnvironment.AWS_SECRET_ACCESS_KEY}"`,
    `aws-sigv4 = "aws:amz:${service === "iam" ? "us-east-1" : awsApi.region}:${service}"`,
  ];
  const fields = Object.entries({ ...parameters, Version: versions[service] }).flatMap(([name, text]) => [
    "--data-urlencode",
    `${name}=${text}`,
  ]);
  const where = ["--resolve", `${host}:443:${awsApi.publicAddress}`, `https://${host}/`];
  const args = ["--silent", "--show-error", "--cacert", lab.authority, "--config", "-", ...fields, ...where];
  const { code, stdout, stderr } = await lab.operator.run("curl", args, { input: config.join("\n") });
  if (code !== 0 || stdout.includes("<Code>")) throw new Error(`${parameters.Action}: ${stderr}${stdout}`);
  return stdout;
}

/** The texts of all elements of this name. */
export function elementsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

/** The text of the first one. */
export function elementOf(xml: string, name: string): string {
  const [found] = elementsOf(xml, name);
  if (!found) throw new Error(`There is no ${name} in ${xml}`);
  return found;
}
