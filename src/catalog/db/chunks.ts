/** Rows for one statement: SQLite takes 32,766 parameters, and the widest table has fifteen columns. */
const rowsAtOnce = 200;

/** `items` in pieces that fit into one statement, or of `atOnce` each. */
export function* chunks<T>(items: readonly T[], atOnce = rowsAtOnce): Generator<T[]> {
  for (let start = 0; start < items.length; start += atOnce) yield items.slice(start, start + atOnce);
}
