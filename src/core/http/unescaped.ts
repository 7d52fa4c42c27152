/** What a part of an address says without its escapes; undefined where they are none (`%f`, `%ff`). */
export function unescaped(text: string): string | undefined {
  // Most have none, and many are asked in each second.
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
