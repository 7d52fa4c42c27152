import type { Signal } from '@preact/signals-core';
import { tell } from './asking.ts';
import { type Children, html } from './html.ts';
import { words } from './words/texts.ts';

/** Small parts that stand in many places. */

/** A light with words beside it: its colour alone says nothing that the words do not. */
export function Light({
  name,
  state,
  says,
}: {
  name: string;
  state: 'ok' | 'warn' | 'bad' | 'idle';
  says: string;
}) {
  return html`<li class="light ${state}">
    <span class="dot" aria-hidden="true"></span>
    <span><b>${name}</b><span class="says">${says}</span></span>
  </li>`;
}

export function Card({
  title,
  children,
  wide,
  action,
}: {
  title: string;
  children?: Children;
  wide?: boolean;
  action?: Children;
}) {
  return html`<section class="card ${wide ? 'wide' : ''}">
    <header><h2>${title}</h2>${action}</header>
    ${children}
  </section>`;
}

/** How far something is; without `max` it is only told that it goes on. */
export function Bar({ value, max, label }: { value: number; max: number; label: string }) {
  const part = max > 0 ? Math.min(1, value / max) : 0;
  return html`<div class="bar" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(part * 100)}>
    <span style=${{ width: `${part * 100}%` }}></span>
  </div>`;
}

export function Empty({ children }: { children?: Children }) {
  return html`<p class="empty">${children}</p>`;
}

export function Fault({ text }: { text: string | undefined }) {
  return text === undefined ? null : html`<p class="fault" role="alert">${text}</p>`;
}

/** Copies a text; where a page may not (http on another machine), it is selected to be copied by hand. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'off-screen';
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
  tell(words.copied);
}

/** One of some values, in words. */
export function Select<T extends string>({
  label,
  of,
  values,
  names,
}: {
  label: string;
  of: Signal<T>;
  values: readonly T[];
  names: Readonly<Record<string, string>>;
}) {
  const choose = (event: Event) => {
    const { value } = event.currentTarget as HTMLSelectElement;
    of.value = values.find((one) => one === value) ?? of.value;
  };
  return html`<label class="select"><span class="off-screen">${label}</span>
    <select class=${of.value === values[0] ? '' : 'chosen'} value=${of.value} onChange=${choose}>${values.map(
      (value) => html`<option key=${value} value=${value}>${names[value]}</option>`,
    )}</select></label>`;
}

const paths = {
  home: 'M3 11.5 12 4l9 7.5M5.5 10v9.5h5V14h3v5.5h5V10',
  library: 'M4 4.5h4v15H4zM10 4.5h4v15h-4zM16.2 5.6l3.6-1 3.2 14.4-3.6 1z',
  repair:
    'M14.5 6.5a4 4 0 0 0 5 5L11 20a2.1 2.1 0 0 1-3-3l8.500-8.500M14.500 6.500 17 4a4 4 0 0 1 3.500 3.500L18 10',
  account: 'M3 6.500h6l2 2.500h10v10.500H3z',
  doctor: 'M3 12.500h4l2.500-6 4 12 2.500-6h5',
  folder: 'M3 6.500h6l2 2.500h10v10.500H3z',
  file: 'M6 3.500h8l4 4v13H6zM14 3.500v4h4',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500 21 21',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0',
  leave: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${paths[name]} /></svg>`;
}
