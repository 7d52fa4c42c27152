/** Kinds of subtitles that can be told in WebVTT. */
const readable = ['srt', 'vtt', 'ass', 'ssa'];

const extensionOf = (name: string) => /\.([a-z]{3})$/i.exec(name)?.[1]?.toLowerCase() ?? '';

/** Whether browsers can be given this file as WebVTT. */
export function isWebVttSource(name: string): boolean {
  return readable.includes(extensionOf(name));
}

/**
 * A subtitle as WebVTT, the one kind that browsers read (W3C WebVTT: The Web Video Text Tracks Format).
 * @param name of the file, for its kind @param text its lines, ended by `\n`
 */
export function webVtt(name: string, text: string): string {
  const extension = extensionOf(name);
  if (extension === 'vtt') return text;
  const cues = extension === 'srt' ? srtCues(text.split('\n')) : assCues(text.split('\n'));
  return [
    'WEBVTT',
    ...cues.map(({ start, end, lines }) => `${start} --> ${end}\n${lines.map(shown).join('\n')}`),
  ]
    .join('\n\n')
    .concat('\n');
}

interface Cue {
  /** `00:01:02.345` */
  start: string;
  end: string;
  lines: string[];
}

const srtTimes = /^\s*(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3}) *--> *(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})/;

/** A line of times, then the words up to an empty line; numbers and whatever else stands between are left out. */
function srtCues(lines: readonly string[]): Cue[] {
  const cues: Cue[] = [];
  let words: string[] | undefined;
  for (const line of lines) {
    const times = srtTimes.exec(line.slice(0, 80));
    if (times) {
      const [, ...parts] = times;
      words = [];
      cues.push({ start: time(parts.slice(0, 4)), end: time(parts.slice(4)), lines: words });
    } else if (line.trim() === '') words = undefined;
    else words?.push(line);
  }
  return cues.filter((cue) => cue.lines.length > 0);
}

const assTimes =
  /^Dialogue: *[^,]{0,20}, *(\d{1,3}):(\d\d):(\d\d)\.(\d\d) *, *(\d{1,3}):(\d\d):(\d\d)\.(\d\d) *,/;
/** Fields before the words: layer, start, end, style, name, three margins, effect. */
const assFields = 9;

function assCues(lines: readonly string[]): Cue[] {
  const cues: Cue[] = [];
  for (const line of lines) {
    const times = assTimes.exec(line.slice(0, 120));
    if (!times) continue;
    let at = 0;
    for (let field = 0; field < assFields && at >= 0; field++) at = line.indexOf(',', at) + 1 || -1;
    if (at < 0) continue;
    const [, ...parts] = times;
    const words = line
      .slice(at)
      .replace(/\\[Nn]/g, '\n')
      .replaceAll('\\h', ' ');
    cues.push({
      start: time(parts.slice(0, 4)),
      end: time(parts.slice(4)),
      lines: words.split('\n').filter((one) => one.trim() !== ''),
    });
  }
  // They stand in any order; a cue must not begin before the one above it.
  return cues
    .filter((cue) => cue.lines.length > 0)
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
}

function time([hours = '', minutes, seconds, rest = '']: readonly string[]): string {
  return `${hours.padStart(2, '0')}:${minutes}:${seconds}.${rest.padEnd(3, '0')}`;
}

/** Marks of bold, italic and underlined stay; other tags, and places on the screen in braces, are left out. */
function shown(line: string): string {
  let text = '';
  for (const part of line.replace(/\{[^{}]*\}/g, '').split(/(<[^<>]*>)/)) {
    if (/^<\/?[biu]>$/i.test(part)) text += part.toLowerCase();
    else if (!/^<\/?[a-z][^<>]*>$/i.test(part))
      text += part.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  }
  return text;
}
