import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Ids of folders are texts: a host may call its folders anything. As texts they are what they were as numbers. SQLite
 * cannot change the type of a column, so the three tables that hold one are written anew.
 */
export const folderIds: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('folders').renameTo('folders_before').execute();
    await db.schema.dropIndex('folders_parent').execute();
    await sql`create table folders (id text primary key, parent_id text, name text not null,
      seen_at integer not null, listed_at integer, missing_since integer, changed_at integer, print text
    ) without rowid`.execute(db);
    await sql`insert into folders
      select cast(id as text), cast(parent_id as text), name, seen_at, listed_at, missing_since, changed_at, print
      from folders_before order by 1`.execute(db);
    await db.schema.dropTable('folders_before').execute();
    await sql`create index folders_parent on folders (parent_id, name)`.execute(db);

    await db.schema.alterTable('files').renameTo('files_before').execute();
    for (const index of ['files_folder', 'files_missing', 'files_first_seen', 'files_present'])
      await db.schema.dropIndex(index).execute();
    await sql`create table files (id text primary key, folder_id text not null, url text not null,
      name text not null, size_bytes integer not null, sent_at integer, content_type text, checksum text,
      has_password integer not null, has_access_rules integer not null, first_seen_at integer not null,
      seen_at integer not null, missing_since integer, missed_at integer, gone_at integer,
      confirmed_at integer, kept_at integer
    ) without rowid`.execute(db);
    await sql`insert into files
      select id, cast(folder_id as text), url, name, size_bytes, sent_at, content_type, checksum,
        has_password, has_access_rules, first_seen_at, seen_at, missing_since, missed_at, gone_at,
        confirmed_at, kept_at
      from files_before order by id`.execute(db);
    await db.schema.dropTable('files_before').execute();
    await sql`create index files_folder on files (folder_id, name)`.execute(db);
    await sql`create index files_missing on files (missing_since) where missing_since is not null`.execute(
      db,
    );
    await sql`create index files_first_seen on files (first_seen_at)`.execute(db);
    await sql`create index files_present on files (folder_id, missing_since, gone_at)`.execute(db);

    await db.schema.alterTable('crawl_folders').renameTo('crawl_folders_before').execute();
    await db.schema.dropIndex('crawl_folders_waiting').execute();
    await sql`create table crawl_folders (seq integer primary key autoincrement, crawl_id integer not null,
      folder_id text not null, done_at integer, failure text,
      constraint once_a_crawl unique (crawl_id, folder_id))`.execute(db);
    await sql`insert into crawl_folders select seq, crawl_id, cast(folder_id as text), done_at, failure
      from crawl_folders_before order by seq`.execute(db);
    await db.schema.dropTable('crawl_folders_before').execute();
    await sql`create index crawl_folders_waiting on crawl_folders (crawl_id, done_at, seq)`.execute(db);

    await sql`update memory set value =
      (select json_group_object(key, cast(root.value as text)) from json_each(memory.value) root)
      where name = 'roots'`.execute(db);
  },
};
