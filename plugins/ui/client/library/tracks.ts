import { html } from '../html.ts';
import { duration, words } from '../words/texts.ts';

interface MediaShown {
  durationMs?: number;
  video?: { codec?: string; width?: number; height?: number; hdr?: string }[];
  audio?: { codec?: string; channels?: number; language?: string; title?: string }[];
  subtitles?: { format?: string; language?: string; title?: string }[];
}

function shown(media: unknown): MediaShown | undefined {
  return typeof media === 'object' && media !== null ? media : undefined;
}

/** How long it is; undefined where its header was not read. */
export function lengthOf(media: unknown): string | undefined {
  const ms = shown(media)?.durationMs;
  return ms === undefined ? undefined : duration(ms);
}

const layouts: Readonly<Record<number, string>> = { 1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1' };

/** What its header says; and where nobody has read it, that. */
export function Tracks({ media }: { media: unknown }) {
  const { title } = words;
  const facts = shown(media);
  if (!facts) return html`<dt>${title.video}</dt><dd class="soft">${title.noMedia}</dd>`;
  const { video = [], audio = [], subtitles = [] } = facts;
  const line = (...words: unknown[]) => words.filter(Boolean).join(' ');
  const rows: [string, (string | undefined)[]][] = [
    [title.length, [lengthOf(media)]],
    [title.video, video.map((one) => line(one.codec, one.width && `${one.width} × ${one.height}`, one.hdr))],
    [
      title.audio,
      audio.map((one) =>
        line(one.language, one.codec, one.channels && (layouts[one.channels] ?? one.channels), one.title),
      ),
    ],
    [title.subtitles, subtitles.map((one) => line(one.language, one.format, one.title))],
  ];
  return rows.flatMap(([name, lines]) =>
    lines.filter(Boolean).length === 0 ? [] : html`<dt>${name}</dt><dd>${lines.join(', ')}</dd>`,
  );
}
