import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listReview } from '../../../src/api/overrides.ts';
import type { listProposals, ShownProposal } from '../../../src/api/proposals.ts';
import { attempt, useAsked } from './asking.ts';
import { callApi, live } from './door.ts';
import { FixForm } from './fix-form.ts';
import { html } from './html.ts';
import { Card, Empty, Fault } from './parts.ts';
import { ago, words } from './texts.ts';

type Review = AnswerOf<typeof listReview>;

const step = 50;
const decidedShown = 10;

export function RepairView() {
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((now) => now + 1);
  const { waiting, library } = live.value;
  const proposals = useAsked<AnswerOf<typeof listProposals>>(
    '/proposals?limit=100',
    `${turn} ${waiting?.proposals}`,
  );
  const [limit, setLimit] = useState(step);
  const review = useAsked<Review>(`/review?limit=${limit + 1}`, `${turn} ${library?.version}`);
  const { repair } = words;
  const all = proposals.value.value?.proposals ?? [];
  const open = all.filter(({ state }) => state === 'open');
  const decided = all.filter(({ state }) => state !== 'open').slice(0, decidedShown);
  const doubts = review.value.value?.files ?? [];
  const putAside = review.value.value?.putAside ?? [];
  return html`<h1>${repair.title}</h1>
    <div class="grid">
    <${Card} title=${repair.proposals} wide>
      <${Fault} text=${proposals.value.fault} />
      ${proposals.value.value && open.length === 0 && html`<${Empty}>${repair.proposalsNone}<//>`}
      <ul class="rows">${open.map((one) => html`<${OpenProposal} key=${one.id} proposal=${one} done=${again} />`)}</ul>
      ${
        decided.length > 0 &&
        html`<h3>${repair.decided}</h3>
        <ul class="rows">${decided.map((one) => html`<${DecidedProposal} key=${one.id} proposal=${one} done=${again} />`)}</ul>`
      }
    <//>
    <${Card} title=${repair.review} wide>
      <${Fault} text=${review.value.fault} />
      ${review.value.value && doubts.length === 0 && html`<${Empty}>${repair.reviewNone}<//>`}
      <ul class="rows">${doubts.slice(0, limit).map((one) => html`<${Doubtful} key=${one.fileId} file=${one} done=${again} />`)}</ul>
      ${doubts.length > limit && html`<button onClick=${() => setLimit(limit + step)}>${words.more}</button>`}
      ${
        putAside.length > 0 &&
        html`<h3>${repair.putAside}</h3>
        <ul class="rows">${putAside.map((one) => html`<li key=${one.fileId}><b class="path">${one.path}</b><span class="soft">${one.why}</span></li>`)}</ul>`
      }
    <//></div>`;
}

type ProposalWord = 'accept' | 'refuse' | 'undo';

function decide(proposal: ShownProposal, decision: ProposalWord, done: () => void): () => Promise<void> {
  const { repair } = words;
  const says = { accept: repair.accepted, refuse: repair.refused, undo: () => repair.undone };
  return async () => {
    await attempt(
      () => callApi<{ files: number }>('POST', `/proposals/${proposal.id}/${decision}`),
      ({ files }) => says[decision](files),
    );
    done();
  };
}

function OpenProposal({ proposal, done }: { proposal: ShownProposal; done: () => void }) {
  const { repair } = words;
  return html`<li>
    <b>${proposal.why}</b>
    <span class="soft">${repair.films(proposal.files, proposal.films)} · ${ago(proposal.at)}</span>
    <ul class="because">${proposal.examples.map((path) => html`<li key=${path} class="path">${path}</li>`)}</ul>
    <div class="buttons">
      <button class="main" onClick=${decide(proposal, 'refuse', done)}>${repair.refuse}</button>
      <button onClick=${decide(proposal, 'accept', done)}>${repair.accept}</button>
    </div>
  </li>`;
}

function DecidedProposal({ proposal, done }: { proposal: ShownProposal; done: () => void }) {
  const { repair } = words;
  const mayUndo = proposal.state === 'accepted' || proposal.state === 'refused';
  return html`<li>
    <span><b>${repair.states[proposal.state] ?? proposal.state}</b> ${proposal.why}</span>
    <span class="soft">${repair.films(proposal.files, proposal.films)} · ${ago(proposal.decidedAt ?? proposal.at)}</span>
    ${mayUndo && html`<div class="buttons"><button onClick=${decide(proposal, 'undo', done)}>${repair.undo}</button></div>`}
  </li>`;
}

function Doubtful({ file, done }: { file: Review['files'][number]; done: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const { repair } = words;
  const close = () => {
    setOpen(false);
    done();
  };
  return html`<li>
    <b class="path">${file.path}</b>
    <span class="soft">${file.why}</span>
    ${
      isOpen
        ? html`<${FixForm} path="" fileId=${file.fileId} recognition=${file.recognition} close=${close} />`
        : html`<div class="buttons"><button onClick=${() => setOpen(true)}>${repair.fix}</button></div>`
    }
  </li>`;
}
