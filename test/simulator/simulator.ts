import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccount } from './account.ts';
import { createApi } from './api.ts';
import {
  type ApiRequest,
  type Counters,
  createCounters,
  type DownloadRequest,
  resetCounters,
  type UploadRequest,
} from './counters.ts';
import { demoAccount } from './demo-account.ts';
import { createDownload } from './download.ts';
import { createFaults, type DeadForm, type Faults } from './faults.ts';
import { createLimits, type LimitSettings } from './limits.ts';
import { createLocation } from './location.ts';
import { createRandom } from './random.ts';
import { createRemote } from './remote.ts';
import { createSite } from './site.ts';
import { createTokens } from './tokens.ts';
import type { Account, AccountFolder, SimulatedFile } from './tree.ts';
import { createUploadNode } from './upload-node.ts';
import { createUploads } from './uploads.ts';
import { verbs } from './verbs.ts';
import { writingVerbs } from './writing-verbs.ts';

export { type Content, expectedBytes, fillSeeded } from './content.ts';
export type { ApiRequest, Counters, DownloadRequest, UploadRequest } from './counters.ts';
export { demoAccount } from './demo-account.ts';
export type { ApiFault, DeadForm, DownloadFaults, Faults, UploadFaults } from './faults.ts';
export type { LimitSettings } from './limits.ts';
export { messages } from './messages.ts';
export type { Account, AccountFolder, FileSpec, SimulatedFile, SimulatedFolder } from './tree.ts';

/** The key that the simulator accepts unless told otherwise. */
export const testApiKey = 'TESTKEYtestkey0123456789-_=ABCDE';

/** All have defaults that suit a test: no limits, the demo account, free ports on loopback, repeatable chance. */
export interface SimulatorOptions {
  apiKey?: string;
  account?: AccountFolder;
  /** `none` by default; a partial one stands on `none`. */
  limits?: 'none' | 'strict' | 'lenient' | Partial<LimitSettings>;
  /** Everything that the host remembers by time goes by this; delays in faults are real time. */
  clock?: { now(): number };
  random?: () => number;
  /** A link must be used for the first time within this, 300000. */
  startWindowMs?: number;
  /** A used link lives so long from its issue, 1800000. */
  resumeWindowMs?: number;
  /** 404 by default. */
  expiredAnswer?: DeadForm;
  /** Requests in progress at the download host, 30. */
  maxConnections?: number;
  /** One address at a time. */
  locationRule?: boolean;
  /** 0 free, 1 Premium, 2 Access, 3 Premium GOLD. */
  offer?: 0 | 1 | 2 | 3;
  /** `YYYY-MM-DD`, with or without a time. */
  subscriptionEnd?: string;
  /** Whose account it is. */
  email?: string;
  /** Most entries of a listing, 5000. */
  listingCap?: number;
  apiPort?: number;
  downloadPort?: number;
  uploadPort?: number;
  sitePort?: number;
  /** Most bytes of one upload, as its length says: 300 GB. */
  maxFileBytes?: number;
  onUploadRequest?: (request: UploadRequest) => void;
  host?: string;
  onApiRequest?: (request: ApiRequest) => void;
  onDownloadRequest?: (request: DownloadRequest) => void;
}

/** A 1fichier on loopback. */
export interface Simulator {
  /** With `/v1`, without a slash at the end: FICHIER_API_URL. */
  readonly apiUrl: string;
  /** Host and port of the links: FICHIER_DOWNLOAD_HOSTS. */
  readonly downloadHost: string;
  /** Host and port of the node that takes uploads: FICHIER_UPLOAD_HOSTS. */
  readonly uploadHost: string;
  readonly apiKey: string;
  readonly account: Account;
  readonly faults: Faults;
  readonly counters: Counters;
  /** Of the web site, without a slash at the end: FICHIER_SITE_URL. */
  readonly siteUrl: string;
  /** Somebody shows files, of this account or of others. @returns the address of their page */
  share(files: readonly SimulatedFile[], password?: string): string;
  /** Zeroes the counters, heals the faults, forgets locks and what the limits remember. Links stay good. */
  reset(): void;
  /** Every link given out so far, or to this file, is dead from now; transfers in progress go on. */
  expireLinks(fileId?: string): void;
  /** Whether the last link given out to this file would be answered now. */
  isLinkAlive(fileId: string): boolean;
  /** Whether the API refuses every call now. */
  isLocked(): boolean;
  /** Ends both hosts and every connection. */
  close(): Promise<void>;
}

