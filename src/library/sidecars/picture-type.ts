const starts = {
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const;

export type PictureType = keyof typeof starts | 'image/webp';

/** What picture these bytes are, by how they begin; undefined = none that every media server and browser shows. */
export function pictureTypeOf(bytes: Buffer): PictureType | undefined {
  for (const [type, start] of Object.entries(starts) as [keyof typeof starts, readonly number[]][])
    if (start.every((byte, at) => bytes[at] === byte)) return type;
  const isWebp = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';
  return isWebp ? 'image/webp' : undefined;
}
