// Exits 0 when what npm says it installed in ROOT/node_modules is what ROOT/package-lock.json asks for.
// Plain JavaScript without dependencies: it runs before any are there.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = process.argv[2];
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8")).packages;
const wanted = read("package-lock.json");
const installed = read("node_modules/.package-lock.json");

const current = Object.entries(wanted)
  .filter(([path]) => path.startsWith("node_modules/") || path.includes("/node_modules/"))
  // Optional ones are for one platform each.
  .every(([path, entry]) => {
    const found = installed[path];
    return found ? found.version === entry.version && found.resolved === entry.resolved : entry.optional || entry.peer;
  });
process.exitCode = current ? 0 : 1;
