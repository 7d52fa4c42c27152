import { useState } from 'preact/hooks';
import type { emptyTrash, listTrash } from '../../../../src/api/changes.ts';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import { attempt, useAsked } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { ago, bytes, words } from '../texts.ts';

/** What was removed from the account and can be taken back, or removed for good at once. */
export function Trash({ turn, done }: { turn: number; done: () => void }) {
  const asked = useAsked<AnswerOf<typeof listTrash>>('/trash', turn);
  const [isSure, setSure] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const { trash, cancel } = words.repair;
  const { value, fault } = asked.value;
  const entries = value?.entries ?? [];

  const restore = (id: number) => async () => {
    await attempt(
      () => callApi('POST', `/trash/${id}/restore`),
      () => trash.restored,
    );
    done();
  };

  async function empty(): Promise<void> {
    setBusy(true);
    await attempt(
      () => callApi<AnswerOf<typeof emptyTrash>>('POST', '/trash/empty', { all: true }),
      ({ removed }) => trash.emptied(removed),
    );
    setBusy(false);
    setSure(false);
    done();
  }

  const action =
    entries.length > 0 && !isSure && html`<button onClick=${() => setSure(true)}>${trash.empty}</button>`;
  return html`<${Card} title=${trash.title} wide action=${action}>
    <${Fault} text=${fault} />
    ${value && entries.length === 0 && html`<${Empty}>${trash.none}<//>`}
    ${
      isSure &&
      html`<div class="sure" role="alert"><p>${trash.sure(entries.length)}</p><div class="buttons">
        <button class="danger" onClick=${empty} disabled=${isBusy}>${isBusy ? words.loading : trash.emptySure}</button>
        <button onClick=${() => setSure(false)} disabled=${isBusy}>${cancel}</button></div></div>`
    }
    <ul class="rows">${entries.map(
      ({ id, path, files, sizeBytes, removedAt }) => html`<li key=${id} class="aside">
        <span><b class="path">${path}</b>
        <span class="soft">${[files > 1 && trash.files(files), bytes(sizeBytes), ago(Date.parse(removedAt))].filter(Boolean).join(' · ')}</span></span>
        <button onClick=${restore(id)}>${trash.restore}</button></li>`,
    )}</ul>
  <//>`;
}
