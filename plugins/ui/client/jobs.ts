import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listUploads } from '../../../src/api/held-uploads.ts';
import type { listRemote } from '../../../src/api/remote.ts';
import { useAsked } from './asking.ts';
import { live } from './door.ts';
import { html } from './html.ts';
import { Card, Empty, Fault } from './parts.ts';
import { PurgeBar } from './purge-bar.ts';
import { spoken, spokenError } from './words/spoken.ts';
import { ago, words } from './words/texts.ts';

const shown = 20;

interface Job {
  key: string;
  name: string;
  to: string;
  state: keyof typeof words.jobs.states;
  at: number | undefined;
  why: string | undefined;
}

/** What the host fetches and what is sent to it, until it is there; and what came to nothing. */
export function JobsCard() {
  const { uploads = [], transfers = [], trash: { purging } = {} } = live.value;
  const version = [
    ...uploads.map(({ id, state }) => id + state),
    ...transfers.map(({ name, state }) => name + state),
  ].join();
  const remote = useAsked<AnswerOf<typeof listRemote>>(`/remote?limit=${shown}`, version);
  const held = useAsked<AnswerOf<typeof listUploads>>(`/uploads?limit=${shown}`, version);
  const jobs: Job[] = [
    ...(remote.value.value?.addresses ?? []).map(
      ({ id, url, path, state, why, whySaid, addedAt }): Job => ({
        ...{ key: `remote ${id}`, name: url, to: path, state, at: addedAt },
        why: why === undefined ? undefined : spoken(whySaid, why),
      }),
    ),
    ...(held.value.value?.uploads ?? []).map(
      ({ id, path, state, error, addedAt }): Job => ({
        ...{ key: `upload ${id}`, name: path.slice(path.lastIndexOf('/') + 1), to: path, state },
        at: Date.parse(addedAt),
        why: error && spokenError(error),
      }),
    ),
  ]
    .filter(({ state }) => state !== 'done' && state !== 'added')
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0));
  const { jobs: says } = words;
  const isThere = remote.value.value !== undefined && held.value.value !== undefined;
  return html`<${Card} title=${says.title} wide>
    <${Fault} text=${remote.value.fault ?? held.value.fault} />
    ${isThere && jobs.length === 0 && !purging && html`<${Empty}>${says.none}<//>`}
    <ul class="rows jobs">${purging && html`<li key="purge"><b>${says.purge.title}</b><${PurgeBar} /></li>`}${jobs.map(
      ({ key, name, to, state, at, why }) => html`<li key=${key}><b class="cut">${name}</b>
        <span>${to} · ${says.states[state]}${at !== undefined && html` <span class="soft">· ${ago(at)}</span>`}</span>
        ${why !== undefined && html`<span class="soft">${why}</span>`}</li>`,
    )}</ul>
  <//>`;
}
