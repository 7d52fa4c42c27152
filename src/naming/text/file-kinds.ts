import { extensionOf, splitName } from '../../core/name-parts.ts';

/*
 * What a file is by its extension: everybody who decides by one asks here.
 */

const video = extensions(
  '3g2 3gp amv asf avi divx dv f4v flv m1v m2t m2ts m2v m4v mk3d mkv mov mp2v mp4 mp4v mpe mpeg mpg mts mxf nsv nut nuv ogm ogv pva qt rm rmvb tod trp ts tp viv vob vp6 webm wmv wtv',
);
/** The ones Jellyfin reads beside a STRM (facts/media-servers 1.2), and `.idx`, which names the languages of a `.sub`. */
const subtitle = extensions('ass idx mks sami smi srt ssa sub sup vtt');
const picture = extensions('jpeg jpg png webp');
/** Nothing plays one through a STRM, though their names are read. */
const discImage = extensions('img iso nrg');
/** Images of discs where they are large; else they may be anything. */
const largeImage = extensions('bin mdf');
const other = extensions(
  '001 7z aac ac3 apk ass2 azw3 bat bin bmp bz2 cbr cbz com crc css csv cue db dll dmg doc docx dts eac3 epub exe flac gif gz ' +
    'htm html ico info ini jpeg jpg js json log lnk m3u m3u8 m4a m4b md md5 mds mdf mka mobi mp3 msi nfo nzb odt ' +
    'ogg opus par2 pdf php plist png pps ppt psd py r00 rar rtf sfv sh srr srs strm svg sqlite tar tbn tgz thm tif tiff torrent ' +
    'ttf txt url vsmeta wav webp wma xls xlsx xml xz yaml yml zip',
);

/** Whether a media server would play this file. */
export function isVideo(name: string): boolean {
  return video.has(extensionOf(name));
}

/** Whether this is a text track that lies beside its video. */
export function isSubtitle(name: string): boolean {
  return subtitle.has(extensionOf(name));
}

/** Whether this is a picture of a kind that every media server shows. */
export function isPicture(name: string): boolean {
  return picture.has(extensionOf(name));
}

/** Whether this is the image of a disc: a film, but none that can be played from here. */
export function isDiscImage(name: string): boolean {
  return discImage.has(extensionOf(name));
}

/** Whether a large file of this name is the image of a disc. */
export function isLargeImage(name: string): boolean {
  return largeImage.has(extensionOf(name));
}

/** What downloads and splitters write behind the name of a video. */
const pieceEnd = /^(?:\d{3}|part|partial|tmp|temp|aria2|split)$/;

/**
 * Whether this is a piece of a video, or one that was not wholly there when it was uploaded: `Heat.1995.mkv.part`,
 * `Heat.1995.mkv.001`.
 */
export function isPieceOfVideo(name: string): boolean {
  const { base, extension } = splitName(name.replace(/\.(?:crdownload|opdownload|!ut|!qb)$/i, '.part'));
  return pieceEnd.test(extension) && isVideo(base);
}

/** Why a film of this name has no place in a tree, for a person; undefined where its name does not keep it out. */
export function whyNoVideo(name: string): string | undefined {
  if (isVideo(name) || isSubtitle(name) || isOther(name)) return undefined;
  if (isDiscImage(name))
    return 'a disc image, which no media server plays from an address: as MKV it would be a film';
  return extensionOf(name) === ''
    ? 'a name without an extension, which says that it is a video'
    : `no known extension of a video (.${extensionOf(name)})`;
}

const codecEnd = /(?:[xh]\.?26[45]|hevc|xvid|dvdrip|web-?dl|blu-?ray)$/i;

/**
 * Whether the extension says that this is something else: a picture, an archive, music. A name without a known
 * extension (`Show.S01E02.1080p.WEB.H264-GRP`) is not: release names end in anything.
 */
export function isOther(name: string): boolean {
  const { base, extension } = splitName(name);
  // "Gotham.S01E05.WEB-DL.x264.AAC" ends in a codec, not in an extension.
  if (/^(?:aac|ac3|eac3|dts|mp3|flac)$/.test(extension) && codecEnd.test(base)) return false;
  return other.has(extension) || /^(?:[rsz]\d\d|0\d\d)$/.test(extension);
}

/** The name without its extension when that is a video's, a subtitle's or a known other one. */
export function baseName(name: string): string {
  return isVideo(name) || isSubtitle(name) || isOther(name) || isDiscImage(name)
    ? splitName(name).base
    : name;
}

/** The same without the dots and spaces at its end: files of one film may differ in them. */
export function stemOf(name: string): string {
  return baseName(name).replace(/(?<![ .])[ .]+$/, '');
}

function extensions(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
