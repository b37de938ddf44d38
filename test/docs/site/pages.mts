// Where the pages of guides and examples are: each group in a folder of its own, under the names of their files.
import { type Application, KindRouter, type Reflection } from "typedoc";

/** Of a document's front matter: its page, without an ending. */
export const PAGE = "page";

export function placePages(app: Application): void {
  app.renderer.defineRouter(
    "pages",
    class extends KindRouter {
      protected override getIdealBaseName(reflection: Reflection): string {
        const page = reflection.isDocument() && reflection.frontmatter[PAGE];
        return page ? String(page) : super.getIdealBaseName(reflection);
      }
    },
  );
  app.options.setValue("router", "pages");
}
