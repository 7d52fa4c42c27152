import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { listReview } from '../../../../src/api/overrides.ts';
import { useAsked } from '../asking.ts';
import { live } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { spoken } from '../words/spoken.ts';
import { bytes, day, words } from '../words/texts.ts';
import { FixForm } from './fix-form.ts';

type Answer = AnswerOf<typeof listReview>;

const step = 50;

/** Names that say too little, files that did harm when they were read, and those that have one name in one folder. */
export function Review({ turn, done }: { turn: number; done: () => void }) {
  const [limit, setLimit] = useState(step);
  const asked = useAsked<Answer>(`/review?limit=${limit + 1}`, `${turn} ${live.value.library?.version}`);
  const { repair } = words;
  const { value, fault } = asked.value;
  const doubts = value?.files ?? [];
  const putAside = value?.putAside ?? [];
  const twins = value?.twins ?? [];
  const onWall = doubts.length > 0 && html`<a class="button" href="#/library/unsure">${repair.seeOnWall}</a>`;
  return html`<${Card} title=${repair.review} wide action=${onWall}>
    <${Fault} text=${fault} />
    ${value && doubts.length === 0 && html`<${Empty}>${repair.reviewNone}<//>`}
    <ul class="rows">${doubts.slice(0, limit).map((one) => html`<${Doubtful} key=${one.fileId} file=${one} done=${done} />`)}</ul>
    ${doubts.length > limit && html`<button onClick=${() => setLimit(limit + step)}>${words.more}</button>`}
    ${
      putAside.length > 0 &&
      html`<h3>${repair.putAside}</h3>
      <ul class="rows">${putAside.map((one) => html`<li key=${one.fileId}><b class="path">${one.path}</b><span class="soft">${spoken(one.whySaid, one.why)}</span></li>`)}</ul>`
    }
    ${twins.length > 0 && html`<h3>${repair.twins}</h3><p class="soft">${repair.twinsHint}</p>`}
    <ul class="rows">${twins.map(
      ({ path, files }) => html`<li key=${path}><b class="path">${path}</b>
      <ul class="rows">${files.map(
        (file) => html`<li key=${file.fileId}><span class="path">${file.path}</span>
        <span class="soft">${[bytes(file.sizeBytes), file.sentAt !== undefined && day(file.sentAt)].filter(Boolean).join(' · ')}</span></li>`,
      )}</ul></li>`,
    )}</ul>
  <//>`;
}

function Doubtful({ file, done }: { file: Answer['files'][number]; done: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const { repair } = words;
  const close = () => {
    setOpen(false);
    done();
  };
  return html`<li class=${isOpen ? '' : 'aside'}>
    <span><b class="path">${file.path}</b>
    <span class="soft">${spoken(file.whySaid, file.why)}</span></span>
    ${
      isOpen
        ? html`<${FixForm} path="" fileId=${file.fileId} recognition=${file.recognition} close=${close} />`
        : html`<button onClick=${() => setOpen(true)}>${repair.fix}</button>`
    }
  </li>`;
}
