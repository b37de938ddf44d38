// How a pair comes to be on one of the lab's platforms: arguments in, and where its nodes are once it is deployed.
import type { Lab } from "../../lab/lab";
import type { PairSettings } from "../pair";
import { awsPlatform } from "./aws";
import { existingPlatform } from "./existing";
import { hcloudPlatform } from "./hcloud";
import type { Site, StackOutputs } from "./site";

export const platformNames = ["existing", "hcloud", "aws"] as const;
export type PlatformName = (typeof platformNames)[number];

export interface LabPlatform {
  readonly name: PlatformName;
  /** The arguments of the library's platform, but for what is secret. */
  arguments(settings: PairSettings): object;
  /** Secrets among them, by the names that examples have for them in their configuration. */
  secrets(settings: PairSettings): Readonly<Record<string, string>>;
  /** Settings of the examples. */
  readonly exampleConfig: Readonly<Record<string, unknown>>;
  /** For the engine's providers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the pair is; on some platforms only the stack's outputs tell. */
  site(outputs: StackOutputs | undefined): Site;
}

/** A lab with a cloud is for pairs in that cloud. */
export function platformOf(lab: Lab): LabPlatform {
  const platforms = { hcloud: hcloudPlatform, aws: awsPlatform, machines: existingPlatform };
  return (lab.cloud ? platforms[lab.cloud] : existingPlatform)(lab);
}

/** A request to a cloud's API, as far as all clouds have it. */
export interface ApiRequest {
  /** Milliseconds of the lab's clock. */
  readonly at: number;
  readonly source: string;
  /** It is to move an address. */
  readonly isClaim: boolean;
  /** It did not get the answer that it should have, by a fault or by the API's own rules. */
  readonly failed: boolean;
}
