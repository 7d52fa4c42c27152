import type { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import type { Clock } from '../../../core/clock.ts';
import { minuteMs, secondMs } from '../../../core/durations.ts';
import { BridgeError, isBridgeError } from '../../../core/errors.ts';
import { header } from '../../../core/http/headers.ts';
import type { Log } from '../../../core/log.ts';
import type { FileToSend, SentFile } from '../../host-writes.ts';
import type { CheckLink } from '../download-hosts.ts';
import { readNodeAnswer, readUploadReport, saysWait, type UploadSlot } from './upload-answers.ts';
import { type UploadForm, uploadForm } from './upload-form.ts';

export interface UploadDeps {
  apiKey: string;
  userAgent: string;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Log;
  /** `http` for a host on loopback. */
  scheme: 'http' | 'https';
  /** Throws for a node that the key may not be sent to. */
  checkNode: CheckLink;
}

export interface SendOptions {
  signal?: AbortSignal | undefined;
  onBytes?: ((sent: number) => void) | undefined;
}

/** The upload nodes of the host. They are asked beside the API, and no pace is known for them. */
export interface UploadNodes {
  /** Sends one file and reads what became of it. Throws as `HostWrites.upload` says. */
  send(slot: UploadSlot, file: FileToSend, options: SendOptions): Promise<SentFile | undefined>;
  /** What became of an earlier one: see `HostWrites.sentBy`. */
  ask(slot: UploadSlot, signal: AbortSignal | undefined): Promise<SentFile | 'nothing' | undefined>;
}

/** A node that takes nothing for so long is gone. */
const stalledMs = 2 * minuteMs;
/** At once, as rclone asks; nodes may need a moment before they tell, and while they scan for viruses, minutes (facts/writes 1.3). */
const reportWaitsMs = [0, 1500, ...Array<number>(3).fill(3 * secondMs)];
const scanWaitsMs = Array<number>(30).fill(10 * secondMs);
/** Pages and reports of one file are shorter. */
const maxAnswerBytes = 256 * 1024;

export function createUploadNodes(deps: UploadDeps): UploadNodes {
  const { clock, log, scheme } = deps;
  const headers = { authorization: `Bearer ${deps.apiKey}`, 'user-agent': deps.userAgent };

  /** Throws for a node that the key may not be sent to. */
  function baseOf({ host }: UploadSlot): string {
    const base = `${scheme}://${host}`;
    deps.checkNode(base);
    return base;
  }

  async function sendTo(slot: UploadSlot, file: FileToSend, { signal, onBytes }: SendOptions) {
    const base = baseOf(slot);
    const form = uploadForm(file);
    const startedAt = clock.now();
    const line = { name: file.name, node: slot.host, bytes: file.sizeBytes };
    try {
      await post(`${base}/upload.cgi?id=${slot.id}`, form, slot.id, file, { signal, onBytes });
    } catch (error) {
      log.warn(
        { ...line, ms: clock.now() - startedAt, outcome: isBridgeError(error) ? error.code : 'failed' },
        'upload',
      );
      throw error;
    }
    log.info({ ...line, ms: clock.now() - startedAt, outcome: 'stored' }, 'upload');
    const told = await reportOf(slot, signal);
    // It was stored a moment ago, whatever this page says.
    const sent = told === 'nothing' ? undefined : told;
    if (!sent) log.warn(line, 'the host has stored an upload and does not say where');
    return sent;
  }

  async function post(url: string, form: UploadForm, id: string, file: FileToSend, options: SendOptions) {
    const progress = { sent: 0, isOver: false, source: undefined as unknown };
    const body = bytesOf(form, file, progress, options.onBytes);
    const stalled = watchProgress(clock, () => progress.sent);
    const signals = [stalled.signal, ...(options.signal ? [options.signal] : [])];
    try {
      const answer = await request(url, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': form.contentType,
          'content-length': String(form.lengthBytes),
        },
        // As it is: undici asks for a piece when the one before has gone to the network, and a stream would ask earlier.
        body: body as unknown as Readable,
        dispatcher: deps.dispatcher,
        // Nodes were known to fail on a connection that is used again (facts/1fichier-api 2.8).
        reset: true,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: AbortSignal.any(signals),
      });
      const text = await beginningOf(answer.body);
      const location = header(answer.headers, 'location');
      readNodeAnswer({ status: answer.statusCode, location, text }, id);
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason;
      if (progress.source !== undefined) throw progress.source;
      if (isBridgeError(error)) throw error;
      const detail = stalled.signal.aborted ? 'it took nothing for two minutes' : codeOf(error);
      const code = progress.isOver ? 'BRIDGE_UPLOAD_UNSURE' : 'BRIDGE_UPLOAD_NODE';
      throw new BridgeError(code, { ...(detail ? { detail } : {}), cause: error });
    } finally {
      stalled.end();
      // It is left where it stands when the connection ends. A source of which nothing comes is not waited for.
      void body.return(undefined).catch(() => undefined);
    }
  }

  /** Asks until the node tells; undefined when it does not in time. What is stored is stored, whatever is said here. */
  async function reportOf(
    slot: UploadSlot,
    signal: AbortSignal | undefined,
  ): Promise<SentFile | 'nothing' | undefined> {
    const url = `${baseOf(slot)}/end.pl?xid=${slot.id}`;
    const waits = [...reportWaitsMs];
    let scans = 0;
    for (let waitMs = waits.shift(); waitMs !== undefined; waitMs = waits.shift()) {
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      try {
        const { status, text } = await askReport(url, signal);
        // Asked in the same moment, a page that is not there yet says nothing.
        if (status === 404 && waitMs > 0) return 'nothing';
        const sent = readUploadReport(text);
        // Whether it is ours, listings tell.
        if (sent === 'keyless') return undefined;
        if (sent) return sent;
        const next = saysWait(text) ? scanWaitsMs[scans++] : undefined;
        if (next !== undefined) waits.unshift(next);
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        log.debug({ code: codeOf(error) }, 'a report of an upload could not be had');
      }
    }
    return undefined;
  }

  async function askReport(url: string, signal: AbortSignal | undefined) {
    const timeUp = new AbortController();
    const over = new AbortController();
    clock.sleep(30 * secondMs, over.signal).then(
      () => timeUp.abort(),
      () => {},
    );
    try {
      const answer = await request(url, {
        headers: { ...headers, json: '1' },
        dispatcher: deps.dispatcher,
        reset: true,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal: AbortSignal.any([timeUp.signal, ...(signal ? [signal] : [])]),
      });
      return { status: answer.statusCode, text: await beginningOf(answer.body) };
    } finally {
      over.abort();
    }
  }

  return { send: sendTo, ask: reportOf };
}

