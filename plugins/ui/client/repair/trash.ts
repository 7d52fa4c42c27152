import { useState } from 'preact/hooks';
import type { emptyTrash, listTrash, removeTrashed } from '../../../../src/api/changes.ts';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import { attempt, useAsked } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { PurgeBar } from '../purge-bar.ts';
import { ago, bytes, words } from '../words/texts.ts';

type Emptied = AnswerOf<typeof emptyTrash | typeof removeTrashed>;

/** What was removed from the account and can be taken back, or removed for good at once. */
export function Trash({ turn, done }: { turn: number; done: () => void }) {
  const asked = useAsked<AnswerOf<typeof listTrash>>('/trash', turn);
  /** What somebody is asked about: whether to remove it, by its number, or everything. */
  const [chosen, setChosen] = useState<number | 'all' | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const { trash } = words.repair;
  const { value, fault } = asked.value;
  const entries = value?.entries ?? [];

  const restore = (id: number) => async () => {
    await attempt(
      () => callApi('POST', `/trash/${id}/restore`),
      () => trash.restored,
    );
    done();
  };

  const remove = (which: number | 'all') => async () => {
    setBusy(true);
    await attempt(
      () =>
        which === 'all'
          ? callApi<Emptied>('POST', '/trash/empty', { all: true })
          : callApi<Emptied>('POST', `/trash/${which}/remove`),
      ({ removed }) => (removed === 0 ? trash.goneBefore : trash.emptied(removed)),
    );
    setBusy(false);
    setChosen(undefined);
    done();
  };

  const asking = (which: number | 'all', text: string) =>
    chosen === which &&
    html`<div class="sure" role="alert"><p>${text}</p><${PurgeBar} /><div class="buttons">
      <button class="danger" onClick=${remove(which)} disabled=${isBusy}>${isBusy ? words.loading : trash.emptySure}</button>
      <button onClick=${() => setChosen(undefined)} disabled=${isBusy}>${words.repair.cancel}</button></div></div>`;

  const action =
    entries.length > 0 &&
    chosen !== 'all' &&
    html`<button onClick=${() => setChosen('all')} disabled=${isBusy}>${trash.empty}</button>`;
  return html`<${Card} title=${trash.title} wide action=${action}>
    <${Fault} text=${fault} />
    ${value && entries.length === 0 && html`<${Empty}>${trash.none}<//>`}
    ${asking('all', trash.sure(entries.length))}
    <ul class="rows">${entries.map(
      ({ id, path, files, sizeBytes, removedAt }) => html`<li key=${id}>
        <div class="aside"><span><b class="path">${path}</b>
        <span class="soft">${[files > 1 && trash.files(files), bytes(sizeBytes), ago(Date.parse(removedAt))].filter(Boolean).join(' · ')}</span></span>
        <span class="buttons"><button onClick=${restore(id)} disabled=${isBusy}>${trash.restore}</button>
        <button onClick=${() => setChosen(id)} disabled=${isBusy} aria-label=${trash.removeOf(path)}>${trash.remove}</button></span></div>
        ${asking(id, trash.sureOf(path))}</li>`,
    )}</ul>
  <//>`;
}
