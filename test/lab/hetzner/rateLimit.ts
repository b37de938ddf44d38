// The project's budget of requests: so many at most, and one comes back with every second.

export const requestsPerHour = 3600;

export class RateLimit {
  private remaining: number;
  private countedAt: number;

  /** @param seconds the time of now, in seconds since 1970 */
  constructor(
    private readonly seconds: () => number = () => Date.now() / 1000,
    readonly limit = requestsPerHour,
  ) {
    this.remaining = limit;
    this.countedAt = seconds();
  }

  /** False when there is none left. */
  take(): boolean {
    this.refill();
    if (this.remaining < 1) return false;
    this.remaining -= 1;
    return true;
  }

  set(remaining: number): void {
    this.remaining = remaining;
    this.countedAt = this.seconds();
  }

  headers(): Record<string, string> {
    this.refill();
    return {
      "RateLimit-Limit": String(this.limit),
      "RateLimit-Remaining": String(Math.floor(this.remaining)),
      // When all of them are there again.
      "RateLimit-Reset": String(Math.ceil(this.countedAt + this.limit - this.remaining)),
    };
  }

  private refill(): void {
    const seconds = this.seconds();
    this.remaining = Math.min(this.limit, this.remaining + seconds - this.countedAt);
    this.countedAt = seconds;
  }
}
