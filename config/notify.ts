import { z } from 'zod';
import type { ServerSetting } from '../src/notify/servers/adapter.ts';
import { whyNoAddress, whyPage } from './addresses.ts';
import { nearMiss } from './nearest.ts';
import type { ReadValue, Wrong } from './read-value.ts';
import { field, type RowOf, rowReader } from './rows.ts';
import { secretFields, secretOf } from './secret-fields.ts';
import { serverKinds } from './values.ts';

const words = z.string().trim().min(1);
const what = 'the API key or token of the server';

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
  ...secretFields('token', what),
  pathMap: field(
    z.record(words, z.string().trim()).exactOptional(),
    'a map from our folders to the same ones as this server sees them, such as {/library: /media/passerelle}',
  ),
  fs: field(words.exactOptional(), 'the name of a mount, as rclone rc vfs/list prints it'),
  clean: field(z.boolean().exactOptional(), 'true or false'),
};

/** A line of `notify`, its token read from its file. */
export const readServer: (raw: unknown) => ReadValue<ServerSetting> = rowReader(fields, (row) => {
  const wrongs = mismatches(row);
  if (wrongs.length > 0) return { wrongs };
  const { token, tokenFile, ...server } = row;
  const read = secretOf('token', what, token, tokenFile);
  if ('wrongs' in read) return read;
  if (read.value === undefined && wantsToken(server.kind))
    return {
      wrongs: [
        {
          at: ['token'],
          wrong: 'is missing',
          right: `make an API key in the dashboard of the server; ${server.kind} listens to nobody without one`,
        },
      ],
    };
  return { value: { ...server, ...(read.value !== undefined && { token: read.value }) } };
});

const wantsToken = (kind: ServerSetting['kind']) => kind === 'jellyfin' || kind === 'emby';

/** Keys that do not fit each other. */
function mismatches({ kind, url, fs, clean }: RowOf<typeof fields>): Wrong[] {
  const wrongs: Wrong[] = [];
  if (kind !== 'webhook' && new URL(url).search !== '')
    wrongs.push({
      at: ['url'],
      wrong: 'holds a question mark and what follows it',
      right: 'write the address alone, and the key as token',
    });
  const page = kind === 'webhook' ? undefined : whyPage(url);
  if (page !== undefined)
    wrongs.push({ at: ['url'], wrong: page, right: 'write it as http://192.168.1.10:8096' });
  if (fs !== undefined && kind !== 'rclone')
    wrongs.push({ at: ['fs'], wrong: `is nothing that ${kind} knows`, right: 'only kind rclone has it' });
  if (clean !== undefined && kind !== 'kodi')
    wrongs.push({ at: ['clean'], wrong: `is nothing that ${kind} knows`, right: 'only kind kodi has it' });
  return wrongs;
}
