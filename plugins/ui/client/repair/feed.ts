import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { LibraryChangeAnswer, listChanges } from '../../../../src/api/feed.ts';
import { attempt, useAsked } from '../asking.ts';
import { callApi, live } from '../door.ts';
import { html } from '../html.ts';
import { hrefOfTitle } from '../library/poster.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { ago, words } from '../words/texts.ts';

type Page = AnswerOf<typeof listChanges>;

const step = 20;

/** What came into the library, went, was moved or replaced. */
export function FeedCard() {
  const { feed } = words;
  const newest = live.value.changes?.newest;
  const first = useAsked<Page>(`/changes?limit=${step}`, newest);
  const [older, setOlder] = useState<{ of: number | undefined; pages: readonly Page[] }>({
    of: newest,
    pages: [],
  });
  // What is new pushes the others on: pages that were read before do not fit any more.
  const pages = older.of === newest ? older.pages : [];
  const { value, fault } = first.value;
  const all = value ? [value, ...pages] : [];
  const next = all.at(-1)?.next;
  const more = async () => {
    const page = await attempt(() => callApi<Page>('GET', `/changes?limit=${step}&before=${next}`));
    if (page) setOlder({ of: newest, pages: [...pages, page] });
  };
  return html`<${Card} title=${feed.title} wide>
    <${Fault} text=${fault} />
    ${value?.changes.length === 0 && html`<${Empty}>${feed.none}<//>`}
    <ul class="rows feed">${all.flatMap(({ changes }) => changes).map((one) => html`<${Change} key=${one.id} change=${one} />`)}</ul>
    ${next !== undefined && html`<button onClick=${more}>${words.more}</button>`}
  <//>`;
}

function Change({ change }: { change: LibraryChangeAnswer }) {
  const { feed } = words;
  const { at, kind, key, tree, path, former, files, titles } = change;
  const name = path === '' ? feed.everywhere : path;
  const isLinked = key !== undefined && tree === '' && kind !== 'went';
  return html`<li>
    <span><b>${feed.kinds[kind]}</b> ${isLinked ? html`<a class="path" href=${hrefOfTitle(key)}>${name}</a>` : html`<span class="path">${name}</span>`}</span>
    <span class="soft">${[former && feed.from(former), tree, files > 1 && feed.counts(titles, files), ago(at)].filter(Boolean).join(' · ')}</span>
  </li>`;
}
