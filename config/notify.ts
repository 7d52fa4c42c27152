import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ServerSetting, serverKinds } from '../src/notify/servers/adapter.ts';

const url = z
  .string()
  .trim()
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, hash } = new URL(text);
    // A password in an address would be shown with it.
    return /^https?:$/.test(protocol) && username === '' && hash === '';
  })
  .transform((text) => text.replace(/\/+$/, ''));

const words = z.string().trim().min(1);
/** Goes into a header as it is. */
const token = words.regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/);

const shape = z
  .strictObject({
    kind: z.enum(serverKinds),
    url,
    token: token.optional(),
    tokenFile: words.optional(),
    pathMap: z.record(words, z.string().trim()).optional(),
    fs: words.optional(),
    clean: z.boolean().optional(),
  })
  .refine(({ kind, url: where }) => kind === 'webhook' || new URL(where).search === '')
  .refine(({ token: own, tokenFile }) => own === undefined || tokenFile === undefined)
  .refine(
    ({ kind, fs, clean }) =>
      (fs === undefined || kind === 'rclone') && (clean === undefined || kind === 'kodi'),
  );

/** A line of `notify`, its token read from its file. @returns undefined when it is not right */
export function readServer(raw: unknown): ServerSetting | undefined {
  const read = shape.safeParse(raw);
  if (!read.success) return undefined;
  const { tokenFile, ...server } = read.data;
  if (tokenFile === undefined) return server as ServerSetting;
  try {
    const kept = token.safeParse(readFileSync(tokenFile, 'utf8'));
    return kept.success ? ({ ...server, token: kept.data } as ServerSetting) : undefined;
  } catch {
    return undefined;
  }
}
