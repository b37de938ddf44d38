// Whether a request was signed about now, by the services' clock.
import { awsError } from "./errors";
import type { AwsRequest } from "./request";

// EC2's list of error codes says 15 minutes; Signature Version 4 says 5.
const toleranceMs = { ec2: 15 * 60_000, others: 5 * 60_000 };

export function checkTime({ service, signedAt }: AwsRequest, time: number): void {
  const tolerance = service === "ec2" ? toleranceMs.ec2 : toleranceMs.others;
  if (signedAt !== undefined && Math.abs(time - signedAt) <= tolerance) return;
  if (service === "ec2") throw awsError("RequestExpired");
  const when = (ms: number) => new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const how = signedAt !== undefined && signedAt > time ? "Signature not yet current" : "Signature expired";
  throw awsError("SignatureDoesNotMatch", `${how}: ${when(signedAt ?? 0)} is not within 5 min. of ${when(time)}`);
}
