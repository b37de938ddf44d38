// Values of any kind that fields may get, with everything in them that has a meaning somewhere.
import fc from "fast-check";
import * as checks from "../../../../src/validation/checks";

/** Text of one line with everything in it that has a meaning somewhere. */
export const anyText = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(..."%[]{}()'\"\\$#; \t-!,|=:@*?&a0"), minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      "if",
      "unless",
      "or",
      "||",
      "}",
      "{",
      "--",
      "-i",
      "-m",
      "%[src]",
      "%%",
      "$HOME",
      "'",
      '"',
      "\\",
      "a b",
      "server x",
      " #",
    ),
  )
  .filter((text) => checks.text(1024)("", text).length === 0);
export const host = fc.domain();
export const network = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
);
export const path = fc.oneof(
  fc.webPath().map((text) => (text.startsWith("/") ? text : `/${text}`)),
  fc.string({ unit: fc.constantFrom(..."abc'\"\\$%{}[]()*+.^|-"), maxLength: 10 }).map((text) => `/${text}`),
);
export const headerName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
export const some = <T>(item: fc.Arbitrary<T>, maxLength = 4) => fc.array(item, { minLength: 1, maxLength });
export const optionally = <T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) =>
  fc.record(fields, { requiredKeys: [] });
export const seconds = fc.integer({ min: 1, max: 100 });

export const port = fc.integer({ min: 1, max: 65535 });
export const address = fc.oneof(fc.ipV4(), fc.ipV6());
/** A line of HAProxy's holds fewer words than this. */
const LONG = 80;
/** Now and then more than fit in a line. */
export const many = <T>(item: fc.Arbitrary<T>) =>
  fc.oneof(
    { arbitrary: some(item), weight: 19 },
    { arbitrary: fc.array(item, { minLength: LONG, maxLength: LONG }), weight: 1 },
  );
/** Lines of HAProxy's own language that fit anywhere in a section. */
export const raw = (...lines: readonly string[]) => fc.uniqueArray(fc.constantFrom(...lines), { maxLength: 2 });
