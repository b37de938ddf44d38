// No string that reaches a configuration file or a command line can break out of its place.
import { changed, problemsOf, sampleArgs } from "../sampleArgs";
import { assertRefused, hostile, type Kind, lineBreaking, textsIn } from "./hostile";

/** Taken as it is, and quoted, or in a file of its own: only what no quotes can hold is refused. */
const quoted =
  /^revision$|\.(body|contentType|location|prefix|expectBody|realm)$|\.(set|add|headers)(\["[^"]+"\]|\.\w+)$|\.values\[\d+\]$|\.raw(\.\w+)?\[\d+\]$|\.pathRegexes\[\d+\]$|\.errorPages\[/;
/** Paths of URLs may have what else has a meaning in a configuration; they are quoted, too. */
const paths = /\.(paths|pathPrefixes)\[\d+\]$|\.(stripPrefix|addPrefix)$/;
/** Words of a file that knows neither quotes nor escapes: only a space would end them. */
const words = /^packages\.haproxy\.source\.(user|password)$/;
/** Certificates and keys are files of their own, or for the SSH client alone. */
const files = /\.(certificates\[\d+\]|authorities|clientCertificate|signingKey|privateKey(Passphrase)?)$/;
const inPaths: readonly Kind[] = [
  "a double quote",
  "a single quote",
  "a backslash",
  "a variable",
  "a command",
  "a backtick",
  "a brace",
  "a template",
];

/** Whether this place takes that text, so that it is the renderer's to keep it in its place. */
function takes(path: string, kind: Kind): boolean {
  if (
    /\.body$|\.errorPages\[/.test(path) &&
    (kind === "a line feed" || kind === "a carriage return" || kind === "a line separator")
  ) {
    return true;
  }
  if (/\.users\.\w+$/.test(path) && kind === "a variable") {
    return true;
  }
  if (words.test(path)) {
    return !/[^!-~]/.test(hostile[kind]);
  }
  return (quoted.test(path) && !lineBreaking.includes(kind)) || (paths.test(path) && inPaths.includes(kind));
}

describe("text that would break out of its place", () => {
  for (const place of textsIn(sampleArgs()).filter(({ path }) => !files.test(path))) {
    it(`is refused in ${place.path}, and shown harmlessly`, () => {
      assertRefused(
        place,
        (kind) => takes(place.path, kind),
        (text) => problemsOf(changed([place.path, text])),
      );
    });
  }
});
