import { extensionOf } from '../../core/name-parts.ts';
import { isPicture } from '../../naming/text/file-kinds.ts';
import { pictureTypeOf } from './picture-type.ts';
import { spokenLanguage } from './spoken-language.ts';
import { languageCode } from './subtitle-tags.ts';
import { readText } from './subtitle-text.ts';

/** What the bytes of a side-car turned out to be, ready for the tree. */
export interface SideCarContent {
  /** `picture-track`: images of text (VobSub, PGS), which no language can be read from. */
  form: 'text' | 'picture-track' | 'artwork';
  bytes: Buffer;
  /** Of its text, when it is sure. */
  language?: string;
}

/** First bytes by form, as file(1) knows them. */
const starts = {
  /** MPEG program stream: the pack header of a VobSub `.sub`. */
  vobSub: [0x00, 0x00, 0x01, 0xba],
  /** PGS: every segment begins with "PG". */
  pgs: [0x50, 0x47],
  matroska: [0x1a, 0x45, 0xdf, 0xa3],
} as const;

/**
 * Makes of a side-car's bytes what media servers read: texts become UTF-8 without a mark, images of text and pictures stay
 * as they are. undefined = it is nothing of the kind (a page of an error, an archive, a film) and must not be written.
 * @param name of the file, for its extension @param language what the name says, if anything
 */
export function readSideCar(name: string, bytes: Buffer, language?: string): SideCarContent | undefined {
  if (isPicture(name)) return pictureTypeOf(bytes) ? { form: 'artwork', bytes } : undefined;
  const extension = extensionOf(name);
  if (extension === 'sup') return begins(bytes, starts.pgs) ? { form: 'picture-track', bytes } : undefined;
  if (extension === 'mks')
    return begins(bytes, starts.matroska) ? { form: 'picture-track', bytes } : undefined;
  if (extension === 'sub' && begins(bytes, starts.vobSub)) return { form: 'picture-track', bytes };
  const read = readText(bytes, language);
  if (!read || /^\s*(?:<!doctype\s+html|<html|<\?xml|\{\s*")/i.test(read.text)) return undefined;
  const { text } = read;
  if (extension === 'idx') {
    if (!/^timestamp:\s*\d/im.test(text)) return undefined;
    return withLanguage(text, idxLanguage(text));
  }
  return hasTimes(text) ? withLanguage(text, spokenLanguage(text)) : undefined;
}

function withLanguage(text: string, language: string | undefined): SideCarContent {
  return { form: 'text', bytes: Buffer.from(text), ...(language === undefined ? {} : { language }) };
}

/**
 * `00:01:02`, MicroDVD's `{100}{200}`, MPL2's `[10][20]`, SAMI's `<SYNC Start=10>`: what every subtitle is full of. White
 * space before a line's first sign ends with the line: across ends of lines, a run of them is read anew from each one.
 */
function hasTimes(text: string): boolean {
  return /\d{1,2}:\d{2}[:.,]\d{2}|^[^\S\n\r\u2028\u2029]*(?:\{\d+\}\{\d*\}|\[\d+\]\[\d*\])|<sync\s+start\s*=/im.test(
    text,
  );
}

/** `id: fr, index: 0`. A pair with several languages has none in its name: one name cannot hold them. */
function idxLanguage(text: string): string | undefined {
  const ids = new Set([...text.matchAll(/^id:\s*([a-z]{2,3})/gim)].map(([, id = '']) => languageCode(id)));
  return ids.size === 1 ? [...ids][0] : undefined;
}

function begins(bytes: Buffer, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}
