import type { Dispatcher } from 'undici';
import type { Clock } from '../../core/clock.ts';
import { hourMs, minuteMs, secondMs } from '../../core/durations.ts';
import type { KeepFact } from '../../core/kept-fact.ts';
import type { Log } from '../../core/log.ts';
import { isLoopback } from '../../core/loopback.ts';
import type { WritableHost } from '../host-writes.ts';
import { fingerprint, rememberedAccountCodec } from './account.ts';
import { createFichierClient } from './client.ts';
import { createDownloadAnswers } from './download-answers.ts';
import { createLinkCheck } from './download-hosts.ts';
import { createGovernor } from './pace/governor.ts';
import { governorCodec } from './pace/governor-memory.ts';
import { readPageUrl, toHostPage } from './page-url.ts';
import { createSharedFolders } from './shared-folders.ts';
import { createWholeFolder } from './whole-folder.ts';
import { createUploadNodes } from './writes/upload.ts';
import { createWrites } from './writes/writes.ts';

export interface FichierOptions {
  /** The settings of the host, by the names that people know them by. */
  settings: {
    apiKey: string | undefined;
    apiUrl: string;
    downloadHosts: readonly string[];
    uploadHosts: readonly string[];
    siteUrl: string;
    requestIntervalMs: number;
    folderIntervalMs: number;
    userInfoIntervalMs: number;
    playBurst: number;
    backoffMinutes: readonly number[];
    listingCap: number;
    connections: number;
    timeLimitMs: number;
  };
  /** Such as `Passerelle/1.2.3`. */
  userAgent: string;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  keep: KeepFact;
}

/** One listing of the whole account an hour is allowed (facts/1fichier-api 2.2). */
const accountListingIntervalMs = hourMs;
/** Uploads are listed late (facts/1fichier-api 2.8). */
const listingLagMs = 3 * hourMs;
/** What is known to work (facts/writes 2). */
const fetching = { addressesAtOnce: 5, pauseMs: 2 * secondMs, pollMs: 45 * secondMs };

/** 1fichier as a {@link WritableHost}. Calls nobody before it is asked something. */
export async function createFichier(options: FichierOptions): Promise<WritableHost> {
  const { settings, clock, log, keep } = options;
  const { requestIntervalMs, folderIntervalMs, userInfoIntervalMs, timeLimitMs } = settings;
  // Keys are pasted with line breaks in them (facts/1fichier-api 1).
  const apiKey = (settings.apiKey ?? '').replace(/\s+/g, '');
  const keyFingerprint = fingerprint(apiKey);
  const governor = createGovernor({
    keyFingerprint,
    clock,
    log,
    memory: await keep('governor', governorCodec),
    requestIntervalMs,
    folderIntervalMs,
    userInfoIntervalMs,
    accountListingIntervalMs,
    playBurst: settings.playBurst,
    floodBackoffMs: settings.backoffMinutes.map((minutes) => minutes * minuteMs),
  });
  const client = createFichierClient({
    apiUrl: settings.apiUrl,
    apiKey,
    userAgent: options.userAgent,
    dispatcher: options.dispatcher,
    governor,
    clock,
    log,
    memory: await keep('account', rememberedAccountCodec),
    userInfoIntervalMs,
    timeLimitMs,
  });
  const isHere = isLoopback(new URL(settings.apiUrl).hostname);
  const checkLink = createLinkCheck(settings.downloadHosts, settings.apiUrl);
  const nodes = createUploadNodes({
    apiKey,
    userAgent: options.userAgent,
    dispatcher: options.dispatcher,
    clock,
    log,
    scheme: isHere ? 'http' : 'https',
    checkNode: createLinkCheck(settings.uploadHosts, settings.apiUrl, 'fichier.uploadHosts'),
  });

  return {
    limits: {
      requestIntervalMs,
      folderIntervalMs,
      accountListingIntervalMs,
      listingLagMs,
      timeLimitMs,
      connections: settings.connections,
      fetching: { ...fetching, isHere },
    },
    keyFingerprint,
    account: client.userInfo,
    knownAccount: client.knownAccount,
    listFolder: createWholeFolder({ client, log, now: () => clock.now(), cap: settings.listingCap }),
    listAccount: (sentAfter, call) => client.listFiles({ folderId: 'all', sentAfter }, call),
    pageOf(text) {
      const page = readPageUrl(text);
      return page && toHostPage(page);
    },
    shares: createSharedFolders({
      siteUrl: settings.siteUrl,
      userAgent: options.userAgent,
      dispatcher: options.dispatcher,
      governor,
      clock,
      timeLimitMs,
    }),
    async directLink(pageUrl, call) {
      const link = await client.directLink(pageUrl, call);
      checkLink(link);
      return link;
    },
    downloads: createDownloadAnswers(checkLink),
    writes: createWrites(client.ask, nodes),
    state: governor.state,
    close: governor.close,
  };
}
