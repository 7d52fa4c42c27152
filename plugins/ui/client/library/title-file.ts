import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { getTitle } from '../../../../src/api/library.ts';
import { html } from '../html.ts';
import { FixForm } from '../repair/fix-form.ts';
import { spoken } from '../words/spoken.ts';
import { ago, bytes, words } from '../words/texts.ts';
import { PlayWays } from './play-ways.ts';
import { Tracks } from './tracks.ts';

export type TitleFile = AnswerOf<typeof getTitle>['files'][number];

interface ShownRecognition {
  kind: string;
  season?: number;
  confidence?: number;
  because?: string[];
  resolution?: string;
  hdr?: string;
  source?: string;
}

/** What it was taken for, as `recognise --json` prints it. */
export function recognitionOf({ recognition }: TitleFile): ShownRecognition {
  return recognition as unknown as ShownRecognition;
}

/** A version of a film or an episode of a show: how it is played, where it lies, what it holds, and why it is what it is. */
export function TitleFileRow({ file, isOpen, play }: { file: TitleFile; isOpen: boolean; play: () => void }) {
  const { title } = words;
  const [isFixing, setFixing] = useState(false);
  const { confidence, because = [], resolution, source } = recognitionOf(file);
  const facts = [resolution, source, bytes(file.sizeBytes), file.sentAt !== undefined && ago(file.sentAt)];
  return html`<li><details open=${isOpen}>
    <summary><span class="cut">${file.shownAs}</span><span class="soft">${facts.filter(Boolean).join(' · ')}</span>
      ${file.missingSince !== undefined && html`<em>${title.missing}</em>`}</summary>
    <${PlayWays} url=${file.url} name=${file.shownAs} play=${isOpen ? undefined : play} />
    <dl>
      <${Tracks} media=${file.media} />
      ${file.subtitles.length > 0 && html`<dt>${title.beside}</dt><dd class="path">${file.subtitles.join(', ')}</dd>`}
      <dt>${title.inAccount}</dt><dd class="path">${file.path}</dd>
      ${file.treePath && html`<dt>${title.inTree}</dt><dd class="path">${file.treePath}</dd>`}
      <dt>${title.recognised}</dt><dd>${confidence !== undefined && title.sure(Math.round(confidence * 100))}
        <ul class="because">${because.map((line, at) => html`<li key=${line}>${spoken(file.becauseSaid[at], line)}</li>`)}</ul>
        <button class="plain inline" aria-expanded=${isFixing} onClick=${() => setFixing(!isFixing)}>${title.fix}</button></dd>
    </dl>
    ${isFixing && html`<${FixForm} path=${file.path} fileId=${file.id} recognition=${file.recognition} close=${() => setFixing(false)} />`}
  </details></li>`;
}
