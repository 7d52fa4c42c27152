import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A text in every form in which a browser takes it. */
export interface PageForms {
  plain: Buffer;
  br: Buffer;
  gzip: Buffer;
}

export type PageForm = keyof PageForms;

const [toBrotli, toGzip] = [promisify(brotliCompress), promisify(gzip)];

/** From quality 7 on each of these small texts takes memory for large ones, and 40 times as long, for the same size. */
const quality = 6;

export async function codedForms(plain: Buffer): Promise<PageForms> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  };
  return { plain, br: await toBrotli(plain, { params }), gzip: await toGzip(plain, { level: 9 }) };
}

/** What the browser takes, by the first of the codings that it names. */
export function formFor(accepted: string): PageForm {
  const codings = accepted.split(',', 20).map((part) => part.trim());
  const takes = (coding: string) => codings.some((one) => one === coding || one.startsWith(`${coding};q=1`));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'plain';
}
