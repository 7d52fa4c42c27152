/** The strong entity tag of a file of the account: constant for its life, because players come back with it. */
export function etagOf({ id, sizeBytes }: { id: string; sizeBytes: number }): string {
  return `"${id}-${sizeBytes.toString(36)}"`;
}
