import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { listTitles, TitleAnswerRow } from '../../../../src/api/library.ts';
import { faultText } from '../asking.ts';
import { callApi, live, returns } from '../door.ts';
import { html } from '../html.ts';
import { Empty, Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { ComingPoster, Poster } from './poster.ts';

/** Titles of one request. */
const pageSize = 100;
/** Rows beside those that are seen. */
const rowsAround = 3;

/** A list of which only what is seen was fetched. */
interface Wall {
  total: number | undefined;
  known: ReadonlyMap<number, TitleAnswerRow>;
  fault: string | undefined;
}

const unknownWall: Wall = { total: undefined, known: new Map(), fault: undefined };
/** What was seen last: there at once, and as high, for who comes back from a title. */
let left: { wanted: string; wall: Wall; top: number } = { wanted: '', wall: unknownWall, top: 0 };

/** Twenty thousand titles, of which those are in the page that are seen. @param wanted a query of `/library/titles` */
export function VirtualWall({ wanted, isAll }: { wanted: string; isAll: boolean }) {
  const version = live.value.library?.version;
  const [wall, setWall] = useState<Wall>(left.wanted === wanted ? left.wall : unknownWall);
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
    left.top = scrollY;
  }

  /** Fetches the page that begins here, unless it is there or under way. */
  function fetchPage(page: number): void {
    if (loading.current.has(page)) return;
    const leave = new AbortController();
    loading.current.set(page, leave);
    const path = `/library/titles${wanted}&limit=${pageSize}&offset=${page * pageSize}`;
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

  const shown = useRef(wanted);
  useEffect(() => {
    const leaving = loading.current;
    // What is the same list is shown until it is there anew.
    if (shown.current === wanted) fetchPage(Math.floor(seen.first / pageSize));
    else {
      shown.current = wanted;
      setWall((now) => ({ ...now, known: new Map() }));
      scrollTo(0, 0);
      fetchPage(0);
    }
    return () => {
      for (const leave of leaving.values()) leave.abort();
      leaving.clear();
    };
  }, [wanted, version, returns.value]);
  useEffect(() => {
    if (left.wanted === wanted) scrollTo(0, left.top);
    addEventListener('scroll', measure, { passive: true });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('scroll', measure);
      removeEventListener('resize', measure);
    };
  }, []);
  useEffect(() => {
    left = { wanted, wall, top: left.top };
    measure();
  }, [wall, wanted]);
  const { total = 0 } = wall;
  const last = Math.min(total, seen.first + seen.count);
  useEffect(() => {
    for (let page = Math.floor(seen.first / pageSize); page * pageSize < last; page++) fetchPage(page);
  }, [seen, last, wanted, version, returns.value]);

  const { library } = words;
  const cells = Array.from({ length: Math.max(0, last - seen.first) }, (_, at) => seen.first + at);
  const rows = Math.ceil(total / seen.columns);
  const isEmpty = wall.total === 0;
  return html`<p class="soft found" role="status">${wall.total !== undefined && !isEmpty && library.count(total)}</p>
    <${Fault} text=${wall.fault} />
    ${isEmpty && html`<${Empty}>${isAll ? library.noneYet : library.none}<//>`}
    <div class="long" style=${{ minHeight: `${rows * seen.rowHeight}px` }}>
      <div class="wall" ref=${box} role="list" aria-label=${library.list} style=${{ transform: `translateY(${(seen.first / seen.columns) * seen.rowHeight}px)` }}>
        ${cells.map((at) => {
          const title = wall.known.get(at);
          return html`<div role="listitem" aria-setsize=${total} aria-posinset=${at + 1} key=${at}>${
            title ? html`<${Poster} title=${title} />` : html`<${ComingPoster} />`
          }</div>`;
        })}
      </div>
    </div>`;
}
