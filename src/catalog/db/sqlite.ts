import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { asDiskFault } from '../../core/sqlite-errors.ts';
import type { Schema } from './schema.ts';

/** More distinct statements than the repository has: the cache only guards against a leak. */
const statementsKept = 200;

/** A longer statement writes many rows at once: its like rarely comes again, and each takes much memory. */
const maxKept = 4000;

interface Prepared {
  statement: StatementSync;
  /** Names of its columns; none when it gives no rows. */
  columns: string[];
}

/** The only parameter of a statement that is to run once for each of many rows; the values of each in the statement's order. */
export class Rows {
  readonly values: readonly (readonly unknown[])[];

  constructor(values: readonly (readonly unknown[])[]) {
    this.values = values;
  }
}

/**
 * The part of a better-sqlite3 database that Kysely's dialect uses, on top of node:sqlite: nothing to compile. A disk
 * that is full or fails is told as that, by whichever statement finds out.
 */
function asKyselyDatabase(database: DatabaseSync, file: string) {
  const statements = new Map<string, Prepared>();

  function telling<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asDiskFault(error, file);
    }
  }

  function prepare(sql: string): Prepared {
    // What is kept may give other columns from now on.
    if (/^\s*(?:alter|drop)\b/i.test(sql)) statements.clear();
    const known = statements.get(sql);
    if (known) return known;
    const statement = database.prepare(sql);
    const columns = statement.columns().map(({ name }) => name);
    // As objects, node:sqlite would put every row among what lives long: a long listing would fill the heap.
    statement.setReturnArrays(true);
    if (statements.size >= statementsKept) statements.clear();
    if (sql.length <= maxKept) statements.set(sql, { statement, columns });
    return { statement, columns };
  }

  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare(sql: string) {
      // One that reads first could not write any more once another process has written: SQLite refuses it at once.
      const { statement, columns } = telling(() => prepare(sql === 'begin' ? 'begin immediate' : sql));
      const run = (parameters: readonly unknown[]) =>
        // A full disk may have ended the transaction already: that it did must not be told in place of why.
        sql === 'rollback' && !database.isTransaction
          ? { changes: 0, lastInsertRowid: 0 }
          : telling(() => statement.run(...(parameters as SQLInputValue[])));
      const runEach = ({ values }: Rows) => {
        let changes = 0;
        for (const parameters of values) changes += Number(run(parameters).changes);
        return { changes, lastInsertRowid: 0 };
      };
      const all = (parameters: readonly unknown[]) =>
        (telling(() => statement.all(...(parameters as SQLInputValue[]))) as unknown as unknown[][]).map(
          (values) => rowOf(columns, values),
        );
      return {
        reader: columns.length > 0,
        all,
        run: (parameters: readonly unknown[]) =>
          parameters[0] instanceof Rows ? runEach(parameters[0]) : run(parameters),
        iterate: (parameters: readonly unknown[]) => all(parameters).values(),
      };
    },
  };
}

function rowOf(columns: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < columns.length; at++) row[columns[at] as string] = values[at];
  return row;
}

/** Kysely over an open node:sqlite database. Closing the one closes the other. @param file as a person is told of it */
export function kyselyOver(database: DatabaseSync, file = 'the catalog'): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new SqliteDialect({ database: asKyselyDatabase(database, file) as never }),
  });
}
