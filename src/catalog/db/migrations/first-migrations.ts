import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The changes of the tables up to the eleventh, which stand together; each later one has a file of its own. */
export const firstMigrations: Record<string, Migration> = {
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
  '003-trees': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('recognitions')
        .addColumn('file_id', 'text', (column) => column.primaryKey())
        .addColumn('recognition', 'text', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema
        .createTable('places')
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text', (column) => column.notNull())
        .addColumn('title_key', 'text', (column) => column.notNull())
        .addColumn('stem', 'text')
        .addColumn('name', 'text')
        .addPrimaryKeyConstraint('one_place', ['tree', 'file_id'])
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('places_file').on('places').column('file_id').execute();
      await db.schema.createIndex('places_key').on('places').columns(['tree', 'title_key']).execute();
      await sql`insert into recognitions select file_id, recognition from titles`.execute(db);
      // What was written so far keeps its path from now on.
      await sql`insert into places
        select '', titles.file_id, title_key,
          (select substr(path, 1, length(path) - 5) from tree
            where tree.file_id = titles.file_id and tree.kind = 'strm' and tree.title_key = titles.title_key
            order by mtime_ms > 0 desc, path limit 1),
          (select name from files where files.id = titles.file_id)
        from titles`.execute(db);
      await db.schema.dropTable('titles').execute();
      for (const index of ['tree_key', 'tree_file']) await db.schema.dropIndex(index).execute();
      await db.schema.alterTable('tree').renameTo('tree_before').execute();
      await db.schema
        .createTable('tree')
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text')
        .addColumn('title_key', 'text', (column) => column.notNull())
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('size_bytes', 'integer', (column) => column.notNull())
        .addColumn('mtime_ms', 'real', (column) => column.notNull())
        .addPrimaryKeyConstraint('one_path', ['tree', 'path'])
        .modifyEnd(sql`without rowid`)
        .execute();
      await sql`insert into tree
        select '', path, kind, file_id, title_key, sha256, size_bytes, mtime_ms from tree_before`.execute(db);
      await db.schema.dropTable('tree_before').execute();
      await db.schema.createIndex('tree_key').on('tree').columns(['tree', 'title_key']).execute();
      await db.schema.createIndex('tree_file').on('tree').column('file_id').execute();
      await db.schema
        .createTable('overrides')
        .addColumn('target', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull())
        .addColumn('at', 'integer', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('batches')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('at', 'integer', (column) => column.notNull())
        .addColumn('why', 'text', (column) => column.notNull())
        .addColumn('moves', 'text', (column) => column.notNull())
        .addColumn('undone_at', 'integer')
        .execute();
    },
  },
  '004-ladder': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('files').addColumn('confirmed_at', 'integer').execute();
      await db.schema.alterTable('files').addColumn('kept_at', 'integer').execute();
      await db.schema
        .createTable('proposals')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('at', 'integer', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('why', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('decided_at', 'integer')
        .addColumn('facts', 'text', (column) => column.notNull())
        .execute();
      await db.schema.createIndex('proposals_state').on('proposals').columns(['state', 'id']).execute();
      await db.schema
        .createTable('proposal_files')
        .addColumn('proposal_id', 'integer', (column) => column.notNull())
        .addColumn('file_id', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('proposal_file', ['proposal_id', 'file_id'])
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('proposal_files_file').on('proposal_files').column('file_id').execute();
      await db.schema
        .createTable('trash')
        .addColumn('stored', 'text', (column) => column.primaryKey())
        .addColumn('proposal_id', 'integer', (column) => column.notNull())
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('file_id', 'text')
        .addColumn('sha256', 'text', (column) => column.notNull())
        .addColumn('trashed_at', 'integer', (column) => column.notNull())
        .modifyEnd(sql`without rowid`)
        .execute();
      await db.schema.createIndex('trash_path').on('trash').columns(['tree', 'path']).execute();
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
  '006-notify': {
    async up(db: Kysely<unknown>) {
      await db.schema
        .createTable('notices')
        .addColumn('server', 'text', (column) => column.notNull())
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('dir', 'text', (column) => column.notNull())
        .addColumn('changes', 'integer', (column) => column.notNull())
        .addColumn('major', 'integer', (column) => column.notNull())
        .addColumn('first_at', 'integer', (column) => column.notNull())
        .addColumn('at', 'integer', (column) => column.notNull())
        .addColumn('rev', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('one_notice', ['server', 'tree', 'dir'])
        .modifyEnd(sql`without rowid`)
        .execute();
    },
  },
  '007-words': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('batches').addColumn('said', 'text').execute();
    },
  },
  '008-told': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('places').addColumn('told', 'text').execute();
    },
  },
  '009-folders': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('folders').addColumn('print', 'text').execute();
      // Counted for each folder of each crawl, without a look at the files themselves.
      await sql`create index files_present on files (folder_id, missing_since, gone_at)`.execute(db);
      await db.schema.alterTable('folders').addColumn('changed_at', 'integer').execute();
      await sql`update folders set changed_at =
        (select max(sent_at) from files where folder_id = folders.id and gone_at is null)`.execute(db);
      await db.schema
        .createTable('tree_folders')
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('path', 'text', (column) => column.notNull())
        .addColumn('changed_at', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('once_a_tree', ['tree', 'path'])
        .modifyEnd(sql`without rowid`)
        .execute();
      // What stands before the last slash: everything behind it is cut off, then the slash.
      const parentOf = (path: string) => sql.raw(`rtrim(rtrim(${path}, replace(${path}, '/', '')), '/')`);
      await sql`insert into tree_folders
        with recursive own(tree, path, at) as (
          select tree, ${parentOf('path')}, max(mtime_ms) from tree group by 1, 2
        ), up(tree, path, at) as (
          select * from own union select tree, ${parentOf('path')}, at from up where path <> ''
        ) select tree, path, cast(max(at) as integer) from up group by 1, 2 having max(at) > 0`.execute(db);
    },
  },
  '010-intents': {
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('tree').addColumn('next_sha256', 'text').execute();
      await db.schema
        .createTable('tree_intents')
        .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
        .addColumn('tree', 'text', (column) => column.notNull())
        .addColumn('rows', 'text', (column) => column.notNull())
        .execute();
    },
  },
  // What is remembered under a name has fields that are called by other words now.
  '011-remembered-fields': {
    async up(db: Kysely<unknown>) {
      for (const [name, from, to] of [
        ['steady', '$.steadyMs', '$.monotonicMs'],
        ['accountBehind', '$.keyPrint', '$.keyFingerprint'],
      ])
        await sql`update memory
          set value = json_remove(json_set(value, ${to}, json_extract(value, ${from})), ${from})
          where name = ${name} and json_extract(value, ${from}) is not null`.execute(db);
    },
  },
};
