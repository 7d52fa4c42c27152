import { toFrenchTime } from './french-time.ts';
import type { Wire } from './listing.ts';
import type { Account } from './tree.ts';
import type { Uploads } from './uploads.ts';
import type { Verb } from './verbs.ts';

/** Addresses that the host was asked to fetch, at one time. */
interface RemoteJob {
  id: number;
  requestedAt: number;
  executedAt: number | undefined;
  urls: string[];
  result: Wire[];
}

export interface RemoteParts {
  account: Account;
  uploads: Uploads;
  clock: { now(): number };
  ending: AbortSignal;
  /** Undone jobs tell so by an empty date or by the first of 1970: both were seen. */
  random: () => number;
}

/** Uploads that the host makes itself: it really fetches what it is asked for. */
export function createRemote({ account, uploads, clock, ending, random }: RemoteParts): Record<string, Verb> {
  const jobs: RemoteJob[] = [];
  const described = (job: RemoteJob): Wire => ({
    id: job.id,
    request_date: toFrenchTime(job.requestedAt),
    execution_date: dateOf(job),
  });
  function dateOf({ executedAt }: RemoteJob): string {
    if (executedAt !== undefined) return toFrenchTime(executedAt);
    return random() < 0.5 ? '' : '1970-01-01 00:00:00';
  }

  async function run(job: RemoteJob, folderId: number, headers: Record<string, string>): Promise<void> {
    const result: Wire[] = [];
    for (const url of job.urls)
      result.push({ url, download_link: '', ...(await fetchOne(url, folderId, headers).catch(failed)) });
    job.result = result;
    job.executedAt = clock.now();
  }

  async function fetchOne(url: string, folderId: number, headers: Record<string, string>): Promise<Wire> {
    const answer = await fetch(url, { headers, signal: ending });
    if (!answer.ok || !answer.body) return { status: 'KO', message: `HTTP error ${answer.status}` };
    const said = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
    const name = said ?? decodeURIComponent(new URL(answer.url).pathname.split('/').pop() ?? '');
    const store = await uploads.store();
    try {
      for await (const piece of answer.body) await store.add(Buffer.from(piece));
    } catch (error) {
      await store.giveUp();
      throw error;
    }
    if (store.sizeBytes() === 0) return { status: 'KO', message: 'Empty file' };
    const { content } = await store.end();
    const wanted = account.find(folderId);
    const into = wanted?.kind === 'folder' ? wanted : account.root;
    const file = account.addFile(into, { name: name || 'file', content });
    return { status: 'OK', download_link: file.url, message: `${file.sizeBytes} bytes at 180 MB/s` };
  }

  return {
    'remote/request': (body) => {
      const urls = (Array.isArray(body.urls) ? body.urls : []).filter((url) => typeof url === 'string');
      if (urls.length === 0) return { refused: 'badRequest' };
      const headers = (body.headers ?? {}) as Record<string, string>;
      const job: RemoteJob = {
        id: jobs.length + 1,
        requestedAt: clock.now(),
        executedAt: undefined,
        urls,
        result: [],
      };
      jobs.push(job);
      void run(job, Number(body.folder_id ?? 0), headers);
      return {
        fields: { status: 'OK', id: job.id, date: toFrenchTime(job.requestedAt), urls: urls.length, headers },
      };
    },
    'remote/ls': () => ({ fields: { status: 'OK', data: jobs.map(described) } }),
    'remote/info': (body) => {
      const job = jobs.find(({ id }) => id === Number(body.id));
      if (!job) return { refused: 'notFound' };
      return { fields: { status: 'OK', ...described(job), links: job.urls, result: job.result } };
    },
  };
}

function failed(error: unknown): Wire {
  return { status: 'KO', message: error instanceof Error ? error.message : String(error) };
}
