// A page for every example, with its files; links to its folder, or to one of them, lead there.
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { type Application, Converter, DocumentReflection, type NormalizedPath } from "typedoc";
import { PAGE } from "./pages.mjs";

const notShown = ["package.json", "package-lock.json"];

export function addExamples(app: Application, folder: string): void {
  app.converter.on(Converter.EVENT_CREATE_PROJECT, ({ project }) => {
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      const files = filesOf(join(folder, name));
      const text = [`# ${name}`, ...files.map((file) => section(join(folder, name, file)))].join("\n\n");
      const document = new DocumentReflection(name, project, [{ kind: "text", text }], {
        group: "Examples",
        [PAGE]: `examples/${name}`,
      });
      project.addChild(document);
      project.registerReflection(document, undefined, join(folder, name) as NormalizedPath);
      for (const file of files) {
        project.files.registerReflectionPath(join(folder, name, file) as NormalizedPath, document);
      }
    }
  });
}

/** The program first. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !notShown.includes(entry.name))
    .map((entry) => entry.name)
    .sort((a, b) => Number(b.startsWith("index.")) - Number(a.startsWith("index.")) || a.localeCompare(b));
}

function section(file: string): string {
  const text = readFileSync(file, "utf8");
  const extension = extname(file).slice(1);
  const language = text.startsWith("#!/bin/sh") ? "sh" : ({ py: "python" }[extension] ?? extension);
  return `## ${basename(file)}\n\n\`\`\`${language}\n${text}\`\`\``;
}
