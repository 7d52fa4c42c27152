import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { applyTree, planTree, undoTree } from '../../../../src/api/tree.ts';
import { attempt, tell } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty } from '../parts.ts';
import { words } from '../words/texts.ts';
import { MoveList } from './move-list.ts';

type Plan = AnswerOf<typeof planTree>;

const movesShown = 100;

/** Paths stay as they are until a person says otherwise: what would stand elsewhere today, done and taken back here. */
export function TreePlan({ done }: { done: () => void }) {
  const { plan: says, undo: undoWord } = words.repair;
  const [plan, setPlan] = useState<Plan | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);

  async function busily(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    await work();
    setBusy(false);
  }

  const showPlan = () =>
    busily(async () => setPlan(await attempt(() => callApi<Plan>('GET', `/tree/plan?moves=${movesShown}`))));

  const undo = () =>
    busily(async () => {
      const answer = await attempt(() => callApi<AnswerOf<typeof undoTree>>('POST', '/tree/undo'));
      if (!answer) return;
      tell(answer.batch ? says.undone(answer.batch.moved) : says.undoNone);
      setPlan(undefined);
      done();
    });

  const apply = () =>
    busily(async () => {
      const answer = await attempt(
        () => callApi<AnswerOf<typeof applyTree>>('POST', '/tree/apply?moves=1'),
        ({ moved, failed }) => says.applied(moved, failed),
        { label: undoWord, run: () => void undo() },
      );
      if (!answer) return;
      setPlan(undefined);
      done();
    });

  const action = html`<button onClick=${showPlan} disabled=${isBusy}>${isBusy ? words.loading : says.show}</button>`;
  return html`<${Card} title=${says.title} wide action=${action}>
    <p class="soft">${says.hint}</p>
    <div aria-live="polite">
    ${plan?.moved === 0 && html`<${Empty}>${says.none}<//>`}
    ${
      plan !== undefined &&
      plan.moved > 0 &&
      html`<p><b>${says.count(plan.moved)}</b>${plan.moved > plan.moves.length && html` <span class="soft">${says.first(plan.moves.length)}</span>`}</p>
      <${MoveList} moves=${plan.moves} />`
    }</div>
    <div class="buttons">
      ${plan !== undefined && plan.moved > 0 && html`<button class="main" onClick=${apply} disabled=${isBusy}>${says.apply(plan.moved)}</button>`}
      <button onClick=${undo} disabled=${isBusy}>${says.undo}</button>
    </div>
  <//>`;
}
