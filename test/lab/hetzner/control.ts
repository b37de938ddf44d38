// The tests' hand on the API: in whichever process they run, by the socket in the lab's state directory.
import path from "node:path";
import { callControl } from "../cloud/api/control";
import type { ControlCalls } from "./control/calls";
import type { Fault, Injection } from "./faults/faults";

export type { Move } from "../cloud/api/move";
export type { FloatingIpState, ServerState, State } from "./control/calls";
export type { Fault, Injection } from "./faults/faults";
export type { RequestRecord } from "./requestLog";

export const controlSocket = (stateDir: string) => path.join(stateDir, "hetzner.sock");

type Name = keyof ControlCalls;
type Result<N extends Name> = Promise<ReturnType<ControlCalls[N]>>;

export class HetznerControl {
  constructor(private readonly socket: string) {}

  static of(stateDir: string): HetznerControl {
    return new HetznerControl(controlSocket(stateDir));
  }

  endpoints = () => this.call("endpoints");

  /** Seconds by command ("assign_floating_ip"), "*" for all others. */
  delays = (changed: Parameters<ControlCalls["delays"]>[0] = {}) => this.call("delays", changed);

  /** Makes something go wrong; returns a number to lift it by. */
  inject = (fault: Fault, where: Omit<Injection, "fault"> = {}) => this.call("inject", { fault, ...where });

  /** Everything fails until it is lifted. */
  outage = (how: "503" | "refused" = "503") =>
    this.inject(how === "refused" ? { kind: "refused" } : { kind: "status", status: 503 });

  lift = (id?: number) => this.call("lift", id);
  faults = () => this.call("faults");
  revoke = (token: string) => this.call("revoke", token);
  restore = (token?: string) => this.call("restore", token);
  setRemaining = (requests: number) => this.call("setRemaining", requests);
  requests = () => this.call("requests");
  forget = () => this.call("forget");
  moves = () => this.call("moves");
  violations = () => this.call("violations");
  forgetViolations = () => this.call("forgetViolations");
  state = () => this.call("state");
  reset = () => this.call("reset");

  /** Name of the server that holds a floating IP, by the API's own books; null for none. */
  async holderOf(address: string): Promise<string | null> {
    const { floatingIps } = await this.state();
    const found = floatingIps.find((floatingIp) => floatingIp.address === address);
    if (!found) throw new Error(`There is no floating IP ${address}.`);
    return found.server;
  }

  private call<N extends Name>(call: N, ...args: Parameters<ControlCalls[N]>): Result<N> {
    return callControl<ControlCalls, N>(this.socket, call, ...args);
  }
}
