// The words in which tables of a provider's inputs and outputs are written.
import type { Property } from "../protocol/inputs";

export const text = { type: "string" } as const satisfies Property;
export const integer = { type: "integer" } as const satisfies Property;
export const flag = { type: "boolean" } as const satisfies Property;
export const off = { type: "boolean", default: false } as const satisfies Property;
/** A set of texts. */
export const texts = { type: { list: "string" }, unordered: true } as const satisfies Property;
/** Labels, tags. */
export const words = { type: { map: "string" } } as const satisfies Property;

export const fixed = <P extends Property>(property: P) => ({ ...property, replaces: true }) as const;
export const needed = <P extends Property>(property: P) => ({ ...property, required: true }) as const;
/** Left out, the provider chooses it. */
export const chosen = <P extends Property>(property: P) => ({ ...property, computed: true }) as const;
/** In the real provider only. */
export const missing = <P extends Property>(property: P) => ({ ...property, missingInDouble: true }) as const;
