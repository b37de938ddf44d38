// The tests' hand on AWS: in whichever process they run, by the socket in the lab's state directory.
import path from "node:path";
import { callControl } from "../cloud/api/control";
import type { ControlCalls } from "./control/calls";
import type { Fault, Injection } from "./faults/faults";

export type { Move } from "../cloud/api/move";
export type { AddressState, InstanceState, State } from "./control/calls";
export type { Fault, Injection } from "./faults/faults";
export type { Delays } from "./front";
export type { Image } from "./images";
export type { Keys } from "./moto";
export type { RequestRecord } from "./requestLog";

export const controlSocket = (stateDir: string) => path.join(stateDir, "aws.sock");

type Name = keyof ControlCalls;
type Result<N extends Name> = Promise<ReturnType<ControlCalls[N]>>;

export class AwsControl {
  constructor(private readonly socket: string) {}

  static of(stateDir: string): AwsControl {
    return new AwsControl(controlSocket(stateDir));
  }

  endpoints = () => this.call("endpoints");

  /** Of a user who may do everything: for the engine. */
  keys = () => this.call("keys");

  /** Seconds by action ("AssociateAddress"), "*" for all others, and "traffic". */
  delays = (changed: Parameters<ControlCalls["delays"]>[0] = {}) => this.call("delays", changed);

  /** Makes something go wrong; returns a number to lift it by. */
  inject = (fault: Fault, where: Omit<Injection, "fault"> = {}) => this.call("inject", { fault, ...where });

  /** Every API fails until it is lifted. */
  outage = (how: "503" | "refused" = "503") =>
    this.inject(how === "refused" ? { kind: "refused" } : { kind: "error", code: "Unavailable" });

  lift = (id?: number) => this.call("lift", id);
  faults = () => this.call("faults");

  /** Role credentials made from now on live for so many seconds. */
  setCredentialLifetime = (seconds: number) => this.call("setCredentialLifetime", seconds);

  /** Ends all role credentials that instances have; who asks for them again gets new ones. */
  expireCredentials = () => this.call("expireCredentials");

  /** A later release of an image, under the public parameter of the former. */
  publishImage = (...[image]: Parameters<ControlCalls["publishImage"]>) => this.call("publishImage", image);

  requests = () => this.call("requests");
  forget = () => this.call("forget");
  moves = () => this.call("moves");
  state = () => this.call("state");
  reset = () => this.call("reset");

  /** Id of the instance that holds an Elastic IP, by EC2's own books; null for none. */
  async holderOf(address: string): Promise<string | null> {
    const { addresses } = await this.state();
    const found = addresses.find((known) => known.address === address);
    if (!found) throw new Error(`There is no Elastic IP ${address}.`);
    return found.instance;
  }

  private call<N extends Name>(call: N, ...args: Parameters<ControlCalls[N]>): Result<N> {
    return callControl<ControlCalls, N>(this.socket, call, ...args);
  }
}
