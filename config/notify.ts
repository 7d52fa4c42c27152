import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ServerSetting } from '../src/notify/servers/adapter.ts';
import { whyNoAddress } from './addresses.ts';
import { nearMiss } from './nearest.ts';
import { type Reading, refused, type Wrong } from './reading.ts';
import { field, type RowOf, rowReader } from './rows.ts';
import { serverKinds } from './values.ts';

const words = z.string().trim().min(1);
/** Goes into a header as it is. */
const token = words.regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/);
const tokenRight = 'the API key or token of the server, one line of ASCII letters and signs';

const fields = {
  kind: field(z.enum(serverKinds), `one of ${serverKinds.join(', ')}`, (raw) => {
    const meant = typeof raw === 'string' ? nearMiss(raw, serverKinds) : undefined;
    return `there is no such kind${meant ? ` (did you mean ${meant}?)` : ''}`;
  }),
  url: field(
    z
      .string()
      .trim()
      .refine((text) => whyNoAddress(text) === undefined)
      .transform((text) => text.replace(/\/+$/, '')),
    'an address such as http://192.168.1.10:8096',
    whyNoAddress,
  ),
  token: field(token.exactOptional(), tokenRight),
  tokenFile: field(words.exactOptional(), 'the path of a file that holds the token'),
  pathMap: field(
    z.record(words, z.string().trim()).exactOptional(),
    'a map from our folders to the same ones as this server sees them, such as {/library: /media/passerelle}',
  ),
  fs: field(words.exactOptional(), 'the name of a mount, as rclone rc vfs/list prints it'),
  clean: field(z.boolean().exactOptional(), 'true or false'),
};

/** A line of `notify`, its token read from its file. */
export const readServer: (raw: unknown) => Reading<ServerSetting> = rowReader(fields, (row) => {
  const wrongs = mismatches(row);
  if (wrongs.length > 0) return { wrongs };
  const { tokenFile, ...server } = row;
  if (tokenFile === undefined) return { value: server };
  let text: string;
  try {
    text = readFileSync(tokenFile, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return at('tokenFile', `the file cannot be read (${code})`, 'name a file that this user may read');
  }
  const kept = token.safeParse(text);
  return kept.success
    ? { value: { ...server, token: kept.data } }
    : at('tokenFile', 'what the file holds is no token', `it must hold ${tokenRight}`);
});

/** Keys that do not fit each other. */
function mismatches({ kind, url, token: own, tokenFile, fs, clean }: RowOf<typeof fields>): Wrong[] {
  const wrongs: Wrong[] = [];
  if (kind !== 'webhook' && new URL(url).search !== '')
    wrongs.push({
      at: ['url'],
      wrong: 'holds a question mark and what follows it',
      right: 'write the address alone, and the key as token',
    });
  if (own !== undefined && tokenFile !== undefined)
    wrongs.push({ at: ['tokenFile'], wrong: 'stands beside token', right: 'keep one of them' });
  if (fs !== undefined && kind !== 'rclone')
    wrongs.push({ at: ['fs'], wrong: `is nothing that ${kind} knows`, right: 'only kind rclone has it' });
  if (clean !== undefined && kind !== 'kodi')
    wrongs.push({ at: ['clean'], wrong: `is nothing that ${kind} knows`, right: 'only kind kodi has it' });
  return wrongs;
}

function at(key: string, wrong: string, right: string): { wrongs: readonly Wrong[] } {
  return { wrongs: refused(right, wrong).wrongs.map((one) => ({ at: [key], ...one })) };
}
