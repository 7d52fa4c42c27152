import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { request } from 'undici';
import { dayMs, minuteMs, secondMs } from '../core/durations.ts';
import { BridgeError, errorTable } from '../core/errors.ts';
import { diskTrouble, troubleWith } from '../core/files/folder-check.ts';
import { whyNoConnection } from '../core/http/connection-words.ts';
import { isLoopback } from '../core/loopback.ts';
import { counted } from '../core/plural.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** More than this apart, leases and waits are judged wrongly. */
const clockToleranceMs = 30_000;
/** An account ends with the end of its last day. */
const premiumEndsSoonMs = 7 * dayMs;

/** Writes, and takes away again, a small file. */
export async function checkFolder(dir: string, setting: string): Promise<Finding> {
  const path = resolve(dir);
  try {
    await mkdir(path, { recursive: true });
    const probe = join(path, `.passerelle-${randomUUID()}.tmp`);
    await writeFile(probe, 'x');
    await rm(probe);
    return { state: 'ok', words: `${path} can be written` };
  } catch (error) {
    const { why, remedy } = troubleWith(path) ?? diskTrouble(path, error);
    return { state: 'fail', words: why, remedy: `${remedy} (${setting})` };
  }
}

/** Whether STRM addresses lead back to us. */
export async function checkBaseUrl(
  { baseUrl, settings, dispatcher }: DoctorParts,
  signal: AbortSignal,
): Promise<Finding> {
  const protocol = settings.server.tlsCert === undefined ? 'http' : 'https';
  const remedy = `set PASSERELLE_BASE_URL to ${protocol}://<address of this machine in your network>:<port>`;
  if (settings.server.baseUrl === undefined)
    return {
      state: 'warn',
      words: `not set: STRM files carry ${baseUrl}, which other machines cannot reach`,
      remedy,
    };
  let status: number;
  try {
    const answer = await request(`${baseUrl}/healthz`, { dispatcher, signal, headersTimeout: 5000 });
    await answer.body.dump();
    status = answer.statusCode;
  } catch (error) {
    signal.throwIfAborted();
    const { code = '' } = error as NodeJS.ErrnoException;
    if (/CERT|SELF_SIGNED|VERIFY/.test(code))
      return {
        state: 'warn',
        words: `${baseUrl} answers with a certificate that this machine does not believe (${code})`,
        remedy:
          "players most likely do not either: use one of an authority that they know, such as Let's Encrypt",
      };
    return {
      state: 'warn',
      words: `nobody answers at ${baseUrl}`,
      remedy: 'start passerelle serve; if it runs, the address is wrong or a firewall stands between',
    };
  }
  if (status !== 200)
    return { state: 'fail', words: `${baseUrl} answers ${status}: something else is there`, remedy };
  if (isLoopback(new URL(baseUrl).hostname))
    return {
      state: 'warn',
      words: `${baseUrl} is a loopback address: other machines cannot reach it`,
      remedy,
    };
  return { state: 'ok', words: `${baseUrl} answers` };
}

/** Whether the host answers at all, and how far its clock is from ours. No API call. */
export async function checkHost(
  { settings, dispatcher, clock }: DoctorParts,
  signal: AbortSignal,
): Promise<Finding> {
  const { origin } = new URL(settings.fichier.apiUrl);
  let date: string | undefined;
  try {
    const answer = await request(`${origin}/`, {
      dispatcher,
      signal,
      headersTimeout: settings.fichier.timeLimitMs,
    });
    await answer.body.dump();
    date = answer.headers.date as string | undefined;
  } catch (error) {
    signal.throwIfAborted();
    throw new BridgeError('BRIDGE_HOST_UNREACHABLE', {
      detail: whyNoConnection(error) ?? 'no answer',
      cause: error,
    });
  }
  const apartMs = date === undefined ? Number.NaN : clock.now() - Date.parse(date);
  if (Number.isNaN(apartMs))
    return {
      state: 'warn',
      words: `${origin} answers, but does not say what time it is`,
      remedy: 'see that the clock of this machine is set by NTP',
    };
  if (Math.abs(apartMs) > clockToleranceMs) {
    const words = `this clock is ${Math.round(Math.abs(apartMs) / 1000)} s ${apartMs > 0 ? 'ahead of' : 'behind'} the host's`;
    return { state: 'warn', words, remedy: 'let the machine set its clock by NTP' };
  }
  return { state: 'ok', words: `${origin} answers; the clocks agree` };
}

