// What many resources of AWS have in common.
import { chosen, fixed, text, words } from "../../bridge/properties";
import type { Schema } from "../../protocol/inputs";

/** Of the provider's configuration, unless the program names another. */
export const region = fixed(chosen(text));

/** The tags of the resource together with those of the provider's configuration. */
export const tagged = { tagsAll: words } as const satisfies Schema;

const name = chosen(fixed({ type: "string", autoName: true }));

export const named = (maxLength: number) => ({ name: { ...name, maxLength }, namePrefix: fixed(chosen(text)) });
