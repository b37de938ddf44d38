// Which frontends would get into each other's way on a port.
import { type Draft, entries, known } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import type { Frontend, Rule } from "./shapes";

const EVERYWHERE = "every address";
const ANYWHERE = "any address";

/**
 * Two frontends cannot listen on the same address and port. Each is looked up among those before it, and not compared
 * with them: there may be thousands.
 */
export const uniquePorts: Rule = ({ frontends }) => {
  const firsts = new Map<string, Listener>();
  return entries<Frontend>("frontends", frontends).flatMap((listener): Problem[] => {
    const { port, addresses } = listener.value;
    if (!known(port)) {
      return [];
    }
    const own = addresses === undefined ? [EVERYWHERE] : knownOnes(addresses);
    const inTheWay = addresses === undefined ? [ANYWHERE] : [EVERYWHERE, ...own];
    const first = earliest(inTheWay.flatMap((place) => firsts.get(keyOf(port, place)) ?? []));
    for (const key of [ANYWHERE, ...own].map((place) => keyOf(port, place))) {
      firsts.set(key, firsts.get(key) ?? listener);
    }
    return first ? [taken(listener, first)] : [];
  });
};

type Listener = ReturnType<typeof entries<Frontend>>[number];

function keyOf(port: unknown, place: string): string {
  return `${show(port)} ${place}`;
}

/** Those that are not known yet may differ. */
function knownOnes(addresses: Draft<Draft<string>[]>): string[] {
  return Array.isArray(addresses) ? addresses.filter((address) => typeof address === "string") : [];
}

function earliest(listeners: readonly Listener[]): Listener | undefined {
  return listeners.reduce<Listener | undefined>(
    (first, one) => (first === undefined || one.index < first.index ? one : first),
    undefined,
  );
}

function taken({ path, value }: Listener, first: Listener): Problem {
  return problem(
    `${path}.port`,
    `${show(value.port)} is already used by ${first.path} (${show(first.value.name)}). Give one of them another port.`,
  );
}
