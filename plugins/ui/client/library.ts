import { signal } from '@preact/signals-core';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listTitles, TitleAnswerRow } from '../../../src/api/library.ts';
import { faultText } from './asking.ts';
import { callApi, live, queryText } from './door.ts';
import { html } from './html.ts';
import { Empty, Fault, hrefOfTitle, Icon, Poster } from './parts.ts';
import { words } from './texts.ts';

/** What is looked for; kept while one looks at a title and comes back. */
const query = signal('');
const kind = signal<'' | TitleAnswerRow['kind']>('');
const only = signal<'' | 'missing' | 'several'>('');
const order = signal<'title' | 'added'>('title');
let lastTop = 0;

/** Titles of one request, and how long one waits for the next letter. */
const pageSize = 100;
const typingMs = 120;
/** Rows beside those that are seen. */
const rowsAround = 3;

/** A list of which only what is seen was fetched. */
interface Wall {
  total: number | undefined;
  known: ReadonlyMap<number, TitleAnswerRow>;
  fault: string | undefined;
}

export function LibraryView() {
  const { library } = words;
  const [asked, setAsked] = useState(query.value);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(query.value), typingMs);
    return () => clearTimeout(timer);
  }, [query.value]);
  const wanted = queryText({ query: asked, kind: kind.value, only: only.value, order: order.value });
  const kinds = ['', 'movie', 'episode', 'unsorted'] as const;
  return html`<div class="tools">
      <h1>${library.title}</h1>
      <label class="search"><span class="off-screen">${library.search}</span><${Icon} name="search" />
        <input type="search" value=${query.value} placeholder=${library.placeholder} autocomplete="off" spellcheck=${false}
          onInput=${(event: InputEvent) => {
            query.value = (event.currentTarget as HTMLInputElement).value;
          }} /></label>
      <div class="choices" role="group" aria-label=${library.only}>
        ${kinds.map(
          (one) =>
            html`<button key=${one} class="chip" aria-pressed=${kind.value === one} onClick=${() => {
              kind.value = one;
            }}>${library.kinds[one === '' ? 'all' : one]}</button>`,
        )}
        <label><span class="off-screen">${library.only}</span><select value=${only.value} onChange=${(
          event: Event,
        ) => {
          only.value = (event.currentTarget as HTMLSelectElement).value as typeof only.value;
        }}>
          <option value="">${library.onlys.none}</option>
          <option value="missing">${library.onlys.missing}</option>
          <option value="several">${library.onlys.several}</option>
        </select></label>
        <label><span class="off-screen">${library.order}</span><select value=${order.value} onChange=${(
          event: Event,
        ) => {
          order.value = (event.currentTarget as HTMLSelectElement).value as typeof order.value;
        }}>
          <option value="title">${library.orders.title}</option>
          <option value="added">${library.orders.added}</option>
        </select></label>
      </div>
    </div>
    <${VirtualWall} wanted=${wanted} />`;
}

/** Twenty thousand titles, of which those are in the page that are seen. */
function VirtualWall({ wanted }: { wanted: string }) {
  const version = live.value.library?.version;
  const [wall, setWall] = useState<Wall>({ total: undefined, known: new Map(), fault: undefined });
  const [seen, setSeen] = useState({ first: 0, count: 40, columns: 4, rowHeight: 250 });
  const box = useRef<HTMLDivElement>(null);
  const loading = useRef(new Map<number, AbortController>());

  function measure(): void {
    const element = box.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const columns = style.gridTemplateColumns.split(' ').length;
    const poster = element.querySelector<HTMLElement>('.poster');
    const rowHeight = (poster?.offsetHeight ?? 230) + (Number.parseFloat(style.rowGap) || 0);
    const { top } = element.parentElement?.getBoundingClientRect() ?? { top: 0 };
    const firstRow = Math.max(0, Math.floor(-top / rowHeight) - rowsAround);
    const rows = Math.ceil(innerHeight / rowHeight) + 2 * rowsAround + 1;
    const next = { first: firstRow * columns, count: rows * columns, columns, rowHeight };
    setSeen((now) => (JSON.stringify(now) === JSON.stringify(next) ? now : next));
    lastTop = scrollY;
  }

  /** Fetches the page that begins here, unless it is there or under way. */
  function fetchPage(page: number): void {
    if (loading.current.has(page)) return;
    const leave = new AbortController();
    loading.current.set(page, leave);
    const path = `/library/titles${wanted === '' ? '?' : `${wanted}&`}limit=${pageSize}&offset=${page * pageSize}`;
    callApi<AnswerOf<typeof listTitles>>('GET', path, undefined, leave.signal)
      .then(({ total, titles }) =>
        setWall((now) => {
          const known = new Map(now.known);
          for (const [at, title] of titles.entries()) known.set(page * pageSize + at, title);
          return { total, known, fault: undefined };
        }),
      )
      .catch((error: unknown) => {
        if (leave.signal.aborted) return;
        loading.current.delete(page);
        setWall((now) => ({ ...now, fault: faultText(error) }));
      });
  }

  useEffect(() => {
    const leaving = loading.current;
    setWall((now) => ({ ...now, known: new Map() }));
    fetchPage(0);
    return () => {
      for (const leave of leaving.values()) leave.abort();
      leaving.clear();
    };
  }, [wanted, version]);
  useEffect(() => {
    scrollTo(0, lastTop);
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, []);
  useEffect(measure, [wall]);
  const { total = 0 } = wall;
  const last = Math.min(total, seen.first + seen.count);
  useEffect(() => {
    for (let page = Math.floor(seen.first / pageSize); page * pageSize < last; page++) fetchPage(page);
  }, [seen, last, wanted]);

  const { library } = words;
  const cells = Array.from({ length: Math.max(0, last - seen.first) }, (_, at) => seen.first + at);
  const rows = Math.ceil(total / seen.columns);
  const isEmpty = wall.total === 0;
  const isAll = wanted === '?order=title';
  return html`<p class="soft found" role="status">${wall.total !== undefined && !isEmpty && library.count(total)}</p>
    <${Fault} text=${wall.fault} />
    ${isEmpty && html`<${Empty}>${isAll ? library.noneYet : library.none}<//>`}
    <div class="long" style=${{ minHeight: `${rows * seen.rowHeight}px` }}>
      <div class="wall" ref=${box} role="list" aria-label=${library.list} style=${{ transform: `translateY(${(seen.first / seen.columns) * seen.rowHeight}px)` }}>
        ${cells.map((at) => {
          const title = wall.known.get(at);
          return html`<div role="listitem" aria-setsize=${total} aria-posinset=${at + 1} key=${at}>${
            title
              ? html`<${Poster} title=${title} href=${hrefOfTitle(title.key)} />`
              : html`<div class="poster ghost" aria-hidden="true"><span class="face"></span></div>`
          }</div>`;
        })}
      </div>
    </div>`;
}
