import { signal } from '@preact/signals-core';
import { useEffect, useState } from 'preact/hooks';
import type { TitleAnswerRow, TitleFilter } from '../../../../src/api/library.ts';
import { queryText } from '../door.ts';
import { html } from '../html.ts';
import { Icon, Select } from '../parts.ts';
import { words } from '../words/texts.ts';
import { VirtualWall } from './wall.ts';

/** What is looked for; kept while one looks at a title and comes back. */
const query = signal('');
const kind = signal<'' | TitleAnswerRow['kind']>('');
const only = signal<'' | TitleFilter>('');
const order = signal<'title' | 'added'>('title');

/** How long one waits for the next letter. */
const typingMs = 120;

const kinds = ['', 'movie', 'episode', 'unsorted'] as const;
const filters = ['', 'unsure', 'no-media', 'missing', 'duplicates', 'no-subtitles', 'several'] as const;
const orders = ['title', 'added'] as const;

/** @param rest a filter, where a link names one: `#/library/unsure` */
export function LibraryView({ rest }: { rest: string }) {
  const { library } = words;
  const [asked, setAsked] = useState(query.value);
  useEffect(() => {
    const named = filters.find((one) => one === rest);
    if (rest !== '' && named !== undefined) only.value = named;
  }, [rest]);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(query.value), typingMs);
    return () => clearTimeout(timer);
  }, [query.value]);
  const wanted = queryText({ query: asked, kind: kind.value, only: only.value, order: order.value });
  const isAll = asked === '' && kind.value === '' && only.value === '';
  return html`<div class="tools">
      <h1>${library.title}</h1>
      <label class="search"><span class="off-screen">${library.search}</span><${Icon} name="search" />
        <input type="search" value=${query.value} placeholder=${library.placeholder} autocomplete="off" spellcheck=${false}
          onInput=${(event: InputEvent) => {
            query.value = (event.currentTarget as HTMLInputElement).value;
          }} /></label>
      <div class="choices">
        <div class="chips" role="group" aria-label=${library.kind}>${kinds.map(
          (one) =>
            html`<button key=${one} class="chip" aria-pressed=${kind.value === one} onClick=${() => {
              kind.value = one;
            }}>${library.kinds[one === '' ? 'all' : one]}</button>`,
        )}</div>
        <${Select} label=${library.only} of=${only} values=${filters} names=${library.onlys} />
        <${Select} label=${library.order} of=${order} values=${orders} names=${library.orders} />
      </div>
    </div>
    <${VirtualWall} wanted=${wanted} isAll=${isAll} />`;
}
