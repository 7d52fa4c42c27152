import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { words } from '../words/texts.ts';
import { FeedCard } from './feed.ts';
import { Proposals } from './proposals.ts';
import { Review } from './review.ts';
import { Trash } from './trash.ts';
import { TreePlan } from './tree-plan.ts';

/** What a person decides and puts right. */
export function RepairView() {
  // What was done in one part may have changed what the others show.
  const [turn, setTurn] = useState(0);
  const done = () => setTurn((now) => now + 1);
  return html`<h1>${words.repair.title}</h1>
    <div class="grid">
    <${Proposals} turn=${turn} done=${done} />
    <${Review} turn=${turn} done=${done} />
    <${TreePlan} turn=${turn} done=${done} />
    <${Trash} turn=${turn} done=${done} />
    <${FeedCard} />
    </div>`;
}
