/** Rows for one statement: SQLite takes 32,766 parameters, and the widest table has fifteen columns. */
const rowsAtOnce = 200;

/** `items` in pieces that fit into one statement. */
export function* batches<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += rowsAtOnce) yield items.slice(start, start + rowsAtOnce);
}
