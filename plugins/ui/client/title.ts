import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { getTitle } from '../../../src/api/library.ts';
import { useAsked } from './asking.ts';
import { live } from './door.ts';
import { FixForm } from './fix-form.ts';
import { html } from './html.ts';
import { copyText, Empty, Fault } from './parts.ts';
import { ago, bytes, words } from './texts.ts';

type Answer = AnswerOf<typeof getTitle>;
type TitleFile = Answer['files'][number];

const step = 100;

export function TitleView({ rest: key }: { rest: string }) {
  const [limit, setLimit] = useState(step);
  const asked = useAsked<Answer>(
    `/library/title?limit=${limit}&key=${encodeURIComponent(key)}`,
    live.value.library?.version,
  );
  const [playing, setPlaying] = useState<TitleFile | undefined>(undefined);
  const { value, fault } = asked.value;
  const { title } = words;
  const name = nameOf(value?.files[0], key);
  return html`<p class="back"><a href="#/library">← ${title.back}</a></p>
    <h1>${name}</h1>
    <${Fault} text=${fault} />
    ${playing && html`<${Player} key=${playing.id} file=${playing} close=${() => setPlaying(undefined)} />`}
    ${value?.files.length === 0 && html`<${Empty}>${title.gone}<//>`}
    <ul class="files" aria-label=${title.files}>${value?.files.map(
      (file) =>
        html`<${FileRow} key=${file.id} file=${file} isOpen=${value.total === 1} play=${() => setPlaying(file)} />`,
    )}</ul>
    ${value && value.total > value.files.length && html`<button onClick=${() => setLimit(Math.min(500, limit + step))}>${words.more}</button>`}`;
}

/** What its folder in the tree is called. */
function nameOf(file: TitleFile | undefined, key: string): string {
  const segments = (file?.treePath ?? key).split('/');
  return segments[1] ?? segments[0] ?? key;
}

function FileRow({ file, isOpen, play }: { file: TitleFile; isOpen: boolean; play: () => void }) {
  const { title } = words;
  const [isFixing, setFixing] = useState(false);
  const recognition = file.recognition as {
    confidence?: number;
    because?: string[];
    resolution?: string;
    source?: string;
  };
  const facts = [
    recognition.resolution,
    recognition.source,
    bytes(file.sizeBytes),
    file.sentAt !== undefined && ago(file.sentAt),
  ];
  const stream = file.url;
  return html`<li><details open=${isOpen}>
    <summary><span class="cut">${file.shownAs}</span><span class="soft">${facts.filter(Boolean).join(' · ')}</span>
      ${file.missingSince !== undefined && html`<em>${title.missing}</em>`}</summary>
    <div class="buttons">
      <button class="main" onClick=${play}>${title.play}</button>
      <a class="button" href="vlc://${stream}">${title.vlc}</a>
      <a class="button" href="infuse://x-callback-url/play?url=${encodeURIComponent(stream)}">${title.infuse}</a>
      <button onClick=${() => copyText(`mpv "${stream}"`)}>${title.mpv}</button>
      <button onClick=${() => copyText(stream)}>${title.address}</button>
      <button class="plain" aria-expanded=${isFixing} onClick=${() => setFixing(!isFixing)}>${title.fix}</button>
    </div>
    ${isFixing && html`<${FixForm} path=${file.path} fileId=${file.id} recognition=${file.recognition} close=${() => setFixing(false)} />`}
    <dl>
      <dt>${title.inAccount}</dt><dd class="path">${file.path}</dd>
      ${file.treePath && html`<dt>${title.inTree}</dt><dd class="path">${file.treePath}</dd>`}
      <${Tracks} media=${file.media} />
      <dt>${title.recognised}</dt><dd>${recognition.confidence !== undefined && title.sure(Math.round(recognition.confidence * 100))}
        <ul class="because">${recognition.because?.map((line) => html`<li key=${line}>${line}</li>`)}</ul></dd>
    </dl>
  </details></li>`;
}

interface MediaShown {
  video?: { codec?: string; width?: number; height?: number; hdr?: string }[];
  audio?: { codec?: string; channels?: number; language?: string; title?: string }[];
  subtitles?: { format?: string; language?: string; title?: string }[];
}

function Tracks({ media }: { media: unknown }) {
  if (typeof media !== 'object' || media === null) return null;
  const { video = [], audio = [], subtitles = [] } = media as MediaShown;
  const { title } = words;
  const line = (...facts: unknown[]) => facts.filter(Boolean).join(' ');
  const rows: [string, string[]][] = [
    [title.video, video.map((one) => line(one.codec, one.width && `${one.width} × ${one.height}`, one.hdr))],
    [
      title.audio,
      audio.map((one) =>
        line(
          one.language,
          one.codec,
          one.channels && `${one.channels}.0`.replace('6.0', '5.1').replace('8.0', '7.1'),
          one.title,
        ),
      ),
    ],
    [title.subtitles, subtitles.map((one) => line(one.language, one.format, one.title))],
  ];
  return rows.flatMap(([name, lines]) =>
    lines.length === 0 ? [] : html`<dt>${name}</dt><dd>${lines.join(', ')}</dd>`,
  );
}

/** The film in the page: at the same address as everywhere, but at the origin of the page. */
function Player({ file, close }: { file: TitleFile; close: () => void }) {
  const [isFaulty, setFaulty] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const { title } = words;
  useEffect(() => {
    video.current?.scrollIntoView({ block: 'center' });
    video.current?.focus({ preventScroll: true });
    video.current?.play().catch(() => undefined);
    const element = video.current;
    return () => {
      // Else the browser goes on reading what nobody sees.
      element?.removeAttribute('src');
      element?.load();
    };
  }, []);
  return html`<section class="player" aria-label=${file.shownAs}>
    ${isFaulty && html`<${Fault} text=${title.cannot} />`}
    <video ref=${video} controls playsinline preload="metadata" src=${new URL(file.url).pathname} onError=${() => setFaulty(true)}></video>
    <button onClick=${close}>${title.stop}</button>
  </section>`;
}
