import { extname } from 'node:path';
import { checksumOf } from './content.ts';
import { toFrenchTime } from './french-time.ts';
import { shuffled } from './random.ts';
import type { Account, SimulatedFile, SimulatedFolder } from './tree.ts';

/** An object on its way to JSON. */
export type Wire = Record<string, unknown>;

const contentTypes: Record<string, string> = {
  '.mkv': 'video/x-matroska',
  '.mp4': 'video/mp4',
  '.ts': 'video/mp2t',
  '.avi': 'video/x-msvideo',
  '.srt': 'application/x-subrip',
  '.nfo': 'text/plain',
  '.txt': 'text/plain',
};

/** The type that the host derives from the name. */
export function contentTypeOf(file: SimulatedFile): string {
  return file.contentType ?? contentTypes[extname(file.name).toLowerCase()] ?? 'application/octet-stream';
}

/** A file as file/ls and folder/ls with `files:1` show it. */
export function fileItem(file: SimulatedFile): Wire {
  return {
    url: file.url,
    filename: file.name,
    size: file.sizeBytes,
    date: toFrenchTime(file.date),
    checksum: checksumOf(file.content),
    'content-type': contentTypeOf(file),
    pass: file.password ? 1 : 0,
    acl: file.acl ? 1 : 0,
    cdn: file.cdn ?? 0,
  };
}

/** A sub-folder as its parent's listing shows it. */
export function folderItem(folder: SimulatedFolder): Wire {
  return {
    id: folder.id,
    name: folder.name,
    create_date: toFrenchTime(folder.createdAt),
    pass: folder.password ? 1 : 0,
  };
}

/** A file as file/info shows it: no `status`, and the only place that tells its folder. */
export function fileDetails(file: SimulatedFile, account: Account): Wire {
  return {
    ...fileItem(file),
    folder_id: file.folder.id,
    path: account.pathOf(file.folder).slice(1),
    description: file.description ?? '',
    no_ssl: 0,
    inline: file.inline ? 1 : 0,
    acl: file.acl ?? 0,
  };
}

const numberKeys = new Set(
  'size files count id folder_id pass acl cdn offer use_cdn hot_storage cold_storage'.split(' '),
);

/** The same with keys in random order, as the host's Perl gives them, and numbers as strings if wanted. */
export function scramble(value: unknown, random: () => number, numbersAsStrings: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => scramble(item, random, numbersAsStrings));
  if (typeof value !== 'object' || value === null) return value;
  const entries = shuffled(random, Object.entries(value)).map(([key, item]) => {
    if (numbersAsStrings && typeof item === 'number' && numberKeys.has(key)) return [key, String(item)];
    return [key, scramble(item, random, numbersAsStrings)];
  });
  return Object.fromEntries(entries);
}
