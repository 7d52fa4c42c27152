/** `01v2`, `E03 v2`, `[v2]`: what fansubs call the file that replaces an earlier one. */
const explicit = /(?<=(?:^|[ ._[(-])(?:s\d{1,4})?(?:e|ep)?\d{1,4}[ ._]?)v(\d)(?![a-z0-9])|[[(]v(\d)[)\]]/i;
/** The same of the scene. */
const repacked = /(?<![a-z0-9])(?:proper|repack|rerip)(\d)?(?![a-z0-9])/i;

/**
 * Which release of the same file this is; undefined = nothing says so, which is the first.
 *
 * @param folded the whole name
 * @param tagsFrom where its title has ended: before that, `Proper` is a word
 */
export function readVersion(folded: string, tagsFrom: number): number | undefined {
  const found = explicit.exec(folded);
  if (found) return Number(found[1] ?? found[2]);
  const again = repacked.exec(folded.slice(tagsFrom));
  return again ? 1 + Number(again[1] ?? 1) : undefined;
}
