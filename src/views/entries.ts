/** A folder or a file of the account, as the catalog has it. Times in milliseconds UTC. */
interface Folder {
  id: string;
  name: string;
  path: string;
  missingSince: number | undefined;
}

interface File {
  id: string;
  name: string;
  sizeBytes: number;
  sentAt: number | undefined;
  missingSince: number | undefined;
}

interface FolderPage {
  path: string;
  isFolder: boolean;
  folders: readonly Folder[];
  files: readonly File[];
}

/**
 * A page of the answer of `/api/v1/files`: folders first.
 * @param dates what the content of files is dated to be, by their ids
 */
export function entriesView(
  { path, isFolder, folders, files }: FolderPage,
  offset: number,
  limit: number,
  dates: ReadonlyMap<string, number>,
) {
  const pageOfFiles = files.slice(Math.max(0, offset - folders.length));
  const entries = [
    ...folders.slice(offset, offset + limit).map((folder) => ({
      kind: 'folder' as const,
      id: folder.id,
      name: folder.name,
      path: folder.path,
      ...missing(folder),
    })),
    ...pageOfFiles.slice(0, Math.max(0, limit - Math.max(0, folders.length - offset))).map((file) => ({
      kind: 'file' as const,
      id: file.id,
      name: file.name,
      sizeBytes: file.sizeBytes,
      ...dated(dates.get(file.id) ?? file.sentAt),
      ...missing(file),
    })),
  ];
  return { path, isFolder, total: folders.length + files.length, entries };
}

function dated(at: number | undefined) {
  return at === undefined ? {} : { date: new Date(at).toISOString() };
}

function missing({ missingSince }: { missingSince: number | undefined }) {
  return missingSince === undefined ? {} : { missingSince: new Date(missingSince).toISOString() };
}
