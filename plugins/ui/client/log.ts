import { useEffect, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { LogQuery, readLog, ShownLogLine } from '../../../src/api/log.ts';
import { followEvents, queryText } from './door.ts';
import { html } from './html.ts';
import { Card, Empty } from './parts.ts';
import { timeOfSecond, timesHere, words } from './words/texts.ts';

/** More are not in the page: a log is read at its end. */
const maxShown = 400;
const typingPauseMs = 300;
const levels = ['debug', 'info', 'warn', 'error'] as const;

type Area = NonNullable<LogQuery['area']>;

/** The last lines of the log, and those that come, by level, text and what they are about. */
export function LogView() {
  const { log } = words;
  const [level, setLevel] = useState<LogQuery['level']>('info');
  const [area, setArea] = useState<Area | ''>('');
  const [text, setText] = useState('');
  const [lines, setLines] = useState<readonly ShownLogLine[]>([]);
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    const leave = new AbortController();
    setLines([]);
    setThere(false);
    let after = 0;
    const told = (_name: string, data: string) => {
      const found: AnswerOf<typeof readLog> = JSON.parse(data);
      // Numbers begin anew with each process.
      const isSame = found.newest >= after;
      after = found.newest;
      setLines((before) => [...found.lines, ...(isSame ? before : [])].slice(0, maxShown));
    };
    const follow = () =>
      void followEvents(
        () => `/log${queryText({ level, area, text, limit: maxShown, after })}`,
        leave.signal,
        {
          told,
          isThere: (now) => now && setThere(true),
        },
      );
    const timer = setTimeout(follow, text === '' ? 0 : typingPauseMs);
    return () => {
      clearTimeout(timer);
      leave.abort();
    };
  }, [level, area, text]);
  const typed = (event: Event) => setText((event.currentTarget as HTMLInputElement).value);
  return html`<${Card} title=${log.title} wide>
    <form class="filters" role="search" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>${log.level}<select value=${level} onChange=${(event: Event) =>
        setLevel((event.currentTarget as HTMLSelectElement).value as LogQuery['level'])}>${levels.map(
        (one) => html`<option key=${one} value=${one}>${log.levels[one]}</option>`,
      )}</select></label>
      <label>${log.area}<select value=${area} onChange=${(event: Event) =>
        setArea(
          (event.currentTarget as HTMLSelectElement).value as Area | '',
        )}><option value="">${words.all}</option>${Object.entries(log.areas).map(
        ([one, name]) => html`<option key=${one} value=${one}>${name}</option>`,
      )}</select></label>
      <label>${log.text}<input type="search" value=${text} maxlength="200" onInput=${typed} /></label>
    </form>
    ${isThere && lines.length === 0 && html`<${Empty}>${log.none}<//>`}
    <ol class="log" tabindex="0" aria-label=${log.title}>${lines.map((line) => html`<${Line} key=${line.id} line=${line} />`)}</ol>
  <//>`;
}

function Line({ line }: { line: ShownLogLine }) {
  const { at, level, area, words: says, values } = line;
  const { log } = words;
  return html`<li class=${level}>
    <span class="soft">${at > 0 && timeOfSecond(at)} ${log.areas[area]}</span>
    ${level !== 'info' && html` <b>${log.levels[level]}</b>`} <span>${says}</span>
    <span>${Object.entries(values).map(([name, value]) => html`<span key=${name} class="pair"><i>${name}</i> ${shown(value)}</span>`)}</span>
  </li>`;
}

/** Whatever stands there is text. */
function shown(value: unknown): string {
  return typeof value === 'string' ? timesHere(value) : JSON.stringify(value);
}
