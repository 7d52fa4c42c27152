import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { getTitle } from '../../../../src/api/library.ts';
import { useAsked } from '../asking.ts';
import { live } from '../door.ts';
import { html } from '../html.ts';
import { Empty, Fault } from '../parts.ts';
import { bytes, words } from '../words/texts.ts';
import { Player } from './player.ts';
import { Face } from './poster.ts';
import { recognitionOf, type TitleFile, TitleFileRow } from './title-file.ts';
import { lengthOf } from './tracks.ts';

type Answer = AnswerOf<typeof getTitle>;

const step = 100;
const maxFiles = 500;

/** One film or show: its picture, its versions or its episodes by season. @param rest the key of the title */
export function TitleView({ rest: key }: { rest: string }) {
  const [limit, setLimit] = useState(step);
  const asked = useAsked<Answer>(
    `/library/title?limit=${limit}&key=${encodeURIComponent(key)}`,
    live.value.library?.version,
  );
  const [playing, setPlaying] = useState<TitleFile | undefined>(undefined);
  const { value, fault } = asked.value;
  const { title } = words;
  const files = value?.files ?? [];
  const groups = [...Map.groupBy(files, groupOf)];
  return html`<p class="back"><a href="#/library">← ${title.back}</a></p>
    <${Fault} text=${fault} />
    ${value && html`<${Head} titleKey=${key} answer=${value} play=${setPlaying} />`}
    ${playing && html`<${Player} key=${playing.id} file=${playing} close=${() => setPlaying(undefined)} />`}
    ${value && files.length === 0 && html`<${Empty}>${title.gone}<//>`}
    ${groups.map(
      ([name, some]) => html`<section key=${name} class="group" aria-label=${name}>
        <h2>${name} <span class="soft">${some.length}</span></h2>
        <ul class="files">${some.map(
          (file) =>
            html`<${TitleFileRow} key=${file.id} file=${file} isOpen=${value?.total === 1} play=${() => setPlaying(file)} />`,
        )}</ul></section>`,
    )}
    ${value && value.total > files.length && limit < maxFiles && html`<button onClick=${() => setLimit(Math.min(maxFiles, limit + step))}>${words.more}</button>`}`;
}

function groupOf(file: TitleFile): string {
  const { title } = words;
  const { kind, season } = recognitionOf(file);
  if (kind === 'episode') return season === undefined ? title.episodes : title.season(season);
  return kind === 'extra' ? title.extras : title.versions;
}

/** What its folder in the tree is called, and the year in its own place. */
function nameOf(file: TitleFile | undefined, key: string): { name: string; year: string } {
  const segments = (file?.treePath ?? key).split('/');
  const dir = segments[1] ?? segments[0] ?? key;
  const [, name = dir, year = ''] = /^(.*\S) \((\d{4})\)/.exec(dir) ?? [];
  return { name, year };
}

function Head({
  titleKey,
  answer: { files, poster, total },
  play,
}: {
  titleKey: string;
  answer: Answer;
  play: (file: TitleFile) => void;
}) {
  const { title, library } = words;
  const there = files.filter(({ missingSince }) => missingSince === undefined);
  const first = there.find((file) => recognitionOf(file).kind !== 'extra') ?? there[0];
  const { name, year } = nameOf(files[0], titleKey);
  const kinds = files.map((file) => recognitionOf(file).kind);
  const kind = kinds.includes('episode') ? 'episode' : kinds.includes('movie') ? 'movie' : 'unsorted';
  const size = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const facts = [
    year,
    first && kind === 'movie' && lengthOf(first.media),
    total > 1 && library.episodes(total),
    total === files.length && bytes(size),
  ];
  const badges = new Set(
    there.flatMap((file) => {
      const { resolution, hdr, source } = recognitionOf(file);
      return [resolution, hdr, source].flatMap((word) => word ?? []);
    }),
  );
  return html`<div class="head">
    <${Face} name=${name} kind=${kind} titleKey=${titleKey} poster=${poster} />
    <div>
      <h1>${name}</h1>
      <p class="soft">${facts.filter(Boolean).join(' · ')}</p>
      ${badges.size > 0 && html`<ul class="badges">${[...badges].map((word) => html`<li key=${word}>${word}</li>`)}</ul>`}
      ${first && html`<div class="buttons"><button class="main" onClick=${() => play(first)}>${title.play}</button></div>`}
    </div>
  </div>`;
}
