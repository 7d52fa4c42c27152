import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listTitles } from '../../../src/api/library.ts';
import type { LiveStateAnswer } from '../../../src/api/live.ts';
import type { listServers } from '../../../src/api/notify.ts';
import type { listReview } from '../../../src/api/overrides.ts';
import { attempt, useAsked } from './asking.ts';
import { callApi, live } from './door.ts';
import { html } from './html.ts';
import { ComingPoster, Poster } from './library/poster.ts';
import { Bar, Card, Empty, Fault, Light } from './parts.ts';
import { bytes, calendarDay, timeOfDay, timeOfSecond, words } from './words/texts.ts';

type Servers = AnswerOf<typeof listServers>['servers'];
type LightState = 'ok' | 'warn' | 'bad' | 'idle';
interface Lamp {
  name: string;
  state: LightState;
  says: string;
  /** What it is called where it is the one thing that is wrong. */
  trouble: string;
}

/** An account that ends within a week is to be thought of. */
const endsSoonMs = 7 * 24 * 60 * 60 * 1000;
/** More than so many are not counted one by one. */
const reviewShown = 50;
const addedShown = 12;

export function Home() {
  const version = live.value.library?.version;
  const added = useAsked<AnswerOf<typeof listTitles>>(
    `/library/titles?order=added&limit=${addedShown}`,
    version,
  );
  const servers = useAsked<AnswerOf<typeof listServers>>('/notify', version);
  const review = useAsked<AnswerOf<typeof listReview>>(`/review?limit=${reviewShown + 1}`, version);
  const { home } = words;
  const lamps = lampsOf(live.value, servers.value.value?.servers, added.value.value?.total);
  const troubled = lamps.filter(({ state }) => state === 'warn' || state === 'bad');
  const titles = added.value.value?.titles;
  return html`<h1 class="sentence">${sentenceOf(troubled, live.value)}</h1>
    <ul class="lights">${lamps.map((lamp) => html`<${Light} key=${lamp.name} ...${lamp} />`)}</ul>
    <div class="grid">
      <${Now} />
      <${Waiting} reviewed=${review.value.value?.files.length} />
      <${Calls} />
      <${Card} title=${home.added} wide>
        <${Fault} text=${added.value.fault} />
        ${titles?.length === 0 && html`<${Empty}>${home.addedNone}<//>`}
        <div class="wall">${titles === undefined && added.value.isLoading && Array.from({ length: addedShown }, (_, at) => html`<${ComingPoster} key=${at} />`)}${titles?.map((title) => html`<${Poster} key=${title.key} title=${title} />`)}</div>
      <//>
    </div>`;
}

function sentenceOf(troubled: readonly Lamp[], { host, sync }: Partial<LiveStateAnswer>): string {
  const { home } = words;
  if (host === undefined) return words.loading;
  if (troubled.length > 1) return home.troubles(troubled.length);
  const [one] = troubled;
  if (one) return home.trouble(one.trouble);
  return sync?.running ? home.syncing : home.well;
}

function lampsOf(
  { host, library }: Partial<LiveStateAnswer>,
  servers: Servers | undefined,
  titles: number | undefined,
): Lamp[] {
  const { home } = words;
  const lamp = (name: string, trouble: string, state: LightState, says: string) => ({
    name,
    trouble,
    state,
    says,
  });
  const ofHost = (state: LightState, says: string) => lamp(home.host, home.hostTrouble, state, says);
  const ofLibrary = (state: LightState, says: string) => lamp(home.library, home.libraryTrouble, state, says);
  const ofServers = (state: LightState, says: string) => lamp(home.players, home.playersTrouble, state, says);
  const lamps: Lamp[] = [];
  if (!host) lamps.push(ofHost('idle', '…'));
  else if (!host.open) lamps.push(ofHost('bad', home.hostClosed(timeOfDay(host.closedUntil ?? Date.now()))));
  else if (host.keyDoubt !== undefined) lamps.push(ofHost('warn', home.hostKey));
  else if (host.accountUntil !== undefined && host.accountUntil - Date.now() < endsSoonMs)
    lamps.push(ofHost('warn', home.hostEnds(calendarDay(host.accountUntilDay ?? ''))));
  else
    lamps.push(
      ofHost(
        'ok',
        host.accountUntilDay === undefined
          ? home.hostOpen
          : home.hostUntil(calendarDay(host.accountUntilDay)),
      ),
    );
  if (!library) lamps.push(ofLibrary('idle', '…'));
  else if (library.missing > 0) lamps.push(ofLibrary('warn', home.libraryMissing(library.missing)));
  else if (library.files === 0) lamps.push(ofLibrary('idle', home.libraryEmpty));
  else lamps.push(ofLibrary('ok', titles === undefined ? '…' : home.libraryCount(titles)));
  const faulty = servers?.find(({ last }) => last && !last.ok);
  if (!servers) lamps.push(ofServers('idle', '…'));
  else if (faulty) lamps.push(ofServers('bad', home.playersFault(faulty.server)));
  else lamps.push(ofServers(servers.length === 0 ? 'idle' : 'ok', home.playersWell(servers.length)));
  return lamps;
}

function Now() {
  const { sync, plays = [], uploads = [], transfers = [] } = live.value;
  const { home } = words;
  const begin = () => attempt(() => callApi('POST', '/sync', {}));
  const syncNow = html`<button onClick=${begin} disabled=${sync?.running}>${home.syncNow}</button>`;
  const isQuiet = !sync?.running && plays.length + uploads.length + transfers.length === 0;
  return html`<${Card} title=${home.now} action=${syncNow}>
    ${isQuiet && html`<${Empty}>${sync?.beginsAt === undefined ? home.nothing : home.syncBegins(timeOfSecond(sync.beginsAt))}<//>`}
    ${sync?.running && html`<${Syncing} progress=${sync.progress} />`}
    ${plays.length > 0 && html`<h3>${home.plays}</h3><ul class="rows">${plays.map((play) => html`<${Playing} key=${play.id} play=${play} />`)}</ul>`}
    ${
      uploads.length > 0 &&
      html`<h3>${home.uploads}</h3><ul class="rows">${uploads.map(
        (one) => html`<${Arriving} key=${one.id} upload=${one} />`,
      )}</ul>`
    }
    ${
      transfers.length > 0 &&
      html`<h3>${home.fetching}</h3><ul class="rows">${transfers.map(
        ({ name, to, state }) =>
          html`<li key=${name}><b class="cut">${name}</b><span>${to} · ${words.jobs.states[state]}</span></li>`,
      )}</ul>`
    }
  <//>`;
}

