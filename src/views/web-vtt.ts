import { createHash } from 'node:crypto';
import { atOnce, createYielder, filterInSteps, inTurns, sortInSteps } from '../core/yield-often.ts';

/** Kinds of subtitles that can be told in WebVTT. */
const readable = ['srt', 'vtt', 'ass', 'ssa'];

const extensionOf = (name: string) => /\.([a-z]{3})$/i.exec(name)?.[1]?.toLowerCase() ?? '';

/** Whether browsers can be given this file as WebVTT. */
export function isWebVttSource(name: string): boolean {
  return readable.includes(extensionOf(name));
}

/** A subtitle may have a million lines: so many of them, or of the pieces of a line, are one step. */
const piecesAStep = 200;
/** A longer piece of a line is told in parts. */
const pieceChars = 4096;
/** What is told is handed on in parts of about so many characters. */
const partChars = 65_536;

/**
 * A subtitle as WebVTT, the one kind that browsers read (W3C WebVTT: The Web Video Text Tracks Format).
 * @param name of the file, for its kind @param text its lines, ended by `\n`
 */
export function webVtt(name: string, text: string): string {
  return atOnce(webVttInSteps(name, text)).join('');
}

/** A subtitle as it is sent to browsers, with its strong entity tag. Others run meanwhile. */
export async function webVttBytes(name: string, bytes: Buffer): Promise<{ body: Buffer; etag: string }> {
  const yieldOften = createYielder();
  const hash = createHash('sha256');
  const parts: Buffer[] = [];
  for (const part of await inTurns(webVttInSteps(name, bytes.toString()), yieldOften)) {
    await yieldOften();
    parts.push(Buffer.from(part));
    hash.update(part);
  }
  return { body: Buffer.concat(parts), etag: `"${hash.digest('base64url').slice(0, 22)}"` };
}

/** {@link webVtt} in short steps. @returns its parts, in order */
function* webVttInSteps(name: string, text: string): Generator<undefined, string[]> {
  const extension = extensionOf(name);
  if (extension === 'vtt') return [text];
  const cues = yield* extension === 'srt' ? srtCues(text) : assCues(text);
  const parts: string[] = [];
  let part = 'WEBVTT';
  let told = 0;
  for (const { start, end, lines } of cues) {
    part += `\n\n${start} --> ${end}`;
    for (const line of lines) {
      part += '\n';
      for (const piece of shownPieces(line)) {
        if (++told % piecesAStep === 0) yield;
        part += piece;
        if (part.length < partChars) continue;
        parts.push(part);
        part = '';
      }
    }
  }
  return [...parts, `${part}\n`];
}

/** The lines of a text, one at a time: all of them at once are work for long. */
function* linesOf(text: string, end = '\n'): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(end, start);
    yield text.slice(start, found < 0 ? text.length : found);
    start = found < 0 ? text.length + 1 : found + end.length;
  }
}

interface Cue {
  /** `00:01:02.345` */
  start: string;
  end: string;
  lines: string[];
}

const srtTimes = /^\s*(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3}) *--> *(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})/;

/** A line of times, then the words up to an empty line; numbers and whatever else stands between are left out. */
function* srtCues(text: string): Generator<undefined, Cue[]> {
  const cues: Cue[] = [];
  let words: string[] | undefined;
  let read = 0;
  for (const line of linesOf(text)) {
    if (++read % piecesAStep === 0) yield;
    const times = srtTimes.exec(line.slice(0, 80));
    if (times) {
      const [, ...parts] = times;
      words = [];
      cues.push({ start: time(parts.slice(0, 4)), end: time(parts.slice(4)), lines: words });
    } else if (line.trim() === '') words = undefined;
    else words?.push(line);
  }
  return yield* filterInSteps(cues, ({ lines }) => lines.length > 0);
}

const assTimes =
  /^Dialogue: *[^,]{0,20}, *(\d{1,3}):(\d\d):(\d\d)\.(\d\d) *, *(\d{1,3}):(\d\d):(\d\d)\.(\d\d) *,/;
/** Fields before the words: layer, start, end, style, name, three margins, effect. */
const assFields = 9;

function* assCues(text: string): Generator<undefined, Cue[]> {
  const cues: Cue[] = [];
  let read = 0;
  for (const line of linesOf(text)) {
    if (++read % piecesAStep === 0) yield;
    const times = assTimes.exec(line.slice(0, 120));
    if (!times) continue;
    let at = 0;
    for (let field = 0; field < assFields && at >= 0; field++) at = line.indexOf(',', at) + 1 || -1;
    if (at < 0) continue;
    const [, ...parts] = times;
    const words = line.slice(at).replaceAll('\\h', ' ').replaceAll('\\n', '\\N');
    const lines: string[] = [];
    for (const one of linesOf(words, '\\N')) {
      if (++read % piecesAStep === 0) yield;
      if (one.trim() !== '') lines.push(one);
    }
    if (lines.length > 0) cues.push({ start: time(parts.slice(0, 4)), end: time(parts.slice(4)), lines });
  }
  // They stand in any order; a cue must not begin before the one above it.
  return yield* sortInSteps(cues, (a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function time([hours = '', minutes, seconds, rest = '']: readonly string[]): string {
  return `${hours.padStart(2, '0')}:${minutes}:${seconds}.${rest.padEnd(3, '0')}`;
}

/** What stands in braces, a tag, words up to one of both, or a sign that opens neither. */
const pieces = new RegExp(`\\{[^{}]*\\}|<[^<>]*>|[^{<]{1,${pieceChars}}|[{<]`, 'gu');

/** Marks of bold, italic and underlined stay; other tags, and places on the screen in braces, are left out. */
function* shownPieces(line: string): Generator<string> {
  if (line.length <= pieceChars && !/[{<>&]/.test(line)) return yield line;
  for (const [piece] of line.matchAll(pieces)) {
    const isTag = /^<\/?[a-z][^<>]*>$/i.test(piece);
    if (/^<\/?[biu]>$/i.test(piece)) yield piece.toLowerCase();
    else if (isTag || /^\{[^{}]*\}$/.test(piece)) yield '';
    else yield piece.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  }
}
