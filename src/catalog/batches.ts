/** Rows for one statement: SQLite takes 32,766 parameters, and the widest table has fifteen columns. */
const rowsAtOnce = 200;

/** `items` in pieces, unless told otherwise such as fit into one statement. */
export function* batches<T>(items: readonly T[], atOnce = rowsAtOnce): Generator<T[]> {
  for (let start = 0; start < items.length; start += atOnce) yield items.slice(start, start + atOnce);
}
