import { secondMs } from '../../core/durations.ts';
import { isToldElsewhere, type LogValues } from '../../core/log/readable-log.ts';
import { counted, grouped, listed } from '../../core/plural.ts';
import { clientName } from './client-name.ts';
import { nameOf, reasonOf, remedyOf } from './log-words.ts';
import { size } from './size.ts';
import { duration, localMinute, localSecond } from './time.ts';

/** A line in the words of a person; undefined = other lines tell it, and it is left out at `info`. */
type Sentence = (values: LogValues, zone: string | undefined) => string | undefined;

/**
 * Sentences for the events that a home sees every day, by the words of their line. Everything else is written by the
 * general rule, `plainSentence`.
 */
export const eventSentences: ReadonlyMap<string, Sentence> = new Map<string, Sentence>([
  ['Passerelle serves', serves],
  ['a gateway serves', gatewayServes],
  ['a new key signs stream addresses', newKey],
  ['waiting for a command to end', ({ holder }) => `waiting for ${text(holder)} to end`],
  ['stopping: no new requests, running films go on for a moment', ending('stopping')],
  ['beginning anew: no new requests, running films go on for a moment', ending('beginning anew')],
  ['host call', hostCall],
  ['folder listed', folderListed],
  ['sync done', (values) => `synced in ${duration(Math.max(secondMs, number(values.ms)))}: ${news(values)}`],
  ['sync stopped for today; it goes on where it was', stoppedForToday],
  ['sync stopped; it goes on later where it was', syncStopped],
  ['playing', playing],
  ['played', played],
  ['the next episode is ready', (values) => `ready in case it is next: ${quoted(values)}`],
  ['a media server was told of changes', (values) => `told ${text(values.server)}: ${text(values.words)}`],
  ['request', request],
  ['a wrong password or token was shown', (values) => `a wrong ${text(values.kind)} from ${whoOf(values)}`],
  ['too many wrong passwords or tokens were shown', lockedOut],
  ['upload', upload],
  [
    'the host was asked to fetch',
    ({ addresses }) => `the host was asked to fetch ${counted(number(addresses), 'address', 'addresses')}`,
  ],
  [
    'what the host has fetched is in the library',
    ({ files }) => `in the library, fetched by the host: ${counted(number(files), 'file')}`,
  ],
  ['the listing of the whole account was looked at', accountListed],
  ['something new was found between crawls', found],
  ['calls to the host pass again', () => 'calls to the host pass again'],
  [
    'uploads that were cut off are seen to',
    ({ uploads }) => `${counted(number(uploads), 'upload')} that broke off: seen to`,
  ],
  [
    'what lay in the trash is removed for good',
    ({ removed }) => `removed for good from the trash: ${counted(number(removed), 'thing')}`,
  ],
]);

function serves({ version, port, baseUrl, libraryDirs, mode }: LogValues): string {
  const dirs = Array.isArray(libraryDirs) ? libraryDirs.map(String) : [];
  return `Passerelle ${text(version)} serves at ${text(baseUrl)} (port ${text(port)}); STRM files in ${listed(dirs)}; delivery ${text(mode)}`;
}

function gatewayServes({ kind, server, port }: LogValues): string {
  return `a gateway serves at port ${text(port)}, before ${text(kind)} at ${text(server)}`;
}

function newKey({ files }: LogValues): string {
  const rest =
    files === undefined
      ? 'the next sync writes the files anew'
      : `${counted(number(files), 'file')} written anew`;
  return `a new key signs stream addresses; ${rest}`;
}

function ending(how: string): Sentence {
  return ({ films }) =>
    number(films) > 0 ? `${how}; ${counted(number(films), 'running film')} may go on for a moment` : how;
}

/**
 * One that went well is told by the line of what came of it. Without a remedy: whoever needed the call has a line of
 * its own, which says what to do.
 */
function hostCall(values: LogValues): string | undefined {
  const { task, outcome, hostMessage } = values;
  if (isToldElsewhere('host call', values)) return undefined;
  const said = typeof hostMessage === 'string' && hostMessage !== '' ? ` ("${hostMessage}")` : '';
  const why = reasonOf({ code: outcome }) ?? 'an unknown reason';
  return `${text(task)} failed: ${why}${said}`;
}

/** How much is to be done: the folders that are known by now; how many calls may be made is no measure of it. */
function folderListed({ path, files, added, calls, maxCalls, folder, folders }: LogValues): string {
  const news = number(added) > 0 ? `, ${counted(number(added), 'new', 'new')}` : '';
  const of =
    number(folders) > 0
      ? `, folder ${grouped(number(folder))} of ${grouped(number(folders))}`
      : number(maxCalls) > 0
        ? ` (${grouped(number(maxCalls))} at most)`
        : '';
  return `listed ${nameOf(path)}: ${counted(number(files), 'file')}${news} · call ${text(calls)}${of}`;
}

