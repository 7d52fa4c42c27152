import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { listProposals, ShownProposal } from '../../../../src/api/proposals.ts';
import { attempt, useAsked } from '../asking.ts';
import { callApi, live } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { spoken } from '../words/spoken.ts';
import { ago, words } from '../words/texts.ts';

const decidedShown = 10;

/** Deletions that wait for a word, and those that had one. */
export function Proposals({ turn, done }: { turn: number; done: () => void }) {
  const asked = useAsked<AnswerOf<typeof listProposals>>(
    '/proposals?limit=100',
    `${turn} ${live.value.waiting?.proposals}`,
  );
  const { repair } = words;
  const { value, fault } = asked.value;
  const all = value?.proposals ?? [];
  const open = all.filter(({ state }) => state === 'open');
  const decided = all.filter(({ state }) => state !== 'open').slice(0, decidedShown);
  return html`<${Card} title=${repair.proposals} wide>
    <${Fault} text=${fault} />
    ${value && open.length === 0 && html`<${Empty}>${repair.proposalsNone}<//>`}
    <ul class="rows">${open.map((one) => html`<${OpenProposal} key=${one.id} proposal=${one} done=${done} />`)}</ul>
    ${
      decided.length > 0 &&
      html`<h3>${repair.decided}</h3>
      <ul class="rows">${decided.map((one) => html`<${DecidedProposal} key=${one.id} proposal=${one} done=${done} />`)}</ul>`
    }
  <//>`;
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
    <b>${spoken(proposal.whySaid, proposal.why)}</b>
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
  return html`<li class="aside">
    <span><b>${repair.states[proposal.state] ?? proposal.state}</b> ${spoken(proposal.whySaid, proposal.why)}
    <span class="soft">${repair.films(proposal.files, proposal.films)} · ${ago(proposal.decidedAt ?? proposal.at)}</span></span>
    ${mayUndo && html`<button onClick=${decide(proposal, 'undo', done)}>${repair.undo}</button>`}
  </li>`;
}