function Syncing({ progress }: { progress: NonNullable<LiveStateAnswer['sync']>['progress'] }) {
  const { home } = words;
  const done = progress?.foldersDone ?? 0;
  const all = done + (progress?.foldersWaiting ?? 0);
  return html`<h3>${home.sync}</h3>
    <${Bar} value=${done} max=${all} label=${home.sync} />
    <p class="beside"><span>${home.syncFolders(done, all)}</span>
      ${progress && html`<span>${home.syncEnd(timeOfDay(progress.estimatedEndAt))}</span>`}</p>`;
}

function Playing({ play }: { play: LiveStateAnswer['plays'][number] }) {
  const { home } = words;
  return html`<li>
    <b class="cut">${play.title}</b>
    <span>${home.playVia(play.client, play.give)}</span>
    <span class="soft">${home.playCost(bytes(play.bytes), bytes(play.cachedBytes), play.apiCalls)}</span>
  </li>`;
}

function Arriving({ upload }: { upload: LiveStateAnswer['uploads'][number] }) {
  const { path, offset, sizeBytes = 0, state } = upload;
  const { sending } = words;
  return html`<li>
    <b class="cut">${path}</b>
    <${Bar} value=${offset} max=${sizeBytes} label=${path} />
    <span class="soft">${state === 'whole' ? sending.states.whole : sending.of(bytes(offset), bytes(sizeBytes))}</span>
  </li>`;
}

function Calls() {
  const { host } = live.value;
  const { home } = words;
  const { callsToday = 0, callsPerDay = 0 } = host ?? {};
  return html`<${Card} title=${home.calls}>
    <p class="figure">${home.callsOf(callsToday, callsPerDay)}</p>
    ${callsPerDay > 0 && html`<${Bar} value=${callsToday} max=${callsPerDay} label=${home.calls} />`}
    <p class="hint">${home.callsHint}</p>
  <//>`;
}

function Waiting({ reviewed = 0 }: { reviewed: number | undefined }) {
  const { home } = words;
  const proposals = live.value.waiting?.proposals ?? 0;
  return html`<${Card} title=${home.waiting}>
    ${proposals + reviewed === 0 && html`<${Empty}>${home.waitingNone}<//>`}
    <ul class="rows links">
      ${proposals > 0 && html`<li><a href="#/repair">${home.proposals(proposals)}</a></li>`}
      ${reviewed > 0 && html`<li><a href="#/repair">${home.review(Math.min(reviewed, reviewShown), reviewed > reviewShown)}</a></li>`}
    </ul>
  <//>`;
}
