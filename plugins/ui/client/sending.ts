import { signal } from '@preact/signals-core';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { HeldUploadAnswer, listUploads } from '../../../src/api/held-uploads.ts';
import { faultText } from './asking.ts';
import { begunUploads, forgetBegun, isSameFile, keepBegun } from './begun-uploads.ts';
import { ApiRefusal, askApi, callApi } from './door.ts';
import { spokenError } from './words/spoken.ts';

/** A file of this browser on its way into the account. */
export interface DroppedFile {
  key: number;
  name: string;
  sizeBytes: number;
  sent: number;
  /** `paused`: the page was loaded anew meanwhile, and has the file no more. */
  state: 'waiting' | 'sending' | 'whole' | 'done' | 'failed' | 'left' | 'paused';
  fault?: string;
}

/** Those of this visit, in their order. They go on while one looks at other parts of the page. */
export const sentFiles = signal<readonly DroppedFile[]>([]);

const pieceBytes = 16 * 1024 * 1024;
/** What the server refuses for now is tried so often; a line that is broken is waited for. */
const maxRefusals = 8;
const firstPauseMs = 1000;
const maxPauseMs = 15_000;
/** Until one looks again whether the host has it. */
const firstAskMs = 250;
const maxAskMs = 4000;
const spoken = { 'tus-resumable': '1.0.0' };

/** One file as it is sent: where it goes, or where it has begun to go. */
interface Sending {
  key: number;
  folder: string;
  leave: AbortController;
  id?: string;
}

let keys = 0;
const sendings = new Map<number, Sending>();
const waiting: (() => Promise<void>)[] = [];
let running = 0;
let parallel: Promise<number> | undefined;

/** Sends these into a folder of the account, as many at a time as the settings want it. */
export function sendFiles(files: Iterable<File>, folder: string): void {
  for (const file of files) {
    const begun = begunUploads().find((one) => one.folder === folder && isSameFile(one, file));
    const paused = [...sendings.values()].find(({ id }) => begun && id === begun.id);
    // Dropped once more after the page was loaded anew: it goes on where it was.
    if (paused && resumeWith(paused.key, file)) continue;
    const sending = { key: keys++, folder, leave: new AbortController() };
    show(sending, { name: file.name, sizeBytes: file.size, sent: 0, state: 'waiting' });
    enqueue(() => sendOne(sending, file));
  }
}

/** Goes on with one that was broken off. @returns whether this is its file */
export function resumeWith(key: number, file: File): boolean {
  const sending = sendings.get(key);
  const begun = begunUploads().find(({ id }) => id === sending?.id);
  const isPaused = sentFiles.value.some((one) => one.key === key && one.state === 'paused');
  if (!sending || !begun || !isPaused || !isSameFile(begun, file)) return false;
  change(key, { state: 'waiting' });
  enqueue(() => sendOne(sending, file));
  return true;
}

let hasLooked = false;

/** Uploads that this browser had begun when the page was loaded anew: those that are whole go on by themselves. */
export async function findBegun(): Promise<void> {
  if (hasLooked) return;
  hasLooked = true;
  for (const { id, name, sizeBytes, folder } of begunUploads()) {
    const upload = await callApi<HeldUploadAnswer>('GET', `/uploads/${encodeURIComponent(id)}`).catch(
      (error: unknown) => {
        // Forgotten by the server, or brought there and forgotten.
        if (error instanceof ApiRefusal && error.status === 404) forgetBegun(id);
        return undefined;
      },
    );
    if (!upload || [...sendings.values()].some((one) => one.id === id)) continue;
    const sending = { key: keys++, folder, leave: new AbortController(), id };
    const isOpen = upload.state === 'open';
    show(sending, { name, sizeBytes, sent: upload.offset, state: isOpen ? 'paused' : 'whole' });
    if (!isOpen) void ended(sending, untilStored(sending.key, id, sending.leave.signal));
  }
}

/** Gives one up; what came of it is forgotten. */
export function leaveFile(key: number): void {
  const sending = sendings.get(key);
  sending?.leave.abort();
  // Nobody is at it who would hear that.
  if (sending && sentFiles.value.some((one) => one.key === key && one.state === 'paused'))
    void ended(sending, Promise.reject(sending.leave.signal.reason));
}

function show(sending: Sending, file: Omit<DroppedFile, 'key'>): void {
  sendings.set(sending.key, sending);
  sentFiles.value = [...sentFiles.value, { key: sending.key, ...file }];
}

function change(key: number, next: Partial<DroppedFile>): void {
  sentFiles.value = sentFiles.value.map((one) => (one.key === key ? { ...one, ...next } : one));
}

