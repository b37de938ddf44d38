// What may come from programs in JavaScript, or from JSON: anything.
import fc from "fast-check";

export const anything = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
  fc.constantFrom<unknown>(undefined, null, Number.NaN, "", [], {}, [[]], [null], Symbol("s"), () => undefined),
);
