import { fieldOf, openRaw, type RawRequest } from './raw-stream.ts';

export interface RawGet extends RawRequest {
  /** Closes the connection as soon as so many bytes of the body are there. */
  enoughBytes?: number;
}

export interface RawAnswer {
  status: number;
  /** Where a redirect leads. */
  location: string | undefined;
  /** Bytes of the body that came. */
  bytes: number;
  /** From before the connection to the first byte of the body; to the end of the headers when there is no body. */
  firstByteMs: number;
  ms: number;
}

/** A GET that counts the bytes. Understands bodies with a length alone. */
export function rawGet({ enoughBytes = Number.POSITIVE_INFINITY, ...request }: RawGet): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let status = 0;
    let location: string | undefined;
    let bytes = 0;
    let expected = Number.NaN;
    let firstByteMs = Number.NaN;
    const take = (count: number) => {
      bytes += count;
      if (Number.isNaN(firstByteMs)) firstByteMs = performance.now() - begin;
      if (bytes < Math.min(expected, enoughBytes)) return true;
      stream.drop();
      resolve({ status, location, bytes, firstByteMs, ms: performance.now() - begin });
      return true;
    };
    const stream = openRaw(request, {
      head(code, text) {
        status = code;
        location = fieldOf(text, 'location');
        expected = Number(fieldOf(text, 'content-length') ?? 'NaN');
        if (Number.isNaN(expected)) reject(new Error(`no length: ${text}`));
        if (expected === 0) take(0);
      },
      bytes: take,
      over: (error) => reject(error ?? new Error(`the connection ended after ${bytes} bytes`)),
    });
  });
}
