import type { EnteredServers, SetupServerWish } from '../../../../src/api/setup/setup.ts';
import { useAsked } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Card, Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { type NamedServer, ServerForm, serverKindName } from './server-form.ts';

/** Media servers in the settings. @param changed hears that others are entered */
export function SettingsServers({ turn, changed }: { turn: number; changed: () => void }) {
  const asked = useAsked<EnteredServers>('/settings/servers', turn);
  const { settings: texts, guide } = words;
  const { value, fault } = asked.value;
  const [dir = ''] = value?.libraryDirs ?? [];

  async function enter(path: string, body: SetupServerWish | NamedServer): Promise<void> {
    await callApi<EnteredServers>('POST', `/settings/servers${path}`, body);
    changed();
  }

  return html`<${Card} title=${guide.servers.title} wide>
    <${Fault} text=${fault} />
    ${value && value.fixedBy !== undefined && html`<p>${texts.serversFixed(value.fixedBy)}</p><ul class="rows">${value.servers.map(({ kind, url }) => html`<li key=${url}><span class="path">${serverKindName(kind)} ${url}</span></li>`)}</ul>`}
    ${
      value &&
      value.fixedBy === undefined &&
      html`<details><summary>${texts.servers(value.servers.length)}</summary>
        <${ServerForm} dir=${dir} added=${value.servers}
          add=${(server: SetupServerWish) => enter('', server)}
          take=${({ kind, url }: NamedServer) => enter('/remove', { kind, url })} /></details>`
    }<//>`;
}
