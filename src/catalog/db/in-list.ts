import { type RawBuilder, sql } from 'kysely';

/**
 * For `where(column, 'in', oneOf(ids))`: however many there are, they go as one parameter, and it is always the same
 * statement. As parameters of their own they take longer to name than to look up.
 */
export function inList<T extends string | number>(values: readonly T[]): RawBuilder<T> {
  return sql<T>`(select value from json_each(${JSON.stringify(values)}))`;
}
