// bundle.mjs ENTRY OUTPUT: one CommonJS file of a provider double and all that it imports.
import { rename } from "node:fs/promises";
import { build } from "esbuild";

const [entry, output] = process.argv.slice(2);
// Two engines may start the double at the same moment: each writes a file of its own, and the last rename wins.
const own = `${output}.${process.pid}`;
await build({
  entryPoints: [entry],
  outfile: own,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  minifySyntax: true,
  // Compilers that the SDK loads only for programs, and ssh2's optional native code.
  external: ["typescript", "ts-node", "*.node", "cpu-features"],
  logLevel: "error",
});
await rename(own, output);
