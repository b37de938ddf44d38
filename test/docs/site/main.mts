// Builds the documentation as a static site: README.md, every guide, the examples, and the reference of the API.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Application, TSConfigReader, type TypeDocOptions } from "typedoc";
import { addExamples } from "./examples.mjs";
import { guidesOf, titleGuides } from "./guides.mjs";
import { placePages } from "./pages.mjs";
import { describeValueTypes, describeWords, nameEntryPoints } from "./reference.mjs";

const root = resolve(import.meta.dirname, "../../..");
const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
};

/** What users import, by the source file that it comes from. */
const entryPoints = new Map(
  Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string"
      ? []
      : [[join(root, target.types.replace("dist", "src").replace(".d.ts", ".ts")), path.replace(".", name)] as const],
  ),
);

const options: TypeDocOptions = {
  name,
  entryPoints: [...entryPoints.keys()],
  tsconfig: join(root, "tsconfig.build.json"),
  readme: join(root, "README.md"),
  projectDocuments: guidesOf(root),
  // Nobody knows yet where the sources will be published.
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  groupOrder: ["Guides", "Examples", "Modules", "Classes", "Interfaces", "Functions", "*"],
  navigation: { includeGroups: true, includeFolders: false },
  highlightLanguages: ["ts", "sh", "json", "yaml", "python", "go", "java", "csharp", "ini", "xml"],
  ignoredHighlightLanguages: ["haproxy", "text"],
  // What is meant as a link is written as one; README.md is no host.
  markdownItOptions: { html: true, linkify: false },
  treatWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
};

const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "site") } } });
const app = await Application.bootstrap({ ...options, out: values.out }, [new TSConfigReader()]);
placePages(app);
titleGuides(app);
addExamples(app, join(root, "examples"));
nameEntryPoints(app, entryPoints);
describeValueTypes(app);
describeWords(app);
process.exitCode = (await build()) ? 0 : 1;

async function build(): Promise<boolean> {
  const project = await app.convert();
  if (!project) return false;
  app.validate(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) return false;
  await app.generateDocs(project, values.out);
  return !app.logger.hasErrors() && !app.logger.hasWarnings();
}
