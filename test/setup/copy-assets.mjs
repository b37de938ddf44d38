// Copies what is not TypeScript from src to dist (or the directory given): templates, the package's schema, and everything
// that goes to a host as it is. File modes are kept. tsc has made the directory before, in which it makes no program executable.
import { chmodSync, cpSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const source = join(root, "src");
const target = process.argv[2] ?? join(root, "dist");

for (const asset of globSync(["**/*.mustache", "packaged/schema.json", "host/files", "monitoring"], { cwd: source })) {
  cpSync(join(source, asset), join(target, asset), { recursive: true });
}
const { bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const program of Object.values(bin)) {
  chmodSync(join(target, program.replace(/^dist\//, "")), 0o755);
}
