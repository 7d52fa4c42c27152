import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Counters, UploadRequest } from './counters.ts';
import { type Faults, takeOne, type UploadFaults } from './faults.ts';
import { pages, refusalPage } from './messages.ts';
import { boundaryOf, MalformedForm, readForm } from './multipart.ts';
import type { Uploaded, Uploads } from './uploads.ts';

export interface NodeParts {
  apiKey: string;
  uploads: Uploads;
  faults: Faults;
  counters: Counters;
  clock: { now(): number };
  /** Whether `Authorization` or a `did` are looked at before or after the body is not known: here it is before. */
  maxFileBytes: number;
  onRequest(request: UploadRequest): void;
}

/** The node that takes uploads and tells what became of them. Not listening yet. */
export function createUploadNode(parts: NodeParts): Server {
  const { counters, clock } = parts;
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://node');
    const seen: UploadRequest = {
      method: request.method ?? '',
      path: url.pathname,
      at: clock.now(),
      status: 0,
      bytes: 0,
      authorized: request.headers.authorization !== undefined,
    };
    counters.uploadRequests.push(seen);
    request.on('error', () => undefined);
    response.once('close', () => {
      seen.status = response.headersSent ? response.statusCode : 0;
      parts.onRequest(seen);
    });
    const work =
      url.pathname === '/upload.cgi' && request.method === 'POST'
        ? upload(request, response, url.searchParams.get('id') ?? '', seen, parts)
        : report(request, response, url, parts);
    work.catch(() => response.destroy());
  });
}

async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  seen: UploadRequest,
  parts: NodeParts,
): Promise<void> {
  const { uploads } = parts;
  const faults = parts.faults.upload;
  const declared = Number(request.headers['content-length']);
  if (request.headers['content-length'] === undefined) return page(response, 411, pages.busy, true);
  if (!uploads.useId(id)) return page(response, 403, pages.badUpload, true);
  if (declared > parts.maxFileBytes) return page(response, 200, pages.tooLarge, true);
  const status = takeOne(faults.status);
  if (status && !status.afterBody) return page(response, status.status, pages.busy, true);
  const cut = takeOne(faults.cut);
  const isOwn = request.headers.authorization === `Bearer ${parts.apiKey}` && !takeOne(faults.keyless);
  const taker = uploads.take(isOwn);
  let done: Uploaded[];
  try {
    await readForm(
      counted(request, seen, faults, cut?.atByte),
      boundaryOf(request.headers['content-type']),
      taker,
    );
    if (status) return page(response, status.status, pages.busy);
    if (takeOne(faults.noDisk)) return page(response, 200, pages.noDestination);
    const refusal = takeOne(faults.refusal);
    if (refusal) return page(response, 200, refusalPage(refusal.words));
    done = taker.done();
  } catch (error) {
    if (!(error instanceof MalformedForm)) throw error;
    return page(response, 200, pages.noFileInForm, true);
  } finally {
    await taker.giveUp();
  }
  uploads.report(id, done);
  // The file is there from now on, whatever happens to this answer.
  if (takeOne(faults.cutAnswer)) return void request.socket.resetAndDestroy();
  response.writeHead(302, { location: `/end.pl?xid=${id}`, 'content-type': 'text/html; charset=utf-8' });
  response.end(pages.moved);
}

/** The body, cut at a place if need be: nothing of a form that has no end is kept. */
async function* counted(
  request: IncomingMessage,
  seen: UploadRequest,
  { slowBytesPerMs, bytesPerSecond }: UploadFaults,
  atByte = Number.POSITIVE_INFINITY,
) {
  const begin = performance.now();
  for await (const piece of request as AsyncIterable<Buffer>) {
    seen.bytes += piece.length;
    if (bytesPerSecond !== undefined) {
      const earlyMs = (seen.bytes / bytesPerSecond) * 1000 - (performance.now() - begin);
      // A host that was closed meanwhile keeps no process alive.
      if (earlyMs > 1) await delay(earlyMs, undefined, { ref: false });
    }
    if (seen.bytes >= atByte) {
      request.socket.resetAndDestroy();
      throw new Error('cut');
    }
    if (slowBytesPerMs !== undefined) await delay(Math.ceil(piece.length / slowBytesPerMs));
    yield piece;
  }
}

async function report(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { uploads, faults, counters }: NodeParts,
): Promise<void> {
  const id = url.searchParams.get('xid') ?? '';
  const found = url.pathname === '/end.pl' && request.method === 'GET' ? uploads.reportOf(id) : undefined;
  if (!found) return page(response, 404, pages.notFound);
  counters.reports++;
  const upload = faults.upload;
  const status = takeOne(upload.reportStatus);
  if (status) return page(response, status.status, pages.busy);
  if (takeOne(upload.wait)) return page(response, 200, pages.pleaseWait);
  if (found.files.some(({ file }) => upload.reportAsPage?.(file.name)))
    return page(response, 200, pages.scan);
  const files = takeOne(upload.noLinks) ? [] : found.files;
  if (request.headers.export === '1') {
    const lines = files.map(
      ({ file, remove }) => `${file.name};${file.sizeBytes};${file.id};${remove};1fichier.com\n`,
    );
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(lines.join(''));
    return;
  }
  if (request.headers.json === undefined) {
    const links = files.map(({ file }) => `<a href="${file.url}">${file.url}</a>`).join('\n');
    return page(response, 200, `<!DOCTYPE html><html><body>${links}</body></html>\n`);
  }
  const links = files.map(({ file, whirlpool, remove }) => ({
    download: file.url,
    filename: file.name,
    remove,
    size: String(file.sizeBytes),
    whirlpool: takeOne(upload.wrongChecksum) ? whirlpool.replace(/./g, '0') : whirlpool,
  }));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ incoming: 0, links }, null, request.headers.json === '2' ? 2 : undefined));
}

/** With `early`, the rest of a body is not waited for. */
function page(response: ServerResponse, status: number, html: string, early = false): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    ...(early ? { connection: 'close' } : {}),
  });
  response.end(html);
  if (early) response.req.resume();
}
