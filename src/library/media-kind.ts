import {
  isDiscImage,
  isLargeImage,
  isOther,
  isPieceOfVideo,
  isSubtitle,
  isVideo,
} from '../naming/text/file-kinds.ts';

/**
 * What a file of the account is to a library. `video`: a media server plays it. `image`: of a disc, which nothing plays
 * through a STRM. `piece`: of a video, or one that is not whole. `unnamed`: large, or called a video by the host, and its name ends in nothing that is known.
 */
export type MediaKind = 'video' | 'image' | 'piece' | 'unnamed';

/** What is smaller and ends in nothing known is a note, a key, a part of something. */
const minLargeBytes = 50_000_000;

/** Undefined for what no library shows by itself: subtitles, pictures, archives, texts. */
export function mediaKindOf(
  name: string,
  sizeBytes: number | undefined,
  contentType?: string,
): MediaKind | undefined {
  if (isVideo(name)) return 'video';
  if (isDiscImage(name)) return 'image';
  if (isPieceOfVideo(name)) return 'piece';
  const isLarge = sizeBytes !== undefined && sizeBytes >= minLargeBytes;
  if (isLarge && isLargeImage(name)) return 'image';
  if (isSubtitle(name) || isOther(name)) return undefined;
  return isLarge || contentType?.startsWith('video/') ? 'unnamed' : undefined;
}
