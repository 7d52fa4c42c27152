import { z } from 'zod';
import { type FolderId, rootFolderId, toFileId, toFolderId } from '../../core/ids.ts';
import { atOnce } from '../../core/yield-often.ts';
import type { FileListing, FolderListing, HostFile, HostFolder, ListingGap } from '../host.ts';
import { entriesInSteps, unreadGaps } from './entries.ts';
import {
  anything,
  check,
  cleanName,
  count,
  folderName,
  isSet,
  name,
  oddAnswer,
  optional,
  text,
} from './fields.ts';
import { readPageUrl } from './page-url.ts';
import { parisToUtc } from './paris-time.ts';

/** What file/info adds to a listing. */
export interface FileInfo extends HostFile {
  /** Folder names joined by `/`, without the file. */
  path: string | undefined;
  description: string | undefined;
}

/** The host lists no more than this of one folder (facts/1fichier-api 2.2). */
const maxResults = 5000;

const fileShape = z.object({
  url: z.string(),
  filename: name,
  size: count,
  date: text,
  checksum: text,
  'content-type': text,
  content_type: text,
  pass: anything,
  acl: anything,
  folder_id: optional(count),
  path: text,
  description: text,
});
const folderShape = z.object({ id: count, name: folderName, create_date: text, pass: anything });
const listingShape = z.object({
  folder_id: optional(count),
  name: optional(z.string()),
  files: optional(count),
  sub_folders: z.array(z.unknown()).nullish(),
  items: z.array(z.unknown()).nullish(),
});
const filesShape = z.object({ count: optional(count), items: z.array(z.unknown()).nullish() });
const linkShape = z.object({ url: z.string().max(2000) });

/**
 * The answer of folder/ls with `files:1` (facts/1fichier-api 2.5). It is complete unless something was skipped, the host's
 * limit may have cut it, or it names neither files nor how many there are. Throws BRIDGE_HOST_ODD_ANSWER.
 */
export function readFolderListing(value: unknown, folderId: FolderId): FolderListing {
  return atOnce(folderListingInSteps(value, folderId));
}

/** The same, where others may run between the steps. */
export function* folderListingInSteps(
  value: unknown,
  folderId: FolderId,
): Generator<undefined, FolderListing> {
  const answer = check(listingShape, value, 'folder/ls');
  // An answer that only says OK is not an empty folder: believing it would empty a library.
  if (answer.items == null && answer.sub_folders == null && answer.files == null) {
    throw oddAnswer('folder/ls: holds no listing');
  }
  if (answer.folder_id != null && String(answer.folder_id) !== folderId) {
    throw oddAnswer(`folder/ls: asked for folder ${folderId}, got ${answer.folder_id}`);
  }
  if (answer.items == null && (answer.files ?? 0) > 0) {
    throw oddAnswer(`folder/ls: counts ${answer.files} files and lists none`);
  }
  const files = yield* entriesInSteps(answer.items ?? [], readFile, (file) => file.id);
  const listed = yield* entriesInSteps(answer.sub_folders ?? [], readFolder, (folder) => folder.id);
  // A folder inside itself would send a crawl round in circles.
  const folders = listed.found.filter((folder) => folder.id !== folderId && folder.id !== rootFolderId);
  const inside = listed.found.filter((folder) => !folders.includes(folder));
  // Counted without those that stand there twice: each may stand in the place of another one.
  const named = files.found.length + files.unread.length;
  const unlisted = Math.max(0, (answer.files ?? 0) - named);
  const skipped = files.unread.length + listed.unread.length + inside.length + unlisted;
  // With neither a list nor a count of files, that there are none is a guess.
  const isGuess = answer.items == null && answer.files == null;
  const isCut =
    (answer.sub_folders?.length ?? 0) >= maxResults || (named >= maxResults && answer.files !== named);
  const isRepeated = listed.repeated > 0 || (answer.files == null && files.repeated > 0);
  const gaps: ListingGap[] = [
    ...unreadGaps('file', files.unread),
    ...unreadGaps('folder', listed.unread),
    ...inside.map(({ name }): ListingGap => ({ reason: 'inside', kind: 'folder', count: 1, name })),
    ...gapOf('unlisted', 'file', unlisted),
    ...gapOf('repeated', 'file', answer.files == null ? files.repeated : 0),
    ...gapOf('repeated', 'folder', listed.repeated),
    ...(isGuess ? [{ reason: 'untold', kind: 'file', count: 0 } satisfies ListingGap] : []),
  ];
  return {
    id: folderId,
    name: cleanName(answer.name ?? ''),
    folders,
    files: files.found,
    skipped,
    complete: skipped === 0 && !isCut && !isGuess && !isRepeated,
    ...(gaps.length > 0 && { gaps }),
  };
}