/** Whether calls may go out, as far as it is known: a lock that another process met is remembered in the catalog. */
export async function checkCircuitBreaker({ host }: DoctorParts): Promise<Finding> {
  const { isBlocked, blockedUntil, blockedBy, callsLeft } = host.state();
  if (!isBlocked)
    return { state: 'ok', words: `calls pass; ${counted(callsLeft, 'call')} could go out at once` };
  const until = blockedUntil === undefined ? '' : ` until ${new Date(blockedUntil).toISOString()}`;
  const words = `calls are blocked${until}: ${blockedBy ? errorTable[blockedBy].message : 'the host has locked us out'}`;
  return {
    state: 'warn',
    words,
    remedy: blockedBy ? errorTable[blockedBy].remedy : errorTable.BRIDGE_GATE_CLOSED.remedy,
  };
}

/** Key, kind of account, and how long it lasts. */
export async function checkAccount(
  { host, settings, clock }: DoctorParts,
  signal: AbortSignal,
): Promise<Finding> {
  if (!settings.fichier.apiKey)
    return {
      state: 'fail',
      words: 'FICHIER_API_KEY is missing',
      remedy: 'copy the key from https://1fichier.com/console/params.pl',
    };
  const account = await host.account({ urgency: 'refresh', signal });
  const until = account.premiumUntil;
  const words = `the key is accepted; ${account.offer} account${account.premiumUntilDay ? ` until ${account.premiumUntilDay}` : ''}`;
  if (account.offer === 'free' || (until !== undefined && until + dayMs < clock.now())) {
    return {
      state: 'fail',
      words: `${words}: no direct links`,
      remedy: errorTable.BRIDGE_HOST_NOT_PREMIUM.remedy,
    };
  }
  if (account.offer === 'unknown')
    return {
      state: 'warn',
      words: `${words}; the kind of account is not one that we know`,
      remedy: 'if films do not start, look at the account on the site and report what it is called there',
    };
  if (until !== undefined && until - clock.now() < premiumEndsSoonMs)
    return { state: 'warn', words, remedy: 'renew the account before films stop' };
  return { state: 'ok', words };
}

/** One byte of one file, all the way. */
export async function checkByte({ catalog, delivery }: DoctorParts, signal: AbortSignal): Promise<Finding> {
  const [id] = await catalog.files.someIds(1);
  const file = id === undefined ? undefined : await catalog.files.byId(id);
  if (!file || file.sizeBytes === 0)
    return { state: 'warn', words: 'the catalog holds no file to try', remedy: 'run passerelle sync' };
  let bytes = 0;
  for await (const chunk of await delivery.reader.open(
    file,
    { start: 0, end: 0 },
    { urgency: 'play', signal },
  ))
    bytes += (chunk as Buffer).length;
  return { state: 'ok', words: `${bytes} byte of ${file.name} came through` };
}

/** How long links were seen to live, beside what is believed. */
export async function checkLinks({ links }: DoctorParts): Promise<Finding> {
  const { start, resume } = links.ttl.state();
  const minutes = (ms: number) =>
    ms < minuteMs ? `${Math.ceil(ms / secondMs)} s` : `${Math.round(ms / 6000) / 10} min`;
  const told = (window: { believedMs: number; provenMs: number }) =>
    `${minutes(window.believedMs)} (${window.provenMs > 0 ? `longest seen so far: ${minutes(window.provenMs)}` : 'none was seen yet'})`;
  return { state: 'ok', words: `unused links live ${told(start)}, used ones ${told(resume)}` };
}

/** How the last crawl ended, and what waits for a person's word. */
export async function checkCrawl({ catalog }: DoctorParts): Promise<Finding> {
  const crawl = await catalog.crawls.last();
  if (!crawl) return { state: 'warn', words: 'there was none yet', remedy: 'run passerelle sync' };
  const { files, missing, folders } = await catalog.files.counts();
  const words = `${crawl.outcome} ${new Date(crawl.endedAt ?? crawl.startedAt).toISOString()}; ${counted(files, 'file')} in ${counted(folders, 'folder')}${missing ? `, ${missing} of them missing` : ''}`;
  const { held, stoppedBy, failedFolders, missingRoots } = crawl.note;
  if (missingRoots)
    return {
      state: 'warn',
      words: `${words}; not in the account: ${missingRoots.join(', ')}`,
      remedy: 'look at library.roots',
    };
  const waits =
    held?.proposal === undefined || (await catalog.proposals.byId(held.proposal))?.state === 'open';
  if (held && waits)
    return {
      state: 'warn',
      words: `${words}; removals are held back: ${held.why}`,
      remedy: 'look at passerelle proposals',
    };
  if (crawl.outcome === 'stopped')
    return {
      state: 'warn',
      words: `${words}; stopped by ${stoppedBy}`,
      remedy: 'the next sync goes on where it stopped',
    };
  if (failedFolders)
    return {
      state: 'warn',
      words: `${words}; ${counted(failedFolders, 'folder')} could not be listed`,
      remedy: 'the log names them',
    };
  return { state: 'ok', words };
}
