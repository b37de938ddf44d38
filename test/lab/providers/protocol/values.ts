// Property values as the engine sends them to a provider: plain JSON in which secrets, assets and values that are not
// known yet are marked. Knows the wire format, and nothing of any resource.

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A value that a preview cannot know, whatever its type. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the engine sends for such values, one for each type. */
const unknowns = new Set([
  unknown,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function isObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isUnknown(value: Value): boolean {
  return typeof value === "string" && unknowns.has(value);
}

/** Is the value, or anything in it, not known yet? */
export function hasUnknown(value: Value): boolean {
  return typeof value === "object" && value !== null ? Object.values(value).some(hasUnknown) : isUnknown(value);
}

/** JSON whose keys are in order, as Go writes it. */
export function toJson(value: Value): string {
  const sorted = (part: Value): Value => {
    if (Array.isArray(part)) {
      return part.map(sorted);
    }
    return isObject(part)
      ? Object.fromEntries(
          Object.entries(part)
            .sort(byKey)
            .map(([key, of]) => [key, sorted(of)]),
        )
      : part;
  };
  return JSON.stringify(sorted(value));
}

function byKey([a]: [string, Value], [b]: [string, Value]): number {
  return a < b ? -1 : 1;
}

/** Without what is undefined, which JSON does not have. */
export function given(properties: { readonly [name: string]: Value | undefined }): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

/** Nothing, or what stands for it: an empty text, list or object, 0, false. */
export function isEmpty(value: Value | undefined): boolean {
  return Array.isArray(value) || isObject(value) ? Object.keys(value).length === 0 : !value;
}

export function isSecret(value: Value | undefined): value is { value: Value } {
  return isObject(value) && value[signature] === secretSignature;
}

export function isAsset(value: Value): value is Properties {
  return isObject(value) && value[signature] === assetSignature;
}

export function isArchive(value: Value): value is Properties {
  return isObject(value) && value[signature] === archiveSignature;
}

export function secret(value: Value): Value {
  return isSecret(value) ? value : { [signature]: secretSignature, value };
}

/** The value without any mark of secrecy in it, to work with. */
export function reveal(value: Value): Value {
  if (isSecret(value)) {
    return reveal(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(reveal);
  }
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, reveal(part)])) : value;
}

/** Are two values the same to the engine? A secret differs from the same text in the clear, and an asset is its hash. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (isObject(a) && isObject(b)) {
    if (typeof a.hash === "string" && (isAsset(a) || isArchive(a)) && a[signature] === b[signature]) {
      return a.hash === b.hash;
    }
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => same(value, b[index]));
  }
  return (a ?? null) === (b ?? null);
}
