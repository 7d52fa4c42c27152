import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { type BackgroundLoop, createBackgroundLoop } from '../core/background-loop.ts';
import type { Clock } from '../core/clock.ts';
import { BridgeError } from '../core/errors.ts';
import { whyUnreadable } from '../core/files/folder-check.ts';
import type { Log } from '../core/log.ts';
import { type BadPair, type Certificate, dayOf, doubtOfTime, readCertificate } from './certificate.ts';

export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Renewals are seen this soon. */
const rereadMs = 5000;
/** PEM files are some KB. */
const maxFileBytes = 1 << 20;

/** The pair in these files as it is now. A file that cannot be read is a fault of it. */
export function readCertificateFiles(files: CertificateFiles): Certificate | BadPair {
  const texts = { cert: '', key: '' };
  for (const which of ['cert', 'key'] as const) {
    try {
      if (statSync(files[which]).size <= maxFileBytes) texts[which] = readFileSync(files[which], 'utf8');
    } catch (error) {
      return { of: which, wrong: whyUnreadable(error) };
    }
  }
  return readCertificate(texts);
}

/** @throws BridgeError BRIDGE_SETTINGS when the pair cannot be served with */
export function loadCertificate(files: CertificateFiles): Certificate {
  const read = readCertificateFiles(files);
  if ('wrong' in read)
    throw new BridgeError('BRIDGE_SETTINGS', { detail: `${files[read.of]} ${read.wrong}` });
  return read;
}

/**
 * Takes a certificate anew when its files change. A pair that is half written, or does not fit together, is told once
 * and looked at again: until it is right, the old one is served with.
 * @param first what is served with now
 * @param onRenewed is given the new pair
 */
export function watchCertificate(
  files: CertificateFiles,
  first: Certificate,
  parts: { clock: Clock; log: Log; onRenewed: (certificate: Certificate) => void },
): BackgroundLoop {
  const { clock, log, onRenewed } = parts;
  let current = first;
  let seen = '';
  let told = '';

  function complain(words: string): void {
    if (told !== words) log.warn({}, `the new certificate is not taken, the old one goes on: ${words}`);
    told = words;
  }

  async function reread(): Promise<void> {
    const [cert, key] = await Promise.all([stamp(files.cert), stamp(files.key)]);
    const now = `${cert} ${key}`;
    if (now === seen && told === '') return;
    const [certText, keyText] = await Promise.all([readSmall(files.cert), readSmall(files.key)]);
    const read = readCertificate({ cert: certText, key: keyText });
    if ('wrong' in read) return complain(`${files[read.of]} ${read.wrong}`);
    seen = now;
    told = '';
    if (read.cert === current.cert && read.key === current.key) return;
    current = read;
    onRenewed(read);
    const doubt = doubtOfTime(read, clock.now());
    if (doubt === undefined) log.info({ until: dayOf(read.validTo) }, 'a new certificate is served with');
    else log.warn({}, `a new certificate is served with, and it ${doubt}`);
  }

  return createBackgroundLoop({
    clock,
    firstPauseMs: rereadMs,
    turn: async () => {
      await reread();
      return rereadMs;
    },
    onError: (error) => {
      const { path = 'a file' } = error as NodeJS.ErrnoException;
      complain(`${path} ${whyUnreadable(error)}`);
      return rereadMs;
    },
  });
}

/** Changes whenever the file does, also where another one takes its place behind a link. */
async function stamp(path: string): Promise<string> {
  const { mtimeMs, ctimeMs, size, ino } = await stat(path);
  return [mtimeMs, ctimeMs, size, ino].join(' ');
}

async function readSmall(path: string): Promise<string> {
  if ((await stat(path)).size > maxFileBytes) return '';
  return readFile(path, 'utf8');
}
