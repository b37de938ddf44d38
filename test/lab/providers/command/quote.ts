/** A text in double quotes as Go's %q prints it; the real provider quotes commands like this in its errors. */
export function quote(text: string): string {
  const letters: Record<string, string> = {
    "\n": "n",
    "\r": "r",
    "\t": "t",
    "\b": "b",
    "\f": "f",
    "\v": "v",
    "\x07": "a",
  };
  const quoted = text.replace(/["\\]/g, "\\$&").replace(/\p{Cc}/gu, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return `\\${letters[character] ?? (code.length > 2 ? `u${code.padStart(4, "0")}` : `x${code.padStart(2, "0")}`)}`;
  });
  return `"${quoted}"`;
}
