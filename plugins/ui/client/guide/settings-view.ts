import { useEffect, useRef, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { changeSettings, listSettings, ShownSetting } from '../../../../src/api/setup/settings.ts';
import { attempt, faultText, useAsked } from '../asking.ts';
import { callApi, checkSession, serverVersion } from '../door.ts';
import { html } from '../html.ts';
import { Card, Empty, Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { choiceText, helpOf, originText, valueText } from './setting-words.ts';
import { SettingsPeople } from './settings-people.ts';
import { SettingsServers } from './settings-servers.ts';

type AllSettings = AnswerOf<typeof listSettings>;

/** Every setting: what it is, where it comes from, and another value where it may have one. */
export function SettingsView() {
  const [turn, setTurn] = useState(0);
  const [wanted, setWanted] = useState('');
  const [isOwn, setOwn] = useState(false);
  const asked = useAsked<AllSettings>('/settings', turn);
  const { settings: texts } = words;
  const { value, fault } = asked.value;
  const versions = useRef(new Map<string, string>());
  useEffect(() => {
    if (value) versions.current = versionsOf(value);
  }, [value]);
  const again = () => setTurn((one) => one + 1);
  const shown = (value?.settings ?? []).filter(
    (one) => fits(one, wanted) && (!isOwn || one.origin !== 'default'),
  );
  const groups = [...Map.groupBy(shown, ({ path }) => path.split('.')[0] ?? path)];
  const waiting = value?.settings.filter(({ isWaiting }) => isWaiting) ?? [];
  return html`<h1>${texts.title}</h1>
    ${waiting.length > 0 && html`<${Restart} waiting=${waiting} done=${again} />`}
    <div class="row tools">
      <label class="long-field">${texts.search}<input type="search" value=${wanted} onInput=${(event: Event) => setWanted((event.currentTarget as HTMLInputElement).value)} /></label>
      <label class="check"><input type="checkbox" checked=${isOwn} onChange=${() => setOwn(!isOwn)} /> ${texts.own}</label>
    </div>
    <p class="soft">${texts.order} ${value && html`<span class="path">${value.file}</span>`}</p>
    <${Fault} text=${fault} />
    <div class="grid">${wanted === '' && html`<${SettingsServers} turn=${turn} changed=${again} /><${SettingsPeople} turn=${turn} changed=${again} />`}${groups.map(
      ([name, some]) => html`<${Card} key=${name} title=${name} wide>
        <ul class="rows settings">${some.map(
          (one) => html`<${SettingRow} key=${one.path} setting=${one} versions=${versions} done=${again} />`,
        )}</ul><//>`,
    )}</div>
    ${value && groups.length === 0 && html`<${Empty}>${texts.none}<//>`}`;
}

const versionsOf = ({ settings }: AllSettings) =>
  new Map(settings.map(({ path, version }) => [path, version]));

function fits(setting: ShownSetting, wanted: string): boolean {
  const { path, env } = setting;
  const all = `${path} ${env} ${helpOf(setting)}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

interface SettingRowProps {
  setting: ShownSetting;
  /** Of each setting, as it was looked at, or entered last by whoever looks. */
  versions: { current: Map<string, string> };
  done: () => void;
}

function SettingRow({ setting, versions, done }: SettingRowProps) {
  const [isOpen, setOpen] = useState(false);
  const { settings: texts } = words;
  const { path, env, origin, applies, isWaiting } = setting;
  const isFixed = applies === 'never' || origin === 'environment';
  return html`<li>
    <b class="path">${path}</b> <span class="value path">${valueText(setting)}</span>${isWaiting && html` <em>${texts.waits}</em>`}
    <span class="soft">${helpOf(setting)}</span>
    <span class="soft">${originText(setting)}${origin !== 'environment' && html` · <code>${env}</code>`}</span>
    ${!isFixed && html`<span class="soft">${texts.applies[applies]}</span>`}
    ${isFixed && applies !== 'never' && html`<span class="soft">${texts.byEnvironment}</span>`}
    ${!isFixed && !isOpen && html`<div class="buttons"><button type="button" aria-label=${texts.changeOf(path)} onClick=${() => setOpen(true)}>${texts.change}</button></div>`}
    ${!isFixed && isOpen && html`<${Edit} setting=${setting} versions=${versions} done=${done} close=${() => setOpen(false)} />`}
  </li>`;
}

function Edit({ setting, versions, done, close }: SettingRowProps & { close: () => void }) {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const { settings: texts, repair } = words;
  const { path, form, origin, applies } = setting;

  async function enter(next: unknown): Promise<void> {
    setFault(undefined);
    try {
      const answer = await callApi<AnswerOf<typeof changeSettings>>('PATCH', '/settings', {
        versions: { [path]: versions.current.get(path) ?? '' },
        changes: { [path]: next },
      });
      // The next one may be entered before all of them are there anew.
      versions.current.set(path, versionsOf(answer).get(path) ?? '');
      await attempt(
        async () => undefined,
        () => (applies === 'now' ? texts.changedNow : texts.changed),
      );
      close();
    } catch (error) {
      setFault(faultText(error));
    }
    done();
  }

  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('value');
    void enter(read(String(typed ?? ''), form));
  };

  return html`<form class="fix" onSubmit=${save}>
    <label class="long-field"><span class="off-screen">${path}</span><${Control} setting=${setting} /></label>
    <${Fault} text=${fault} />
    <div class="buttons"><button class="main" type="submit">${texts.save}</button>
      ${origin === 'entered' && html`<button type="button" onClick=${() => enter(null)}>${texts.takeBack}</button>`}
      <button type="button" onClick=${close}>${repair.cancel}</button></div>
  </form>`;
}

function Control({ setting }: { setting: ShownSetting }) {
  const { form, value, isSecret } = setting;
  if (form.kind === 'flag' || form.kind === 'choice') {
    const options = form.kind === 'choice' ? form.values : ['true', 'false'];
    return html`<select name="value" value=${String(value)} autofocus>${options.map((one) => html`<option key=${one} value=${one}>${choiceText(setting, one)}</option>`)}</select>`;
  }
  if (form.kind === 'integer')
    return html`<input name="value" type="number" min=${form.min} max=${form.max} step="1" value=${value} required autofocus />`;
  const text = isSecret || value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);
  return html`<input name="value" type=${isSecret ? 'password' : 'text'} autocomplete="off" spellcheck=${false} maxlength="4096" value=${text} required autofocus />`;
}

/** What was typed, as the API takes it. */
function read(typed: string, form: ShownSetting['form']): unknown {
  if (form.kind === 'integer') return Number(typed);
  return form.kind === 'flag' ? typed === 'true' : typed.trim();
}

function Restart({ waiting, done }: { waiting: readonly ShownSetting[]; done: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const { settings: texts } = words;
  async function run(): Promise<void> {
    setBusy(true);
    if (await attempt(() => callApi('POST', '/restart').then(() => true))) await untilThere();
    setBusy(false);
    done();
  }
  return html`<section class="card wide" aria-live="polite"><p>${isBusy ? texts.restarting : texts.waiting(waiting.map(({ path }) => path).join(', '))}</p>
    <div class="buttons"><button class="main" type="button" disabled=${isBusy} onClick=${run}>${texts.restart}</button></div></section>`;
}

const pollMs = 400;
const maxPolls = 150;

/** Waits until somebody answers again. */
async function untilThere(): Promise<void> {
  for (let poll = 0; poll < maxPolls; poll++) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    serverVersion.value = '';
    await checkSession().catch(() => undefined);
    if (serverVersion.value !== '') return;
  }
}
