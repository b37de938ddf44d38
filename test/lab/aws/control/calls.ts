// What tests can ask of AWS behind its back, by name: arguments and results.
import type { Endpoint } from "../../cloud/api/connections";
import type { Move } from "../../cloud/api/move";
import type { Injection } from "../faults/faults";
import type { Delays } from "../front";
import type { Image } from "../images";
import type { Keys } from "../moto";
import type { RequestRecord } from "../requestLog";

export interface AddressState {
  readonly allocation: string;
  readonly address: string;
  /** Id of the instance that it is associated with, and the interface and address there. */
  readonly instance: string | null;
  readonly networkInterface: string | null;
  readonly privateAddress: string | null;
  readonly slot: string | null;
}

export interface InstanceState {
  readonly id: string;
  /** By its tag "Name"; else "". */
  readonly name: string;
  readonly slot: string;
  /** As EC2 has it: "running", "stopped". */
  readonly state: string;
  readonly publicIpv4: string;
  /** The main one first. */
  readonly privateIps: readonly string[];
}

export interface State {
  readonly addresses: readonly AddressState[];
  readonly instances: readonly InstanceState[];
}

export interface ControlCalls {
  /** Where the APIs listen, and the metadata service. */
  endpoints(): { readonly apis: readonly Endpoint[]; readonly metadata: readonly Endpoint[] };
  keys(): Keys;
  /** Adds to what is set; returns all. */
  delays(changed: Delays): Delays;
  /** Returns a number to lift it by. */
  inject(injection: Injection): number;
  /** Lifts one fault, or all. */
  lift(id?: number): void;
  faults(): readonly { readonly id: number; readonly injection: Injection }[];
  setCredentialLifetime(seconds: number): void;
  expireCredentials(): void;
  publishImage(image: Image): void;
  /** What came in, in order. */
  requests(): readonly RequestRecord[];
  /** Forgets the requests and moves so far. */
  forget(): void;
  /** Where the traffic of Elastic IPs was sent, in order. */
  moves(): readonly Move[];
  state(): State;
  /** As at the start, but for what the account holds: no faults or delays, credentials of six hours, no requests or moves. */
  reset(): void;
}
