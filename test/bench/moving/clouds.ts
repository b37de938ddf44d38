// What differs between the clouds that move an address here, and a notify script as it is usually written for each.
import type { Move } from "../../lab/cloud/api/move";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import type { MachineName } from "../../lab/layout";
import type { Pair } from "../../pair/pair";
import type { ApiRequest } from "../../pair/platforms/platform";
import { awsMoving } from "./awsMoving";
import { hetznerMoving } from "./hetznerMoving";

export interface MovingCloud {
  readonly form: "hcloud" | "aws";
  /** What it calls an address that moves. */
  readonly addressKind: string;
  /** Makes it take so long until traffic follows a claim. */
  delay(lab: Lab, seconds: number): Promise<void>;
  /** Since the last `forget`. */
  calls(lab: Lab): Promise<readonly ApiRequest[]>;
  moves(lab: Lab): Promise<readonly Move[]>;
  forget(lab: Lab): Promise<void>;
  /** Makes ready what the script needs; returns its text for a node. */
  oneShotScript(lab: Lab, pair: Pair): Promise<(host: Host<MachineName>) => Promise<string>>;
}

export const movingClouds = { hcloud: hetznerMoving, aws: awsMoving } as const;
