// Where the traffic for an address of a cloud's was sent.

export interface Move {
  /** Milliseconds of the lab's clock, when the traffic went there. */
  readonly at: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly address: string;
  /** What the cloud's API calls the machine: a name on Hetzner Cloud, an id on AWS; null for nobody. */
  readonly from: string | null;
  readonly to: string | null;
}
