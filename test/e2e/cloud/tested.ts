// What the stories about faults need of a cloud, whichever it is. Knows no cloud.
import type { Move } from "../../lab/cloud/api/move";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import type { MachineName } from "../../lab/layout";
import type { ApiRequest } from "../../pair/platforms/platform";
import type { ApiFault } from "./apiFault";

/** A cloud that the stories are told of. */
export interface TestedCloud {
  /** As people call it. */
  readonly title: string;
  /** What the lab calls it; the lab for it has that name, too. */
  readonly form: "hcloud" | "aws";
  /** Who may log in to its machines. */
  readonly sshUser: "root" | "admin";
  /** The name by which nodes know its API. */
  readonly apiHost: string;
  /** What the agent calls it that its credentials are revoked: at first, and once that has lasted. */
  readonly revoked: { readonly first: string; readonly lasting: string };
  /** Seconds until that has lasted. */
  readonly lastingAfterSeconds: number;
  /** What its API may do during a failover. */
  readonly apiFaults: readonly ApiFault[];
  hand(lab: Lab): Hand;
}

/** The tests' hand on the cloud of a lab. */
export interface Hand {
  /** What came in to its API, in order. */
  requests(): Promise<readonly ApiRequest[]>;
  /** Where the traffic was sent, in order. */
  moves(): Promise<readonly Move[]>;
  /** Forgets the requests and moves so far. */
  forget(): Promise<void>;
  /** As at the start, but for what there is in the cloud, the requests and the moves. */
  reset(): Promise<void>;
  /** What the cloud calls a machine. */
  idOf(host: Host<MachineName>): string;
  /** What packets for a shared address are addressed to when they reach a machine. */
  addressOn(host: Host<MachineName>, address: string): string;
  /** Sends the traffic for an address to a machine, as an operator would, past the pair. */
  sendTo(address: string, machine: string): Promise<void>;
  /** Makes something that is not of the pair and can have an address. */
  stranger(): Promise<{ readonly id: string; remove(): Promise<void> }>;
  /** The API is out of order, for who asks from an address or for all; returns a number to lift it by. */
  outage(from?: string): Promise<number>;
  /** Lifts one fault, or all. */
  lift(id?: number): Promise<void>;
  /** So many reads after a move tell what was true before it. */
  staleReads(reads: number): Promise<unknown>;
  /** A move takes so many seconds. */
  slowMoves(seconds: number): Promise<unknown>;
  /** The pair's credentials may do nothing any more, until they are restored. */
  revoke(): Promise<void>;
  restore(): Promise<void>;
  /** Names of what there is in the cloud beside what it comes with. */
  inventory(): Promise<readonly string[]>;
}
