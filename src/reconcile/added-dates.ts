import type { CatalogFile } from '../catalog/account/files.ts';
import type { FileId } from '../core/ids.ts';
import { groupInSteps } from '../core/yield-often.ts';
import type { KnownTitles } from './known-titles.ts';
import { withPinned } from './placement/pinned-reading.ts';

/** No film was uploaded before: what a host says is older is a date that it does not have. Milliseconds UTC. */
const earliest = Date.UTC(2000, 0, 1);

/**
 * Since when each of these files, or what it is a version of, is in the account, as media servers are told it: the date of
 * the first version, whatever has come after it. Milliseconds UTC; absent where nothing is known. What was told once stays.
 * In short steps.
 */
export function* addedDatesInSteps({
  rows,
  files,
  gone,
}: Pick<KnownTitles, 'rows' | 'files' | 'gone'>): Generator<undefined, Map<FileId, number>> {
  const dates = new Map<FileId, number>();
  const goneById = new Map(gone.map((file) => [file.id, file]));
  const things = yield* groupInSteps(rows, ({ fileId, titleKey, recognition, pinned }) => {
    const { kind, season, episodes, date } = withPinned(recognition, pinned);
    const isVersion = kind === 'movie' || kind === 'episode';
    return JSON.stringify([titleKey, kind, season, episodes, date, ...(isVersion ? [] : [fileId])]);
  });
  for (const versions of things.values()) {
    yield;
    const told = versions.flatMap((row) => row.addedAt ?? []);
    const own = versions.flatMap(({ fileId }) => {
      const file = files.get(fileId) ?? goneById.get(fileId);
      return (file && dateOf(file)) ?? [];
    });
    const first = Math.min(...(told.length > 0 ? told : own));
    if (Number.isFinite(first)) for (const { fileId } of versions) dates.set(fileId, first);
  }
  return dates;
}

/** A date that lies behind the moment when the file was first seen cannot be right; nor can one from before there were films. */
export function dateOf({
  sentAt,
  firstSeenAt,
}: Pick<CatalogFile, 'sentAt' | 'firstSeenAt'>): number | undefined {
  const date = sentAt !== undefined && sentAt >= earliest ? Math.min(sentAt, firstSeenAt) : firstSeenAt;
  return date >= earliest ? date : undefined;
}
