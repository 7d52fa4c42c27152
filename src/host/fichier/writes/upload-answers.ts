import { z } from 'zod';
import { BridgeError } from '../../../core/errors.ts';
import { toFileId } from '../../../core/ids.ts';
import type { SentFile } from '../../host-writes.ts';
import { check, count, name, optional, text } from '../fields.ts';
import { scrub, textOf } from '../host-messages.ts';
import { readAnswer } from '../json.ts';
import { readPageUrl } from '../page-url.ts';

/** Where an upload may be sent, and under which id. */
export interface UploadSlot {
  /** Host, with a port if it has one. */
  host: string;
  id: string;
}

const slotShape = z.object({
  url: z.string().regex(/^[a-z0-9.-]{1,200}(?::\d{1,5})?$/i),
  id: z.string().regex(/^[A-Za-z0-9]{1,40}$/),
});

/** The answer of upload/get_upload_server (facts/writes 1.1). Throws BRIDGE_HOST_ODD_ANSWER. */
export function readUploadSlot(answer: unknown): UploadSlot {
  const { url, id } = check(slotShape, answer, 'upload/get_upload_server');
  return { host: url.toLowerCase(), id };
}

/** A slot as others keep it. */
export const receiptOf = ({ host, id }: UploadSlot): string => `${host}/${id}`;

/** The slot of a receipt; undefined for what is none. */
export function slotOf(receipt: string): UploadSlot | undefined {
  const [url, id] = receipt.split('/');
  const read = slotShape.safeParse({ url, id });
  return read.success ? { host: read.data.url, id: read.data.id } : undefined;
}

/** What a node says to a whole form. */
export interface NodeAnswer {
  status: number;
  location: string | undefined;
  /** Its beginning. */
  text: string;
}

/**
 * Whether a node has stored what was sent (facts/writes 1.2).
 * @throws BridgeError BRIDGE_UPLOAD_NODE where another node may take it, BRIDGE_UPLOAD_REFUSED where none will
 */
export function readNodeAnswer({ status, location, text }: NodeAnswer, id: string): void {
  if (status >= 300 && status < 400 && location?.includes(`xid=${id}`)) return;
  const detail = wordsOf(text);
  if (status >= 500 || status === 429)
    throw new BridgeError('BRIDGE_UPLOAD_NODE', { detail: `${status} ${detail}`.trim() });
  if (/fichier destination|destination file/i.test(detail))
    throw new BridgeError('BRIDGE_UPLOAD_NODE', { detail });
  // Some clients have seen the page of the report in the place of the way there.
  if (status === 200 && /upload finished|https:\/\/1fichier\.com\/\?[a-z0-9]{5,20}/i.test(text)) return;
  throw new BridgeError('BRIDGE_UPLOAD_REFUSED', { detail: detail || `the node answers ${status}` });
}

/** The first block of a node's page that says something; all of its words where it has no such block. */
function wordsOf(html: string): string {
  const page = html.slice(0, 20_000);
  for (const [, inner = ''] of page.matchAll(/<div class="bloc2">([^<]{0,500})<\/div>/g))
    if (inner.trim() !== '') return scrub(inner);
  return scrub(textOf(readAnswer(page)));
}

const reportShape = z.object({
  links: z
    .array(
      z.object({
        download: z.string(),
        filename: name,
        size: count,
        whirlpool: optional(text),
        remove: optional(text),
      }),
    )
    .max(1),
});

/**
 * The report of an upload of one file (facts/writes 1.3). Undefined: it is not there yet, or it is none. `keyless`: what has
 * a key to be removed by is in no account, so that the node did not take ours.
 */
export function readUploadReport(body: string): SentFile | 'keyless' | undefined {
  const answer = readAnswer(body);
  if (answer.kind !== 'json') return undefined;
  const read = reportShape.safeParse(answer.value);
  const link = read.success ? read.data.links[0] : undefined;
  const page = link && readPageUrl(link.download);
  if (!link || !page) return undefined;
  if ((link.remove ?? '') !== '') return 'keyless';
  const checksum = /^[0-9a-f]{128}$/i.test(link.whirlpool ?? '') ? link.whirlpool?.toLowerCase() : undefined;
  return { id: toFileId(page.id), url: page.url, name: link.filename, sizeBytes: link.size, checksum };
}

/** Whether a page says that the report is still being made. */
export const saysWait = (body: string): boolean =>
  /veuillez patienter|please wait/i.test(body.slice(0, 20_000));
