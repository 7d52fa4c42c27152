import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { checkServer, findServers, SetupServerWish } from '../../../../src/api/setup/setup.ts';
import { faultText } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { copyText, Fault } from '../parts.ts';
import { spoken } from '../words/spoken.ts';
import { words } from '../words/texts.ts';

type FoundServers = AnswerOf<typeof findServers>['servers'];
type Kind = SetupServerWish['kind'];

/** A media server for a person. */
export interface NamedServer {
  kind: string;
  url: string;
}

const kinds = ['jellyfin', 'emby', 'plex', 'kodi'] as const satisfies readonly Kind[];
const kindNames: Readonly<Record<string, string>> = {
  jellyfin: 'Jellyfin',
  emby: 'Emby',
  plex: 'Plex',
  kodi: 'Kodi',
};

/** What a kind of media server is called by those who make it. */
export function serverKindName(kind: string): string {
  return kindNames[kind] ?? kind;
}

const nameOf = ({ kind, url }: NamedServer) => `${serverKindName(kind)} ${url}`;

export interface ServerFormProps {
  /** Where the tree lies. */
  dir: string;
  /** Those that are entered. */
  added: readonly NamedServer[];
  /** One that has answered with its key. */
  add: (server: SetupServerWish) => Promise<void> | void;
  take: (server: NamedServer) => Promise<void> | void;
}

/** Media servers that are told what is new: found by their machine, tested with their key, and taken out again. */
export function ServerForm({ dir, added, add: enter, take }: ServerFormProps) {
  const { servers } = words.guide;
  const [found, setFound] = useState<FoundServers | undefined>(undefined);
  const [picked, setPicked] = useState<{ kind: Kind; url: string }>({ kind: 'jellyfin', url: '' });
  const [says, setSays] = useState('');
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);

  /** One thing at a time, and what came of it. */
  async function attempt(meanwhile: string, work: () => Promise<string>): Promise<void> {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    setSays(meanwhile);
    try {
      setSays(await work());
    } catch (error) {
      setSays('');
      setFault(faultText(error));
    } finally {
      setBusy(false);
    }
  }

  const find = (event: SubmitEvent) => {
    event.preventDefault();
    const host = String(new FormData(event.currentTarget as HTMLFormElement).get('host')).trim();
    void attempt(servers.finding, async () => {
      const answer = await callApi<AnswerOf<typeof findServers>>('POST', '/setup/servers/find', { host });
      setFound(answer.servers);
      const [first] = answer.servers;
      if (first) setPicked(first);
      return servers.found(answer.servers.length);
    });
  };

  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const sent = new FormData(form);
    const text = (name: string) => String(sent.get(name) ?? '').trim();
    const server: SetupServerWish = {
      ...picked,
      ...(text('token') !== '' && { token: text('token') }),
      ...(text('seenAs') !== '' && { seenAs: text('seenAs') }),
    };
    void attempt(servers.testing, async () => {
      const trial = await callApi<AnswerOf<typeof checkServer>>('POST', '/setup/servers/check', server);
      if (!trial.ok) {
        const remedy = trial.remedy && spoken(trial.remedySaid, trial.remedy);
        throw new Error([spoken(trial.said, trial.words), remedy].filter(Boolean).join('. '));
      }
      await enter(server);
      const token = form.querySelector<HTMLInputElement>('[name=token]');
      if (token) token.value = '';
      const lacks = trial.holdsTree === false ? ` ${servers.lacks}` : '';
      return servers.added(nameOf(server)) + lacks;
    });
  };

  const remove = (server: NamedServer) =>
    void attempt('', async () => {
      await take(server);
      return '';
    });

  return html`<div class="servers"><p>${servers.folder}</p>
    <p class="row"><code class="path">${dir}</code> <button type="button" onClick=${() => copyText(dir)}>${words.copy}</button></p>
    <ul class="rows">${added.map(
      (server) =>
        html`<li key=${nameOf(server)}><span class="row"><b class="path">${nameOf(server)}</b> <button type="button" aria-label=${servers.remove(nameOf(server))} aria-disabled=${isBusy} onClick=${() => remove(server)}>×</button></span></li>`,
    )}</ul>
    <form class="row" onSubmit=${find}>
      <label class="long-field">${servers.host}<input name="host" maxlength="253" autocapitalize="none" spellcheck=${false} value=${location.hostname} required /></label>
      <button type="submit" aria-disabled=${isBusy}>${servers.find}</button>
    </form>
    ${
      found &&
      found.length > 1 &&
      html`<fieldset class="choices"><legend>${servers.title}</legend>${found.map(
        (one) =>
          html`<label key=${one.url} class="choice"><input type="radio" name="found" checked=${one.url === picked.url} onChange=${() => setPicked(one)} /><span>${one.name} <span class="soft">${nameOf(one)}</span></span></label>`,
      )}</fieldset>`
    }
    <form onSubmit=${add}>
      <div class="fields">
        <label>${servers.kind}<select value=${picked.kind} onChange=${(event: Event) => setPicked({ ...picked, kind: (event.currentTarget as HTMLSelectElement).value as Kind })}>${kinds.map((kind) => html`<option key=${kind} value=${kind}>${serverKindName(kind)}</option>`)}</select></label>
        <label class="long-field">${servers.url}<input name="url" type="url" maxlength="500" required value=${picked.url} onInput=${(event: Event) => setPicked({ ...picked, url: (event.currentTarget as HTMLInputElement).value })} /></label>
      </div>
      <label>${servers.tokens[picked.kind]}<input name="token" type="password" autocomplete="off" maxlength="500" /></label>
      <label>${servers.seenAs}<input name="seenAs" maxlength="1000" value=${dir} /></label>
      <div class="buttons"><button type="submit" aria-disabled=${isBusy}>${servers.add}</button></div>
    </form>
    <p role="status" class="soft">${says}</p>
    <${Fault} text=${fault} /></div>`;
}
