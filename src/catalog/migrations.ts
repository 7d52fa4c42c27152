import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

/** Every change of the tables, in order; a change that has shipped is never edited. */
const migrations: Record<string, Migration> = {
  '001-first': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('folders')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('parent_id', 'integer')
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('seen_at', 'integer', (column) => column.notNull())
        .addColumn('listed_at', 'integer')
        .addColumn('missing_since', 'integer')
        .execute();
      await db.schema.createIndex('folders_parent').on('folders').columns(['parent_id', 'name']).execute();
      await db.schema
        .createTable('files')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('folder_id', 'integer', (column) => column.notNull())
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'integer', (column) => column.notNull())
        .addColumn('sent_at', 'integer')
        .addColumn('content_type', 'text')
        .addColumn('checksum', 'text')
        .addColumn('has_password', 'integer', (column) => column.notNull())
        .addColumn('has_access_rules', 'integer', (column) => column.notNull())
        .addColumn('first_seen_at', 'integer', (column) => column.notNull())
        .addColumn('seen_at', 'integer', (column) => column.notNull())
        .addColumn('missing_since', 'integer')
        .addColumn('missed_at', 'integer')
        .addColumn('gone_at', 'integer')
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('files_folder').on('files').columns(['folder_id', 'name']).execute();
      await db.schema
        .createIndex('files_missing')
        .on('files')
        .column('missing_since')
        .where(sql.ref('missing_since'), 'is not', null)
        .execute();
      await db.schema
        .createTable('crawls')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('started_at', 'integer', (column) => column.notNull())
        .addColumn('ended_at', 'integer')
        .addColumn('outcome', 'text', (column) => column.notNull())
        .addColumn('roots', 'text', (column) => column.notNull())
        .addColumn('calls', 'integer', (column) => column.notNull())
        .addColumn('note', 'text')
        .execute();
      await db.schema
        .createTable('crawl_folders')
        .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('crawl_id', 'integer', (column) => column.notNull())
        .addColumn('folder_id', 'integer', (column) => column.notNull())
        .addColumn('done_at', 'integer')
        .addColumn('failure', 'text')
        .addUniqueConstraint('once_a_crawl', ['crawl_id', 'folder_id'])
        .execute();
      await db.schema
        .createIndex('crawl_folders_waiting')
        .on('crawl_folders')
        .columns(['crawl_id', 'done_at', 'seq'])
        .execute();
      await db.schema
        .createTable('leases')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('url', 'text', (column) => column.notNull())
        .addColumn('issued_at', 'integer', (column) => column.notNull())
        .addColumn('first_used_at', 'integer')
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema
        .createTable('titles')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('title_key', 'text', (column) => column.notNull())
        .addColumn('recognition', 'text', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('titles_key').on('titles').column('title_key').execute();
      await db.schema
        .createTable('tree')
        .addColumn('path', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text')
        .addColumn('title_key', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'integer', (column) => column.notNull())
        .addColumn('mtime_ms', 'real', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('tree_key').on('tree').column('title_key').execute();
      await db.schema.createIndex('tree_file').on('tree').column('file_id').execute();
      await db.schema
        .createTable('dirty')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema
        .createTable('memory')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute();
    },
  },
  '002-playback': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('kept')
        .addColumn('file_id', 'text', (column) => column.notNull())
        .addColumn('side', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'integer', (column) => column.notNull())
        .addColumn('start', 'integer', (column) => column.notNull())
        .addColumn('length', 'integer', (column) => column.notNull())
        .addColumn('checks', 'blob', (column) => column.notNull())
        .addColumn('used_at', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('kept_end', ['file_id', 'side'])
        .execute();
      await db.schema
        .createTable('plays')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('started_at', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('plays_started').on('plays').column('started_at').execute();
    },
  },
  '005-media': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('media')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('size_bytes', 'integer', (column) => column.notNull())
        .addColumn('at', 'integer', (column) => column.notNull())
        .addColumn('failures', 'integer', (column) => column.notNull())
        .addColumn('facts', 'text')
        .execute();
      await db.schema.createIndex('files_first_seen').on('files').column('first_seen_at').execute();
    },
  },
};

/** How many migrations this version knows; kept in the database as `user_version`. */
export const schemaVersion = Object.keys(migrations).length;

/** Brings the tables up to date, all or nothing. */
export async function migrate(db: Kysely<never>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
