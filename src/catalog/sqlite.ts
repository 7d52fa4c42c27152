import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import type { Schema } from './schema.ts';

/** More distinct statements than the repository has: the cache only guards against a leak. */
const statementsKept = 200;

/** A longer statement writes many rows at once: its like rarely comes again, and each takes much memory. */
const longestKept = 4000;

/** The part of a better-sqlite3 database that Kysely's dialect uses, on top of node:sqlite: nothing to compile. */
function asKyselyDatabase(database: DatabaseSync) {
  const statements = new Map<string, { statement: StatementSync; reader: boolean }>();
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare(sql: string) {
      let entry = statements.get(sql);
      if (!entry) {
        const statement = database.prepare(sql);
        entry = { statement, reader: statement.columns().length > 0 };
        if (statements.size >= statementsKept) statements.clear();
        if (sql.length <= longestKept) statements.set(sql, entry);
      }
      const { statement, reader } = entry;
      return {
        reader,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters: readonly unknown[]) => statement.iterate(...(parameters as SQLInputValue[])),
      };
    },
  };
}

/** Kysely over an open node:sqlite database. Closing the one closes the other. */
export function kyselyOver(database: DatabaseSync): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: new SqliteDialect({ database: asKyselyDatabase(database) as never }),
  });
}
