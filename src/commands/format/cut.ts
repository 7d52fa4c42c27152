import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** Cells of a terminal that a text takes: a Chinese character and an emoji take two, a combining accent none. */
export function widthOf(text: string): number {
  // Most names are plain ASCII, and counting graphemes costs fifty times as much.
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/**
 * The text in at most `columns` cells, with `…` where something is missing. In the middle a path keeps its beginning and
 * its file name.
 */
export function cut(text: string, columns: number, position: 'middle' | 'end' = 'end'): string {
  if (widthOf(text) <= columns) return text;
  return cliTruncate(text, columns, { position });
}

/** The text in exactly `columns` cells, filled with spaces. */
export function padded(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return align === 'left' ? text + fill : fill + text;
}