/** `2 films, 1 episode new, 1 file gone`. */
function news({ arrived, removed, calls, failedFolders }: LogValues): string {
  const { films = 0, episodes = 0 } = (arrived ?? {}) as { films?: number; episodes?: number };
  const newOnes = [
    ...(films > 0 ? [counted(films, 'film')] : []),
    ...(episodes > 0 ? [counted(episodes, 'episode')] : []),
  ];
  return [
    newOnes.length > 0 ? `${newOnes.join(', ')} new` : 'nothing new',
    ...(number(removed) > 0 ? [`${counted(number(removed), 'file')} taken out`] : []),
    ...(number(failedFolders) > 0 ? [`${counted(number(failedFolders), 'folder')} could not be listed`] : []),
    counted(number(calls), 'call'),
  ].join(', ');
}

function stoppedForToday({ calls, goesOnAt }: LogValues, zone: string | undefined): string {
  return `the calls of the day are used up after ${counted(number(calls), 'call')} of this sync; it goes on ${whenOf(goesOnAt, zone)}`;
}

function syncStopped(values: LogValues, zone: string | undefined): string {
  const why = reasonOf(values) ?? 'interrupted';
  return `sync stopped: ${why}; it goes on where it was ${whenOf(values.goesOnAt, zone)}${remedyOf(values)}`;
}

function whenOf(at: unknown, zone: string | undefined): string {
  return typeof at === 'string' ? `at ${localMinute(Date.parse(at), zone)}` : 'by itself';
}

/** `playing "Metropolis" on Kodi: bytes, from the cache, 0 calls`. */
function playing(values: LogValues): string {
  const { client, give, lease, cached, calls } = values;
  const links: Readonly<Record<string, string>> = {
    new: 'a new link',
    shared: 'a link that another play has just got',
    kept: 'a link that was there',
  };
  const from = [
    ...(cached === true ? ['from the cache'] : []),
    ...(typeof lease === 'string' ? [`with ${links[lease] ?? lease}`] : []),
  ];
  const how = [text(give), from.join(', then '), counted(number(calls), 'call')].filter(
    (part) => part !== '',
  );
  return `playing ${quoted(values)} on ${clientName(text(client))}: ${how.join(', ')}`;
}

/** `"Metropolis" on Kodi: left at 34 % after 41 min; 1.2 GB, 1 call`. */
function played(values: LogValues): string {
  const { client, ended, ms, bytes, calls } = values;
  const cost = [...(number(bytes) > 0 ? [size(number(bytes))] : []), counted(number(calls), 'call')];
  const end = reasonOf({ code: ended }) ?? text(ended);
  return `played ${quoted(values)} on ${clientName(text(client))}: ${end} after ${duration(number(ms))}; ${cost.join(', ')}`;
}

/** Plays and listings have lines of their own, and players try doors that are not there. */
function request(values: LogValues): string | undefined {
  const { method, url, status, code, why: said } = values;
  if (isToldElsewhere('request', values) || number(status) < 400) return undefined;
  const why = reasonOf({ why: said, code }) ?? `status ${text(status)}`;
  // What was said of this request is also what to do about it.
  const remedy = said === undefined ? remedyOf({ code }) : '';
  return `refused ${text(method)} ${nameOf(url)} for ${whoOf(values)}: ${why}${remedy}`;
}

/** A command beside this process comes over a socket that has no address. */
function whoOf({ ip, agent }: LogValues): string {
  return text(ip) === '' ? 'a command of this machine' : `${text(ip)} (${nameOf(text(agent) || 'no name')})`;
}

function lockedOut(values: LogValues, zone: string | undefined): string {
  const { kind, until } = values;
  const when = typeof until === 'string' ? ` until ${localSecond(Date.parse(until), zone)}` : '';
  return `too many wrong ${text(kind)}s from ${whoOf(values)}: told to wait${when}${remedyOf(values)}`;
}

/** `uploaded "Film.mkv" in 28 min: 4.2 GB`. */
function upload(values: LogValues): string {
  const { bytes, ms, outcome } = values;
  if (outcome === 'stored')
    return `uploaded ${quoted(values)} in ${duration(Math.max(secondMs, number(ms)))}: ${size(number(bytes))}`;
  return `uploading ${quoted(values)} failed: ${reasonOf({ code: outcome }) ?? text(outcome)}`;
}

function accountListed({ namesFolders }: LogValues): string {
  return namesFolders === true
    ? 'the listing of the whole account says where new files lie: they are found at once'
    : 'the listing of the whole account does not say where new files lie: their folders are looked into';
}

function found({ path, changed, newFolders }: LogValues): string {
  const news = [
    ...(number(changed) > 0 ? [counted(number(changed), 'change')] : []),
    ...(number(newFolders) > 0 ? [counted(number(newFolders), 'new folder')] : []),
  ];
  return `found between syncs in ${nameOf(path)}: ${news.join(', ')}`;
}

function quoted({ title, name }: LogValues): string {
  return `"${nameOf(title ?? name ?? 'a file without a name')}"`;
}

function text(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
