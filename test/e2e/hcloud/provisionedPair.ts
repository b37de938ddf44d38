// One pair for the files about provisioning, each of which leaves it serving for the next: making one takes half a minute.
import type { Lab } from "../../lab/lab";
import { audit } from "../../pair/audit";
import { type HcloudSettings, Pair, type PairSettings } from "../../pair/pair";
import { withLab } from "../labForTests";

export const operatorAddresses = ["198.51.100.2", "2001:db8:51::2"] as const;
const clientAddresses = ["198.51.100.3", "2001:db8:51::3"] as const;

/** All that a user can say about what is made. */
export const settings: PairSettings & { readonly hcloud: HcloudSettings } = {
  hcloud: {
    ssh: { allowFrom: ["198.51.100.2"] },
    allowClientsFrom: [...operatorAddresses, ...clientAddresses],
    floatingIps: [{ name: "main" }, { name: "second" }, { name: "six", type: "ipv6" }],
    labels: { team: "edge" },
  },
};

let current: Pair | undefined;

/** @param ready gets a pair that may not have been deployed yet */
export function withPair(ready: (pair: Pair) => Promise<void> | void): void {
  withLab(
    "hcloud-provisioning",
    async (lab: Lab) => {
      if (current?.lab !== lab) {
        current = await Pair.prepare(lab, settings);
      }
      await ready(current);
    },
    { cloud: "hcloud" },
  );
}

/** Deployed, with these settings, and redundant. */
export function withServingPair(ready: (pair: Pair) => Promise<void> | void): void {
  withPair(async (pair) => {
    await pair.configure(settings);
    await pair.up();
    await audit(pair);
    await ready(pair);
  });
}

/** After it was destroyed. */
export function forgetPair(): void {
  current = undefined;
}
