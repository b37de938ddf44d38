// What is to go wrong with an API at the moment, and how often yet. Which requests a fault hits is each API's to say.

export interface AnyInjection {
  readonly fault: { readonly kind: string; readonly reads?: number };
  /** How many requests (or connections) it hits. @default all until it is lifted */
  readonly times?: number;
}

interface Entry<I> {
  readonly id: number;
  readonly injection: I;
  left: number;
}

export class FaultList<I extends AnyInjection> {
  private entries: Entry<I>[] = [];
  private lastId = 0;

  /** Returns a number to lift it by. */
  inject(injection: I): number {
    const left = injection.fault.kind === "stale-read" ? injection.fault.reads : injection.times;
    this.lastId += 1;
    this.entries.push({ id: this.lastId, injection, left: left ?? Number.POSITIVE_INFINITY });
    return this.lastId;
  }

  /** One, or all. */
  lift(id?: number): void {
    this.entries = id === undefined ? [] : this.entries.filter((entry) => entry.id !== id);
  }

  list(): { readonly id: number; readonly injection: I }[] {
    return this.entries.map(({ id, injection }) => ({ id, injection }));
  }

  protected has(isMeant: (injection: I) => boolean): boolean {
    return this.entries.some(({ injection }) => isMeant(injection));
  }

  /** The first that is meant; counted. */
  protected take(isMeant: (injection: I) => boolean): I | undefined {
    const entry = this.entries.find(({ injection, left }) => left > 0 && isMeant(injection));
    if (entry) entry.left -= 1;
    this.entries = this.entries.filter(({ left }) => left > 0);
    return entry?.injection;
  }
}

// "/floating_ips/*/actions/assign": a star stands for one part.
export function fitsPath(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const parts = path.split("/");
  return wanted.length === parts.length && wanted.every((part, at) => part === "*" || part === parts[at]);
}
