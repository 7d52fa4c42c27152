import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliDecompress,
  constants,
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
  gunzip,
  gzip,
  zstdCompress,
  zstdDecompress,
} from 'node:zlib';

/** A content encoding that the gateway can look into. */
export interface Encoding {
  /** @throws Error with the code `ERR_BUFFER_TOO_LARGE` where there is more than that in it, or what zlib says */
  decode(bytes: Buffer, maxBytes: number): Promise<Buffer>;
  encode(bytes: Buffer): Promise<Buffer>;
  decoder(): Transform;
  encoder(): Transform;
}

/** Quick, and in little memory: such answers are made anew for every request. */
const brotli = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 },
};
const deflated = { level: 4 };
/** 8 MB, as RFC 9659 has it for HTTP: a frame may ask for sixteen times that. */
const zstd = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

const gzipped: Encoding = {
  decode: (bytes, maxOutputLength) => promisify(gunzip)(bytes, { maxOutputLength }),
  encode: (bytes) => promisify(gzip)(bytes, deflated),
  decoder: () => createGunzip(),
  encoder: () => createGzip(deflated),
};

/** What servers and apps agree on, by its name. */
const encodings: Readonly<Record<string, Encoding>> = {
  gzip: gzipped,
  'x-gzip': gzipped,
  br: {
    decode: (bytes, maxOutputLength) => promisify(brotliDecompress)(bytes, { maxOutputLength }),
    encode: (bytes) => promisify(brotliCompress)(bytes, brotli),
    decoder: () => createBrotliDecompress(),
    encoder: () => createBrotliCompress(brotli),
  },
  zstd: {
    decode: (bytes, maxOutputLength) => promisify(zstdDecompress)(bytes, { ...zstd, maxOutputLength }),
    encode: (bytes) => promisify(zstdCompress)(bytes),
    decoder: () => createZstdDecompress(zstd),
    encoder: () => createZstdCompress(),
  },
};

/** @returns `identity` for a body that is not encoded; undefined for what nobody here can read */
export function encodingOf(contentEncoding: unknown): Encoding | 'identity' | undefined {
  const name = String(contentEncoding ?? '')
    .trim()
    .toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  return Object.hasOwn(encodings, name) ? encodings[name] : undefined;
}

/** Of what an app takes, what can be looked into: `gzip, br;q=0.5`. */
export function readableEncodings(acceptEncoding: string): string {
  const asked = acceptEncoding.slice(0, 1000).split(',');
  const names = asked.map((one) => one.split(';', 1)[0]?.trim() ?? '');
  const kept = asked.filter((_one, at) => names[at] === '*' || encodingOf(names[at]) !== undefined);
  if (kept.length === asked.length && !names.includes('*')) return acceptEncoding;
  // `*` is taken for anything, also for what nobody here can read.
  return kept.map((one) => one.trim().replace(/^\*/, 'gzip')).join(', ') || 'identity';
}
