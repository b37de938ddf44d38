// What tests can ask of the API behind its back, by name: arguments and results.

import type { Move } from "../../cloud/api/move";
import type { Delays } from "../actions";
import type { Violation } from "../api";
import type { Injection } from "../faults/faults";
import type { RequestRecord } from "../requestLog";

export interface FloatingIpState {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  /** Name of the server that it is assigned to. */
  readonly server: string | null;
  readonly serverId: number | null;
  readonly slot: string | null;
  /** An action on it runs. */
  readonly locked: boolean;
}

export interface ServerState {
  readonly id: number;
  readonly name: string;
  readonly slot: string | null;
  readonly status: string;
  readonly publicIpv4: string | null;
  readonly privateIps: readonly string[];
  readonly locked: boolean;
}

export interface State {
  readonly floatingIps: readonly FloatingIpState[];
  readonly servers: readonly ServerState[];
  /** Ids of actions that run. */
  readonly running: readonly number[];
}

export interface ControlCalls {
  /** Where the API listens. */
  endpoints(): readonly { readonly address: string; readonly port: number }[];
  /** Seconds by command ("assign_floating_ip"), "*" for all others. Adds to what is set; returns all. */
  delays(changed: Delays): Delays;
  /** Returns a number to lift it by. */
  inject(injection: Injection): number;
  /** Lifts one fault, or all. */
  lift(id?: number): void;
  faults(): readonly { readonly id: number; readonly injection: Injection }[];
  /** By the token's name. */
  revoke(token: string): void;
  /** Takes the revocation of one token back, or of all. */
  restore(token?: string): void;
  /** How many requests are left of the project's budget. */
  setRemaining(requests: number): void;
  /** What came in, in order. */
  requests(): readonly RequestRecord[];
  /** Forgets the requests and moves so far. */
  forget(): void;
  /** Where the traffic of floating IPs was sent, in order. */
  moves(): readonly Move[];
  /** What was not as Hetzner's document has it. */
  violations(): readonly Violation[];
  forgetViolations(): void;
  state(): State;
  /** As at the start, but for what the project holds: no faults, delays or revocations, a full budget, no requests or moves. Violations stay. */
  reset(): void;
}
