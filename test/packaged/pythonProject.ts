// A user's project in Python: an example as it stands, the plugin as npm would install it, the SDK that is generated from
// the plugin's schema, and an environment that has it.
import { cpSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { command, pack, sdkVersion } from "../package/packed";
import { exampleDirectory, type Program } from "../pair/programs";

/** Where the package is in it. */
export const installed = "plugin/node_modules/pulumi-ha-load-balancer";

export function pythonProject(directory: string, name: string): Program {
  const project = join(directory, name);
  cpSync(join(exampleDirectory, name), project, { recursive: true });
  const quiet = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const packages = [pack(directory).file, `@pulumi/pulumi@${sdkVersion}`];
  command(project, "npm", ["install", "--prefix", "plugin", ...quiet, ...packages]);
  const setup = resolve(__dirname, "../setup/python-program");
  const [host, environment] = command(project, "bash", [setup]).trim().split("\n") as [string, string];
  generateSdk(project, host);
  makeEnvironment(project, environment);
  // The language host is older than `virtualenv` as the engine passes it on: this one is activated.
  return { name, directory: project, path: [join(project, "venv/bin"), host] };
}

/** What `pulumi package add` does; it needs a language host that can. */
function generateSdk(project: string, host: string): void {
  const schema = join(installed, "dist/packaged/schema.json");
  command(project, join(host, "python-sdk"), [schema, "sdks/ha-load-balancer"]);
}

/** The one that is cached stays as it is: what it has can be seen from the project's own. */
function makeEnvironment(project: string, cached: string): void {
  const python = join(project, "venv/bin/python");
  command(project, join(cached, "bin/python"), ["-m", "venv", "--without-pip", "venv"]);
  const paths = 'import sysconfig; print(sysconfig.get_path("purelib"))';
  const [seen, own] = [join(cached, "bin/python"), python].map((one) => command(project, one, ["-c", paths]).trim());
  writeFileSync(join(own as string, "cached.pth"), `${seen}\n`);
  const offline = ["--disable-pip-version-check", "--python", python, "install", "--no-index", "--no-build-isolation"];
  command(project, join(cached, "bin/pip"), [
    ...offline,
    "--requirement",
    "requirements.txt",
    "./sdks/ha-load-balancer",
  ]);
}
