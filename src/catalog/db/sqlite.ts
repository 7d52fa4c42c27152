import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { asDiskFault } from '../../core/sqlite-errors.ts';
import { createYielder } from '../../core/yield-often.ts';
import { createRowReader, createSelectReader, type RowReader } from './row-reader.ts';
import type { Schema } from './schema.ts';

/** More distinct statements than the repository has: the cache only guards against a leak. */
const statementsKept = 200;

/** A longer statement writes many rows at once: its like rarely comes again, and each takes much memory. */
const maxKept = 4000;

type Prepared = { reader: RowReader } | { statement: StatementSync };

/** The only parameter of a statement that is to run once for each of many rows; the values of each in the statement's order. */
export class Rows {
  readonly values: readonly (readonly unknown[])[];

  constructor(values: readonly (readonly unknown[])[]) {
    this.values = values;
  }
}

/** Rows that are written between two looks at how long the event loop has been held. */
const rowsBetweenYields = 32;

/**
 * Kysely's only connection, over an open node:sqlite database: nothing to compile. Many rows, and many statements one
 * after the other, let others run in between; nobody else uses the connection meanwhile. A disk that is full or fails is
 * told as that, by whichever statement finds out.
 */
function createConnection(database: DatabaseSync, file: string): DatabaseConnection {
  const statements = new Map<string, Prepared>();
  const yieldOften = createYielder();

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
    const prepared = prepareAnew(sql);
    if (statements.size >= statementsKept) statements.clear();
    if (sql.length <= maxKept) statements.set(sql, prepared);
    return prepared;
  }

  function prepareAnew(sql: string): Prepared {
    const select = createSelectReader(database, sql, yieldOften);
    if (select) return { reader: select };
    const statement = database.prepare(sql);
    const reader = createRowReader(statement, yieldOften);
    return reader ? { reader } : { statement };
  }

  async function read(reader: RowReader, parameters: readonly unknown[]): Promise<unknown[]> {
    try {
      return await reader.rows(parameters as readonly SQLInputValue[]);
    } catch (error) {
      throw asDiskFault(error, file);
    }
  }

  async function runEach(statement: StatementSync, { values }: Rows): Promise<number> {
    let changes = 0;
    let at = 0;
    try {
      for (const parameters of values) {
        const others = at++ % rowsBetweenYields === 0 ? yieldOften() : undefined;
        if (others) await others;
        changes += Number(statement.run(...(parameters as SQLInputValue[])).changes);
      }
      return changes;
    } catch (error) {
      throw asDiskFault(error, file);
    }
  }

  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const others = yieldOften();
      if (others) await others;
      // A full disk may have ended the transaction already: that it did must not be told in place of why.
      if (sql === 'rollback' && !database.isTransaction) return { rows: [] };
      // One that reads first could not write any more once another process has written: SQLite refuses it at once.
      const prepared = telling(() => prepare(sql === 'begin' ? 'begin immediate' : sql));
      if ('reader' in prepared) return { rows: (await read(prepared.reader, parameters)) as R[] };
      const { statement } = prepared;
      const [first] = parameters;
      if (first instanceof Rows)
        return { rows: [], numAffectedRows: BigInt(await runEach(statement, first)) };
      const { changes, lastInsertRowid } = telling(() => statement.run(...(parameters as SQLInputValue[])));
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    // biome-ignore lint/correctness/useYield: no query of the catalog is streamed.
    async *streamQuery() {
      throw new Error('a query of the catalog is not streamed');
    },
  };
}

/** One connection, which Kysely hands to one at a time. It is closed when the statement that runs has ended. */
function createDriver(database: DatabaseSync, file: string): Driver {
  const { executeQuery, ...rest } = createConnection(database, file);
  let running: Promise<unknown> | undefined;
  const connection: DatabaseConnection = {
    ...rest,
    executeQuery(query) {
      const ran = executeQuery(query);
      running = ran;
      return ran as never;
    },
  };
  const run = (words: string) => async () => void (await connection.executeQuery(CompiledQuery.raw(words)));
  return {
    init: async () => undefined,
    acquireConnection: async () => connection,
    beginTransaction: run('begin'),
    commitTransaction: run('commit'),
    rollbackTransaction: run('rollback'),
    releaseConnection: async () => undefined,
    async destroy() {
      await running?.catch(() => undefined);
      database.close();
    },
  };
}

/** Kysely over an open node:sqlite database. Closing the one closes the other. @param file as a person is told of it */
export function kyselyOver(database: DatabaseSync, file = 'the catalog'): Kysely<Schema> {
  return new Kysely<Schema>({
    dialect: {
      createDriver: () => createDriver(database, file),
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}
