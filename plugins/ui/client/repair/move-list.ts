import { html } from '../html.ts';
import { words } from '../words/texts.ts';

interface ListedMove {
  tree: string;
  fileId: string;
  from?: { stem?: string | undefined } | undefined;
  to?: { stem?: string | undefined } | undefined;
  why?: string;
}

/** What would stand elsewhere, what would come, and what would go; each in words and not by colour alone. */
export function MoveList({ moves }: { moves: readonly ListedMove[] }) {
  const { fates } = words.repair;
  return html`<ul class="moves">${moves.map(({ tree, fileId, from, to, why }) => {
    const fate = from?.stem === undefined ? 'written' : to?.stem === undefined ? 'removed' : 'moved';
    return html`<li key=${`${tree} ${fileId}`}>
      <span class="fate ${fate}">${fates[fate]}</span>
      <span class="places">${from?.stem !== undefined && html`<span class="path was">${from.stem}</span>`}
      ${to?.stem !== undefined && html`<span class="path">${to.stem}</span>`}
      ${why && html`<span class="soft">${why}</span>`}</span></li>`;
  })}</ul>`;
}
