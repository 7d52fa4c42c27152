import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { testPeople } from '../../../../src/api/notify.ts';
import type { EnteredPeople, RecipientWish } from '../../../../src/api/setup/people.ts';
import { faultText, useAsked } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Card, Fault } from '../parts.ts';
import { words } from '../words/texts.ts';

type Way = RecipientWish['kind'];
type Results = AnswerOf<typeof testPeople>['results'];

const ways = ['ntfy', 'gotify', 'discord', 'email'] as const satisfies readonly Way[];

/** People in the settings. @param changed hears that others are entered */
export function SettingsPeople({ turn, changed }: { turn: number; changed: () => void }) {
  const asked = useAsked<EnteredPeople>('/settings/people', turn);
  const { people: texts } = words.settings;
  const [kind, setKind] = useState<Way>('ntfy');
  const [results, setResults] = useState<Results>([]);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const { value } = asked.value;
  const isFixed = value?.fixedBy !== undefined;

  /** One thing at a time. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    setResults([]);
    await work().catch((error: unknown) => setFault(faultText(error)));
    setBusy(false);
  }

  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const sent = [...new FormData(form)].map(([name, text]) => [name, String(text).trim()] as const);
    const wish = Object.fromEntries(sent.filter(([, text]) => text !== ''));
    void attempt(async () => {
      await callApi<EnteredPeople>('POST', '/settings/people', wish);
      // An address of ntfy or Discord is as good as a password.
      form.reset();
      setKind('ntfy');
      changed();
    });
  };
  const remove = (name: string) =>
    attempt(async () => {
      await callApi<EnteredPeople>('POST', '/settings/people/remove', { name });
      changed();
    });
  const test = () =>
    attempt(async () => {
      setResults((await callApi<AnswerOf<typeof testPeople>>('POST', '/notify/test')).results);
    });

  return html`<${Card} title=${texts.title} wide>
    <${Fault} text=${asked.value.fault} />
    <p class="soft">${texts.why}</p>
    ${value?.fixedBy !== undefined && html`<p>${words.settings.serversFixed(value.fixedBy)}</p>`}
    ${
      value &&
      html`<details><summary>${texts.count(value.people.length)}</summary><div class="servers">
      <ul class="rows">${value.people.map(
        ({ name }) =>
          html`<li key=${name}><span class="row"><b class="path">${name}</b> ${!isFixed && html`<button type="button" aria-label=${texts.remove(name)} aria-disabled=${isBusy} onClick=${() => remove(name)}>×</button>`}</span></li>`,
      )}</ul>
      ${value.people.length > 0 && html`<div class="buttons"><button type="button" aria-disabled=${isBusy} onClick=${test}>${texts.test}</button></div>`}
      <div role="status"><ul class="rows">${results.map(
        ({ recipient, ok, remedy, words: says }) =>
          html`<li key=${recipient}><b class="path">${recipient}</b><span class=${ok ? 'soft' : 'fault'}>${ok ? texts.sent : [says, remedy].filter(Boolean).join('. ')}</span></li>`,
      )}</ul></div>
      ${
        !isFixed &&
        html`<form onSubmit=${add}>
        <div class="fields">
          <label>${texts.kind}<select name="kind" value=${kind} onChange=${(event: Event) => setKind((event.currentTarget as HTMLSelectElement).value as Way)}>${ways.map((one) => html`<option key=${one} value=${one}>${texts.kinds[one]}</option>`)}</select></label>
          <label class="long-field">${texts.urls[kind]}<input name="url" autocomplete="off" autocapitalize="none" spellcheck=${false} maxlength="2000" required /></label>
        </div>
        <label>${texts.tokens[kind]}<input name="token" type="password" autocomplete="off" maxlength="2000" required=${kind === 'gotify'} /></label>
        ${kind === 'email' && html`<div class="fields"><label class="long-field">${texts.to}<input name="to" type="email" maxlength="320" required /></label><label class="long-field">${texts.from}<input name="from" type="email" maxlength="320" /></label></div>`}
        <div class="buttons"><button type="submit" aria-disabled=${isBusy}>${texts.add}</button></div>
      </form>`
      }
      <${Fault} text=${fault} /></div></details>`
    }<//>`;
}
