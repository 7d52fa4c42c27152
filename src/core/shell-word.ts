/**
 * Text as one word of a command that a person copies into a shell. In double quotes a shell at a terminal still reads
 * `$`, backquotes, backslashes and `!` (as what was typed before), so a text that has one is put into single quotes.
 */
export function shellWord(text: string): string {
  return /["\\$`!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
