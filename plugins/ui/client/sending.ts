import { signal } from '@preact/signals-core';
import type { HeldUploadAnswer } from '../../../src/api/held-uploads.ts';
import { faultText } from './asking.ts';
import { ApiRefusal, askApi, callApi } from './door.ts';

/** A file of this browser on its way into the account. */
export interface DroppedFile {
  key: number;
  name: string;
  sizeBytes: number;
  sent: number;
  state: 'waiting' | 'sending' | 'whole' | 'done' | 'failed' | 'left';
  fault?: string;
}

/** Those of this visit, in their order. They go on while one looks at other parts of the page. */
export const sentFiles = signal<readonly DroppedFile[]>([]);

const pieceBytes = 16 * 1024 * 1024;
const maxTries = 8;
const firstPauseMs = 1000;
/** Until one looks again whether the host has it. */
const firstAskMs = 250;
const maxAskMs = 4000;
const spoken = { 'tus-resumable': '1.0.0' };

let keys = 0;
const leaving = new Map<number, AbortController>();
let queue: Promise<void> = Promise.resolve();

/** Sends these into a folder of the account, one after the other. */
export function sendFiles(files: Iterable<File>, folder: string): void {
  for (const file of files) {
    const key = keys++;
    const leave = new AbortController();
    leaving.set(key, leave);
    sentFiles.value = [
      ...sentFiles.value,
      { key, name: file.name, sizeBytes: file.size, sent: 0, state: 'waiting' },
    ];
    queue = queue.then(() => sendOne(key, file, folder, leave.signal));
  }
}

/** Gives one up; what came of it is forgotten. */
export function leaveFile(key: number): void {
  leaving.get(key)?.abort();
}

function change(key: number, next: Partial<DroppedFile>): void {
  sentFiles.value = sentFiles.value.map((one) => (one.key === key ? { ...one, ...next } : one));
}

async function sendOne(key: number, file: File, folder: string, signal: AbortSignal): Promise<void> {
  let id: string | undefined;
  try {
    signal.throwIfAborted();
    change(key, { state: 'sending' });
    const { headers } = await askApi('/uploads', {
      method: 'POST',
      headers: {
        ...spoken,
        'upload-length': String(file.size),
        'upload-metadata': `filename ${base64Of(file.name)},folder ${base64Of(folder)}`,
      },
      signal,
    });
    id = headers.get('location')?.split('/').at(-1) ?? '';
    for (let sent = 0; sent < file.size; change(key, { sent }))
      sent = await sendPiece(id, file, sent, signal);
    change(key, { state: 'whole' });
    await untilStored(key, id, signal);
  } catch (error) {
    if (!signal.aborted) return change(key, { state: 'failed', fault: faultText(error) });
    change(key, { state: 'left' });
    if (id !== undefined)
      await askApi(`/uploads/${id}`, { method: 'DELETE', headers: spoken }).catch(() => undefined);
  } finally {
    leaving.delete(key);
  }
}

/** @returns how much is there; what broke is asked for and gone on with */
async function sendPiece(id: string, file: File, from: number, signal: AbortSignal): Promise<number> {
  let offset = from;
  for (let tries = 1; ; tries++) {
    try {
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
    } catch (error) {
      if (signal.aborted || tries >= maxTries || !mayPass(error)) throw error;
      await pause(firstPauseMs * tries);
      const { headers } = await askApi(`/uploads/${id}`, { method: 'HEAD', headers: spoken, signal });
      offset = Number(headers.get('upload-offset'));
      if (offset > from) return offset;
    }
  }
}

/** A line that broke, another request that still holds it, a server that starts: it may go on later. */
function mayPass(error: unknown): boolean {
  return !(error instanceof ApiRefusal) || [409, 423, 429].includes(error.status) || error.status >= 502;
}

async function untilStored(key: number, id: string, signal: AbortSignal): Promise<void> {
  for (let waitMs = firstAskMs; ; waitMs = Math.min(2 * waitMs, maxAskMs)) {
    const { state, error } = await callApi<HeldUploadAnswer>('GET', `/uploads/${id}`, undefined, signal);
    if (state === 'done') return change(key, { state: 'done' });
    if (state === 'failed') return change(key, { state: 'failed', fault: error?.message ?? '' });
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