/** The answer of file/ls (facts/1fichier-api 2.2). Throws BRIDGE_HOST_ODD_ANSWER. */
export const readFileListing = (value: unknown): FileListing => atOnce(fileListingInSteps(value));

/** The same, where others may run between the steps. */
export function* fileListingInSteps(value: unknown): Generator<undefined, FileListing> {
  const answer = check(filesShape, value, 'file/ls');
  if (answer.items == null && answer.count !== 0) throw oddAnswer('file/ls: holds no listing');
  const { found, unread, repeated } = yield* entriesInSteps(answer.items ?? [], readFile, (file) => file.id);
  const named = found.length + unread.length;
  const unlisted = Math.max(0, (answer.count ?? 0) - named);
  const skipped = unread.length + unlisted;
  const gaps: ListingGap[] = [...unreadGaps('file', unread), ...gapOf('unlisted', 'file', unlisted)];
  return {
    files: found,
    skipped,
    complete:
      skipped === 0 &&
      (named < maxResults || answer.count === named) &&
      (answer.count != null || repeated === 0),
    ...(gaps.length > 0 && { gaps }),
  };
}

function gapOf(reason: ListingGap['reason'], kind: ListingGap['kind'], count: number): ListingGap[] {
  return count > 0 ? [{ reason, kind, count }] : [];
}

/** The answer of file/info, which carries no status (facts/1fichier-api 2.3). Throws BRIDGE_HOST_ODD_ANSWER. */
export function readFileInfo(value: unknown): FileInfo {
  const file = readFile(value);
  if (!file) throw oddAnswer('file/info: holds no file');
  const { path, description } = check(fileShape, value, 'file/info');
  return { ...file, path: path ?? undefined, description: description ?? undefined };
}

/**
 * The answer of download/get_token: an http(s) address. Whether its host is one of the host's is the caller's
 * question, who has the list. Throws BRIDGE_HOST_ODD_ANSWER.
 */
export function readDirectLink(value: unknown): string {
  const { url } = check(linkShape, value, 'download/get_token');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw oddAnswer('download/get_token: holds no link');
  return parsed.href;
}

function readFile(value: unknown): HostFile | undefined {
  const { data } = fileShape.safeParse(value);
  const page = data && readPageUrl(data.url);
  if (!data || !page) return undefined;
  const checksum = data.checksum?.toLowerCase();
  return {
    id: toFileId(page.id),
    url: page.url,
    name: data.filename,
    sizeBytes: data.size,
    sentAt: parisToUtc(data.date ?? ''),
    contentType: (data['content-type'] ?? data.content_type) || undefined,
    checksum: checksum && /^[0-9a-f]{32,128}$/.test(checksum) ? checksum : undefined,
    hasPassword: isSet(data.pass),
    hasAccessRules: isSet(data.acl),
    folderId: data.folder_id == null ? undefined : toFolderId(String(data.folder_id)),
  };
}

function readFolder(value: unknown): HostFolder | undefined {
  const { data } = folderShape.safeParse(value);
  if (!data) return undefined;
  const { id, name, create_date, pass } = data;
  return {
    id: toFolderId(String(id)),
    name,
    createdAt: parisToUtc(create_date ?? ''),
    hasPassword: isSet(pass),
  };
}
