import { z } from 'zod';
import { dayMs } from '../../../core/durations.ts';
import type { FetchedAddress, FetchJob, FetchReport, HostWrites } from '../../host-writes.ts';
import { check, optional, text } from '../fields.ts';
import { scrub } from '../host-messages.ts';
import { folderNumber, readPageUrl, toHostPage } from '../page-url.ts';
import { parisToUtc } from '../paris-time.ts';
import type { Ask } from './ask-api.ts';

/** Ids are numbers, and texts that hold some. */
const id = z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,20}$/)]).transform(String);
const requestedShape = z.object({ id });
const jobShape = z.object({ id, request_date: text, execution_date: text });
const jobsShape = z.object({ data: z.array(jobShape).max(10_000) });
const address = z.string().max(5000);
const resultShape = z.object({
  status: text,
  url: optional(address),
  download_link: text,
  message: text,
});
const reportShape = z.object({
  execution_date: text,
  links: optional(z.array(address).max(1000)),
  result: optional(z.array(resultShape).max(1000)),
});

/** The host's own downloads (facts/writes 2, facts/1fichier-api 2.9). */
export function createRemoteVerbs(
  ask: Ask,
): Pick<HostWrites, 'fetchAddresses' | 'fetchJobs' | 'fetchReport'> {
  return {
    async fetchAddresses(addresses, folderId, call) {
      const body = { urls: [...addresses], folder_id: folderNumber(folderId) };
      return ask(
        'remote/request',
        body,
        call,
        (answer) => check(requestedShape, answer, 'remote/request').id,
      );
    },
    async fetchJobs(call) {
      return ask('remote/ls', {}, call, (answer) =>
        check(jobsShape, answer, 'remote/ls').data.map(
          (job): FetchJob => ({
            id: job.id,
            askedAt: parisToUtc(job.request_date ?? ''),
            isOver: isDate(job.execution_date),
          }),
        ),
      );
    },
    async fetchReport(jobId, call) {
      return ask('remote/info', { id: Number(jobId) }, call, readFetchReport);
    },
  };
}

/** What became of a job: its results are there when it is over, and not before. */
export function readFetchReport(answer: unknown): FetchReport {
  const { links, result, execution_date } = check(reportShape, answer, 'remote/info');
  const results = result ?? [];
  return {
    addresses: links ?? [],
    isOver: results.length > 0 || isDate(execution_date),
    results: results.map(toFetched),
  };
}

function toFetched({ status, url, download_link, message }: z.output<typeof resultShape>): FetchedAddress {
  const page = readPageUrl(download_link ?? '');
  const says = scrub(message ?? '');
  const told = { address: url ?? '', says };
  if (!/^ok$/i.test((status ?? '').trim())) return { ...told, outcome: 'refused' };
  return page ? { ...told, outcome: 'stored', page: toHostPage(page) } : { ...told, outcome: 'unclear' };
}

/** What was not executed has no date, or the first of all dates: both were seen. */
function isDate(date: string | null | undefined): boolean {
  return (parisToUtc(date ?? '') ?? 0) > dayMs;
}