/** Starts API, download server, upload node and web site. */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? { now: Date.now };
  // Each part has its own chance, so that ids do not depend on how many calls came before.
  const chance = (seed: number) => options.random ?? createRandom(seed);
  const host = options.host ?? '127.0.0.1';
  const apiKey = options.apiKey ?? testApiKey;
  const ending = new AbortController();
  const faults = createFaults(options.listingCap);
  const counters = createCounters();
  const limits = createLimits(options.limits ?? 'none', clock, counters);
  const location = createLocation(options.locationRule ?? false, clock);
  const account = createAccount(options.account ?? demoAccount(), { random: chance(1), clock, faults });
  const tokens = createTokens({
    random: chance(2),
    clock,
    startWindowMs: options.startWindowMs ?? 300_000,
    resumeWindowMs: options.resumeWindowMs ?? 1_800_000,
  });
  const common = { tokens, faults, counters, limits, location, clock, ending: ending.signal };
  const download = createDownload({
    ...common,
    random: chance(3),
    expiredAnswer: options.expiredAnswer ?? '404',
    maxConnections: options.maxConnections ?? 30,
    onRequest: options.onDownloadRequest ?? (() => {}),
  });
  const downloadHost = await listen(download, options.downloadPort ?? 0, host);
  const uploads = createUploads({ account, random: chance(5), clock, counters, faults });
  const node = createUploadNode({
    uploads,
    apiKey,
    faults,
    counters,
    clock,
    maxFileBytes: options.maxFileBytes ?? 300 * 10 ** 9,
    onRequest: options.onUploadRequest ?? (() => {}),
  });
  const site = createSite(chance(7), counters);
  const closeAll = () => Promise.all([stop(download), stop(node), stop(site.server), uploads.close()]);
  const uploadHost = await listen(node, options.uploadPort ?? 0, host);
  const siteHost = await listen(site.server, options.sitePort ?? 0, host);
  const remote = createRemote({ account, uploads, clock, ending: ending.signal, random: chance(6) });
  const api = createApi({
    ...common,
    verbs: { ...verbs, ...writingVerbs, ...remote },
    uploads,
    uploadHost: () => uploadHost,
    account,
    apiKey,
    random: chance(4),
    offer: options.offer ?? 1,
    subscriptionEnd: options.subscriptionEnd ?? '2099-12-31',
    email: options.email ?? 'someone@example.com',
    downloadUrl: () => `http://${downloadHost}`,
    onRequest: options.onApiRequest ?? (() => {}),
  });
  const apiHost = await listen(api, options.apiPort ?? 0, host).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  return {
    apiUrl: `http://${apiHost}/v1`,
    downloadHost,
    uploadHost,
    siteUrl: `http://${siteHost}`,
    share: site.share,
    apiKey,
    account,
    faults,
    counters,
    reset() {
      resetCounters(counters);
      faults.clear();
      limits.reset();
    },
    expireLinks: (fileId) => tokens.expire(fileId),
    isLinkAlive: (fileId) => tokens.isAlive(fileId),
    isLocked: () => limits.locked('*') !== undefined,
    async close() {
      ending.abort();
      await Promise.all([stop(api), closeAll()]);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<string> {
  // As nginx does; Node's own 5 s would close idle connections under clients that believe in them.
  server.keepAliveTimeout = 65_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const { port: real } = server.address() as AddressInfo;
      resolve(`${host.includes(':') ? `[${host}]` : host}:${real}`);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
