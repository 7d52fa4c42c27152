/** The pieces of one title on a DVD. */
const dvdPiece = /^vts_\d\d_([1-9])$/i;

/** Which piece of its film a DVD says by the name that it gives to it; undefined for other names. */
export function dvdPieceOf(folded: string): number | undefined {
  const piece = dvdPiece.exec(folded)?.[1];
  return piece === undefined ? undefined : Number(piece);
}
