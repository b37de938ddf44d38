// The guides of the site: every Markdown file of docs, in the order in which README.md names them, by their own titles.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Application, Converter } from "typedoc";
import { PAGE } from "./pages.mjs";

export function guidesOf(root: string): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const place = (file: string) => {
    const found = readme.lastIndexOf(`| [docs/${file}]`);
    return found < 0 ? readme.length : found;
  };
  const files = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
  return files.sort((a, b) => place(a) - place(b)).map((file) => join(root, "docs", file));
}

export function titleGuides(app: Application): void {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    document.frontmatter.group = "Guides";
    document.frontmatter[PAGE] = `guides/${document.name}`;
    const text = document.content.map((part) => part.text).join("");
    document.name = /^# (.+)$/m.exec(text)?.[1]?.replaceAll("`", "") ?? document.name;
  });
}
