import { live } from './door.ts';
import { html } from './html.ts';
import { Bar } from './parts.ts';
import { words } from './words/texts.ts';

/** How far something is that is being removed from the account for good; nothing where nothing is. */
export function PurgeBar() {
  const purging = live.value.trash?.purging;
  if (!purging) return null;
  const { purge } = words.jobs;
  const { files, removedFiles, removedFolders } = purging;
  return html`<${Bar} value=${removedFiles} max=${files} label=${purge.title} />
    <p class="soft">${purge.done(removedFiles, files, removedFolders)}</p>`;
}
