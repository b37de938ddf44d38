// What the smoke test has to know of a cloud beside its pair.

export interface SmokeCloud {
  /** Who may log in to the machines; one that is not root may become it. */
  readonly user: string;
  /** Public address of the machine that has a shared address. */
  holderOf(address: string): Promise<string | undefined>;
  /** The power button of a machine, where it keeps its addresses without power. */
  power?(publicAddress: string, action: "poweron" | "poweroff"): Promise<void>;
}
