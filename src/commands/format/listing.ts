import { counted } from '../../core/plural.ts';
import { size } from './size.ts';
import { tableLines } from './table.ts';
import { localDay } from './time.ts';

export interface ShownFolderLine {
  name: string;
  /** Milliseconds UTC. */
  missingSince?: number | undefined;
}

export interface ShownFileLine extends ShownFolderLine {
  sizeBytes: number;
  sentAt?: number | undefined;
}

/** What lies in a folder of the account: size, day of upload, name, and what it comes to. */
export function listingLines(
  { folders, files }: { folders: readonly ShownFolderLine[]; files: readonly ShownFileLine[] },
  { width, zone }: { width?: number; zone?: string } = {},
): string[] {
  const missing = (since: number | undefined) =>
    since === undefined ? '' : `missing since ${localDay(since, zone)}`;
  const rows = [
    ...folders.map(({ name, missingSince }) => ['', '', `${name}/`, missing(missingSince)]),
    ...files.map(({ name, sizeBytes, sentAt, missingSince }) => [
      size(sizeBytes),
      sentAt === undefined ? '' : localDay(sentAt, zone),
      name,
      missing(missingSince),
    ]),
  ];
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const totals = [
    ...(folders.length > 0 ? [counted(folders.length, 'folder')] : []),
    ...(files.length > 0 ? [`${counted(files.length, 'file')}, ${size(bytes)}`] : []),
  ];
  const lines = tableLines([{ align: 'right' }, {}, { cut: 'middle' }, {}], rows, width);
  const dotsIn = (texts: readonly string[]) => texts.filter((text) => text.includes('…')).length;
  const isCut = dotsIn(lines) > dotsIn([...folders, ...files].map(({ name }) => name));
  return [
    ...lines,
    totals.length > 0 ? totals.join(', ') : 'This folder is empty.',
    ...(isCut ? ['Long names are cut; --json has them whole.'] : []),
  ];
}
