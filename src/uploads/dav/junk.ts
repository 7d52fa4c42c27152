/** What Finder, Windows and office programs leave beside files; by their names alone. */
const left = /^(?:\._.*|\.DS_Store|Thumbs\.db|desktop\.ini|~\$.*|\.~lock\..*)$/is;
/** And the folders that they make. */
const leftFolders =
  /^(?:\.Spotlight-V100|\.Trashes|\.Trash-\d{1,9}|\.fseventsd|\.TemporaryItems|\$RECYCLE\.BIN|System Volume Information)$/i;

/** Whether nobody wants this file at the host. */
export function isJunkFile(name: string): boolean {
  return left.test(name);
}

export function isJunkFolder(name: string): boolean {
  return leftFolders.test(name);
}