function enqueue(work: () => Promise<void>): void {
  waiting.push(work);
  parallel ??= callApi<AnswerOf<typeof listUploads>>('GET', '/uploads?limit=1').then(
    (answer) => answer.parallel,
    () => 1,
  );
  void parallel.then(startNext);
}

function startNext(slots: number): void {
  while (running < slots) {
    const work = waiting.shift();
    if (!work) return;
    running++;
    void work().finally(() => {
      running--;
      startNext(slots);
    });
  }
}

function sendOne(sending: Sending, file: File): Promise<void> {
  return ended(sending, sendWhole(sending, file));
}

async function sendWhole(sending: Sending, file: File): Promise<void> {
  const { key, folder, leave } = sending;
  const { signal } = leave;
  signal.throwIfAborted();
  change(key, { state: 'sending' });
  let sent = 0;
  if (sending.id === undefined) {
    const { headers } = await patiently(signal, () =>
      askApi('/uploads', {
        method: 'POST',
        headers: {
          ...spoken,
          'upload-length': String(file.size),
          'upload-metadata': `filename ${base64Of(file.name)},folder ${base64Of(folder)}`,
        },
        signal,
      }),
    );
    sending.id = headers.get('location')?.split('/').at(-1) ?? '';
    keepBegun({
      id: sending.id,
      name: file.name,
      sizeBytes: file.size,
      changedAt: file.lastModified,
      folder,
    });
  } else sent = await patiently(signal, () => offsetOf(sending.id ?? '', signal));
  const { id } = sending;
  for (change(key, { sent }); sent < file.size; change(key, { sent }))
    sent = await sendPiece(id, file, sent, signal);
  change(key, { state: 'whole' });
  await untilStored(key, id, signal);
}

/** Shows how sending ends, and forgets what is over. */
async function ended(sending: Sending, work: Promise<void>): Promise<void> {
  const { key, leave } = sending;
  try {
    await work;
  } catch (error) {
    if (!leave.signal.aborted) change(key, { state: 'failed', fault: faultText(error) });
    else {
      if (sending.id !== undefined)
        await askApi(`/uploads/${sending.id}`, { method: 'DELETE', headers: spoken }).catch(() => undefined);
      // Said when it is so: whoever loads the page anew then must not find it once more.
      change(key, { state: 'left' });
    }
  } finally {
    if (sending.id !== undefined) forgetBegun(sending.id);
    sendings.delete(key);
  }
}

/** @returns how much is there; what broke is asked for and gone on with */
async function sendPiece(id: string, file: File, from: number, signal: AbortSignal): Promise<number> {
  let offset = from;
  let isSure = true;
  return patiently(signal, async () => {
    if (!isSure) offset = await offsetOf(id, signal);
    if (offset > from) return offset;
    isSure = false;
    const { headers } = await askApi(`/uploads/${id}`, {
      method: 'PATCH',
      headers: {
        ...spoken,
        'upload-offset': String(offset),
        'content-type': 'application/offset+octet-stream',
      },
      body: file.slice(offset, offset + pieceBytes),
      signal,
    });
    return Number(headers.get('upload-offset'));
  });
}

async function offsetOf(id: string, signal: AbortSignal): Promise<number> {
  const { headers } = await askApi(`/uploads/${id}`, { method: 'HEAD', headers: spoken, signal });
  return Number(headers.get('upload-offset'));
}

/** Tries again what may pass. @throws what does not, and the signal's reason */
async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let refusals = 0, tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiRefusal) refusals++;
      if (signal.aborted || refusals >= maxRefusals || !mayPass(error)) throw error;
      await pause(Math.min(firstPauseMs * tries, maxPauseMs));
      signal.throwIfAborted();
    }
  }
}

/** A line that broke, another request that still holds it, a server that starts: it may go on later. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiRefusal) || [409, 423, 429].includes(error.status) || error.status >= 502;
}

async function untilStored(key: number, id: string, signal: AbortSignal): Promise<void> {
  for (let waitMs = firstAskMs; ; waitMs = Math.min(2 * waitMs, maxAskMs)) {
    const { state, error } = await patiently(signal, () =>
      callApi<HeldUploadAnswer>('GET', `/uploads/${id}`, undefined, signal),
    );
    if (state === 'done') return change(key, { state: 'done' });
    if (state === 'failed') return change(key, { state: 'failed', fault: error ? spokenError(error) : '' });
    await pause(waitMs);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Of the text in UTF-8. */
function base64Of(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
