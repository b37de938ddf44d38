// Looks through a built site: every address on its pages leads to a file, and to an anchor where it names one.
import { globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export interface Crawl {
  readonly pages: readonly string[];
  /** `page: address` of everything that leads nowhere. */
  readonly broken: readonly string[];
  /** Addresses on other hosts, which nobody asks here. */
  readonly external: readonly string[];
}

export function crawl(site: string): Crawl {
  const pages = globSync("**/*.html", { cwd: site }).sort();
  const anchors = new Map<string, Set<string>>();
  const hasAnchor = (file: string, anchor: string) => {
    const known = anchors.get(file) ?? anchorsOf(readFileSync(file, "utf8"));
    anchors.set(file, known);
    return known.has(anchor);
  };
  const addresses = pages.flatMap((page) => addressesOf(read(site, page)).map((address) => ({ page, address })));
  const isExternal = ({ address }: { address: string }) => /^(?:[a-z][a-z+.-]*:|\/\/)/i.test(address);
  const leads = (page: string, address: string): boolean => {
    const [path = "", anchor] = address.split("#").map(decodeURIComponent) as [string, string?];
    const named = path ? resolve(site, dirname(page), path) : resolve(site, page);
    // What a host of static pages answers for a folder.
    const file = path.endsWith("/") ? join(named, "index.html") : named;
    return file.startsWith(resolve(site)) && isFile(file) && (!anchor || hasAnchor(file, anchor));
  };
  return {
    pages,
    broken: addresses
      .filter((one) => !isExternal(one) && !leads(one.page, one.address))
      .map(({ page, address }) => `${page}: ${address}`),
    external: [...new Set(addresses.filter(isExternal).map(({ address }) => address))].sort(),
  };
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
const read = (site: string, page: string) => readFileSync(join(site, page), "utf8");

function addressesOf(html: string): string[] {
  return [...html.matchAll(/<[a-z][^>]*?\s(?:href|src)="([^"]*)"/gi)].map(([, address = ""]) =>
    address.replaceAll("&amp;", "&"),
  );
}

function anchorsOf(html: string): Set<string> {
  return new Set([...html.matchAll(/<[a-z][^>]*?\sid="([^"]*)"/gi)].map(([, id = ""]) => id.replaceAll("&amp;", "&")));
}