/** The form as bytes; what goes wrong with the source is told by `progress`, whatever undici makes of it. */
async function* bytesOf(
  form: UploadForm,
  file: FileToSend,
  progress: { sent: number; isOver: boolean; source: unknown },
  onBytes: ((sent: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  yield form.before;
  try {
    for await (const piece of file.open()) {
      if (progress.sent + piece.length > file.sizeBytes)
        throw new BridgeError('BRIDGE_UPLOAD_SOURCE', { detail: 'it has grown' });
      yield piece;
      progress.sent += piece.length;
      onBytes?.(progress.sent);
    }
    if (progress.sent < file.sizeBytes)
      throw new BridgeError('BRIDGE_UPLOAD_SOURCE', { detail: 'it is shorter than it was' });
  } catch (error) {
    progress.source = error;
    throw error;
  }
  progress.isOver = true;
  yield form.after;
}

/** Aborts when nothing moves for {@link stalledMs}. */
function watchProgress(clock: Clock, sent: () => number): { signal: AbortSignal; end(): void } {
  const stalled = new AbortController();
  const over = new AbortController();
  void (async () => {
    for (let before = -1; before !== sent(); ) {
      before = sent();
      await clock.sleep(stalledMs, over.signal);
    }
    stalled.abort();
  })().catch(() => {});
  return { signal: stalled.signal, end: () => over.abort() };
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early ends the connection.
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes > maxAnswerBytes) break;
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The code of a fault of the network: its words hold addresses. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
