// The commands that README.md and the guides give, each with what stands around it.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");

export const guides = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** In lists, they are indented. */
const ANY_BLOCK = /^ *```[\s\S]*?^ *```$/gm;

/** What stands in the blocks of code of a language. */
export function blocksOf(text: string, language: string): string[] {
  const block = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^\\1\`\`\`$`, "gm");
  return [...text.matchAll(block)].map(([, indent = "", code = ""]) =>
    code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}

export interface ShownCommand {
  readonly guide: string;
  /** The heading that it stands under. */
  readonly section: string;
  /** Without its comment. */
  readonly text: string;
  /** Its own comment, and the section without any code. */
  readonly around: string;
}

export function shownCommands(guide: string): ShownCommand[] {
  return sectionsOf(readFileSync(join(root, guide), "utf8")).flatMap(({ title, text }) => {
    const prose = text.replaceAll(ANY_BLOCK, "");
    return ["sh", "bash", "shell", "console"].flatMap((language) =>
      blocksOf(text, language)
        .flatMap(linesOf)
        .map(({ command, comment }) => ({ guide, section: title, text: command, around: `${comment}\n${prose}` })),
    );
  });
}

/** Headings within code are none. */
function sectionsOf(text: string): { title: string; text: string }[] {
  const sections = [{ title: "", text: "" }];
  let inCode = false;
  for (const line of text.split("\n")) {
    if (line.trimStart().startsWith("```")) inCode = !inCode;
    const [, title] = (!inCode && /^#+ (.*)$/.exec(line)) || [];
    if (title) sections.push({ title, text: "" });
    else (sections.at(-1) as { text: string }).text += `${line}\n`;
  }
  return sections;
}

function linesOf(block: string): { command: string; comment: string }[] {
  return (
    block
      .replaceAll("\\\n", " ")
      // Text in quotes may go on in the next line; an apostrophe in a comment begins none.
      .replaceAll(/'[^'#]*'/g, (quoted) => quoted.replaceAll(/\n\s*/g, " "))
      .split("\n")
      .flatMap((line) => {
        const [, command = "", comment = ""] = /^(?:\$ )?(.*?)\s*(?:(?:^|\s)#\s(.*))?$/.exec(line) ?? [];
        return command ? [{ command, comment }] : [];
      })
  );
}
