// Renders the Mustache templates that stand beside their renderers. Configuration is not HTML: nothing is escaped,
// validation has refused whatever could break out of its place.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Mustache from "mustache";

const sourceRoot = join(__dirname, "..");

/** @param path of the template, relative to the library's root folder */
export function renderTemplate(path: string, view: object): string {
  return Mustache.render(readFileSync(join(sourceRoot, path), "utf8"), view, {}, { escape: String });
}
