// Name servers as lines of a section that asks them.
import { milliseconds, withPort } from "../section";

/** @param resolvers those of the host where there are none */
export function resolverLines(resolvers: readonly string[] | undefined, holdSeconds: number): string[] {
  const asked = resolvers?.map((address, index) => `nameserver ns${index + 1} ${withPort(address, 53)}`);
  const patient = ["nx", "other", "refused", "timeout"];
  return [
    ...(asked ?? ["parse-resolv-conf"]),
    "accepted_payload_size 8192",
    `hold valid ${milliseconds(holdSeconds)}`,
    `hold obsolete ${milliseconds(holdSeconds)}`,
    // A name server that is away for a while takes no server out.
    ...patient.map((kind) => `hold ${kind} 30s`),
  ];
}
