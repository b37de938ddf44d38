// Which processors do what: the load balancer's host has one for itself, so that it is what limits the figures, and not the
// client and the servers, which need as much as it does.
import { availableParallelism } from "node:os";

const last = availableParallelism() - 1;

/** As `taskset` takes them. A machine with one processor has it for everything. */
export const processors = { loadBalancer: "0", others: last > 0 ? `1-${last}` : "0" } as const;
