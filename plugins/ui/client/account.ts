import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listFiles, ShownEntry } from '../../../src/api/files.ts';
import type { importLinks } from '../../../src/api/links.ts';
import type { fetchRemote } from '../../../src/api/remote.ts';
import type { ErrorBody } from '../../../src/api/words/errors.ts';
import { attempt, tell, useAsked } from './asking.ts';
import { callApi, live, queryText } from './door.ts';
import { DropZone } from './drop-zone.ts';
import { html } from './html.ts';
import { JobsCard } from './jobs.ts';
import { Card, Empty, Fault, Icon } from './parts.ts';
import { Trash } from './repair/trash.ts';
import { sentFiles } from './sending.ts';
import { spoken, spokenError } from './words/spoken.ts';
import { bytes, words } from './words/texts.ts';

type FolderAnswer = AnswerOf<typeof listFiles>;

const step = 200;

const hrefOfFolder = (path: string) => `#/account/${encodeURIComponent(path)}`;

function joined(folder: string, name: string): string {
  return `${folder.replace(/\/$/, '')}/${name}`;
}

export function AccountView({ rest }: { rest: string }) {
  const path = rest.startsWith('/') ? rest : '/';
  const [turn, setTurn] = useState(0);
  const again = () => setTurn((now) => now + 1);
  const [limit, setLimit] = useState(step);
  const arrived = sentFiles.value.filter(({ state }) => state === 'done').length;
  const listing = useAsked<FolderAnswer>(
    `/files${queryText({ path, limit })}`,
    `${turn} ${live.value.library?.version} ${arrived}`,
  );
  const { account } = words;
  const { value, fault } = listing.value;
  return html`<h1>${account.title}</h1>
    <${Crumbs} path=${path} />
    <div class="grid">
    <${Card} title=${path === '/' ? account.top : path.slice(path.lastIndexOf('/') + 1)} wide action=${value && html`<span class="soft">${account.files(value.total)}</span>`}>
      <${Fault} text=${fault} />
      ${value?.total === 0 && html`<${Empty}>${account.empty}<//>`}
      <ul class="rows entries">${value?.entries.map((entry) => html`<${EntryRow} key=${`${entry.kind} ${entry.id}`} entry=${entry} folder=${path} done=${again} />`)}</ul>
      ${value && value.total > limit && limit < 1000 && html`<button onClick=${() => setLimit(Math.min(1000, limit + step))}>${words.more}</button>`}
    <//>
    <${DropZone} folder=${path} />
    <${JobsCard} />
    <${NewFolder} folder=${path} done=${again} />
    <${Paste} folder=${path} />
    <${Trash} turn=${turn} done=${again} /></div>`;
}

function Crumbs({ path }: { path: string }) {
  const names = path.split('/').filter(Boolean);
  const { account } = words;
  return html`<nav class="crumbs" aria-label=${account.title}><a href=${hrefOfFolder('/')}>${account.top}</a>${names.map(
    (name, at) =>
      html`<span aria-hidden="true">/</span><a key=${at} href=${hrefOfFolder(`/${names.slice(0, at + 1).join('/')}`)}>${name}</a>`,
  )}</nav>`;
}

function EntryRow({ entry, folder, done }: { entry: ShownEntry; folder: string; done: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const { account, title } = words;
  const path = joined(folder, entry.name);
  const move = async (event: SubmitEvent) => {
    event.preventDefault();
    const to = String(new FormData(event.currentTarget as HTMLFormElement).get('to'));
    if (await attempt(() => callApi('POST', '/files/changes/move', { from: path, to }))) setOpen(false);
    done();
  };
  const remove = async () => {
    await attempt(() =>
      callApi('POST', '/files/changes/remove', { path, recursive: entry.kind === 'folder' }),
    );
    done();
  };
  return html`<li class="entry">
    <${Icon} name=${entry.kind} />
    ${entry.kind === 'folder' ? html`<a class="cut" href=${hrefOfFolder(path)}>${entry.name}</a>` : html`<span class="cut">${entry.name}</span>`}
    <span class="soft">${entry.kind === 'file' && bytes(entry.sizeBytes)}${entry.missingSince !== undefined && html` <em>${title.missing}</em>`}</span>
    <button class="plain" aria-expanded=${isOpen} aria-label=${`${account.rename}: ${entry.name}`} onClick=${() => setOpen(!isOpen)}>⋯</button>
    ${
      isOpen &&
      html`<form class="fix" onSubmit=${move}>
      <label class="long-field">${account.newPath}<input name="to" value=${path} required pattern="/.*" maxlength="4096" /></label>
      <div class="buttons"><button class="main" type="submit">${account.move}</button><button type="button" onClick=${remove}>${account.remove}</button></div>
    </form>`
    }
  </li>`;
}

function NewFolder({ folder, done }: { folder: string; done: () => void }) {
  const { account } = words;
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const name = String(new FormData(form).get('name'));
    if (await attempt(() => callApi('POST', '/files/changes/folder', { path: joined(folder, name) })))
      form.reset();
    done();
  };
  return html`<${Card} title=${account.newFolder}><form onSubmit=${make}>
    <label>${account.folderName}<input name="name" required maxlength="250" pattern="[^/]+" /></label>
    <button type="submit">${account.make}</button>
  </form><//>`;
}

/** Addresses that are pasted: files of the host are copied inside it, others it fetches by itself. */
function Paste({ folder }: { folder: string }) {
  const { account } = words;
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const lines = String(new FormData(form).get('urls')).split(/\s+/).filter(Boolean);
    const isCopy = event.submitter?.getAttribute('value') === 'copy';
    const done = await attempt(() => (isCopy ? copyLinks(lines, folder) : fetchAddresses(lines, folder)));
    if (!done) return;
    if (done.length === 0) {
      tell(account.fetched);
      form.reset();
    } else tell(done.join('\n'), { isFault: true });
  };
  return html`<${Card} title=${account.paste}><form onSubmit=${send}>
    <label>${account.pasteHint}<textarea name="urls" rows="3" required spellcheck=${false}></textarea></label>
    <div class="buttons"><button type="submit" value="fetch">${account.fetch}</button>
    <button type="submit" value="copy">${account.copyLinks}</button></div>
  </form><//>`;
}

/** Has the host fetch these. @returns what it does not, each with why */
async function fetchAddresses(urls: readonly string[], to: string): Promise<string[]> {
  const { addresses, stoppedBy } = await callApi<AnswerOf<typeof fetchRemote>>('POST', '/remote', {
    urls,
    to,
  });
  const refused = addresses.filter(({ state }) => state === 'refused' || state === 'failed');
  return withStop(
    refused.map(
      ({ url, why, whySaid }) => `${url}: ${why === undefined ? words.failed : spoken(whySaid, why)}`,
    ),
    stoppedBy,
  );
}

/** What is in the folder, or was there before. */
const arrived = new Set<string>(['added', 'copied', 'own', 'again']);

/** Has files of the host copied. @returns what is not, each with why */
async function copyLinks(links: readonly string[], to: string): Promise<string[]> {
  const answer = await callApi<AnswerOf<typeof importLinks>>('POST', '/imports', { links, to });
  return withStop(
    answer.links.flatMap(({ link, fate, error }) =>
      arrived.has(fate) ? [] : [`${link}: ${error ? spokenError(error) : fate}`],
    ),
    answer.stoppedBy,
  );
}

function withStop(lines: string[], stoppedBy: ErrorBody | undefined): string[] {
  return stoppedBy ? [...lines, spokenError(stoppedBy)] : lines;
}
