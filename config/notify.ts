import { z } from 'zod';
import type { NotifySetting, RecipientSetting } from '../src/notify/people/recipient.ts';
import type { ServerSetting } from '../src/notify/servers/adapter.ts';
import { whyNoAddress, whyNoMailServer, whyPage } from './addresses.ts';
import { nearMiss } from './nearest.ts';
import type { ReadValue, Wrong } from './read-value.ts';
import { field, type RowOf, rowReader } from './rows.ts';
import { secretFields, secretOf } from './secret-fields.ts';
import { recipientKinds, serverKinds } from './values.ts';

const words = z.string().trim().min(1);
const what = 'the API key or token of the server';

const kinds = [...serverKinds, ...recipientKinds] as const;
const isMailServer = (raw: unknown) => typeof raw === 'string' && /^smtps?:/i.test(raw.trim());
const whyNoUrl = (raw: unknown) => (isMailServer(raw) ? whyNoMailServer(raw) : whyNoAddress(raw));
/** One address alone, as it stands in a letter. */
const mailbox = words.regex(/^[^\s<>()[\]\\,;:"@]{1,64}@[^\s<>()[\]\\,;:"@]{1,255}$/).exactOptional();
const rightMailbox = 'one mail address such as someone@example.org';

const fields = {
  kind: field(z.enum(kinds), `one of ${kinds.join(', ')}`, (raw) => {
    const meant = typeof raw === 'string' ? nearMiss(raw, kinds) : undefined;
    return `there is no such kind${meant ? ` (did you mean ${meant}?)` : ''}`;
  }),
  url: field(
    z
      .string()
      .trim()
      .refine((text) => whyNoUrl(text) === undefined)
      .transform((text) => text.replace(/\/+$/, '')),
    'an address such as http://192.168.1.10:8096',
    whyNoUrl,
  ),
  ...secretFields('token', what),
  pathMap: field(
    z.record(words, z.string().trim()).exactOptional(),
    'a map from our folders to the same ones as this server sees them, such as {/library: /media/passerelle}',
  ),
  fs: field(words.exactOptional(), 'the name of a mount, as rclone rc vfs/list prints it'),
  clean: field(z.boolean().exactOptional(), 'true or false'),
  to: field(mailbox, rightMailbox),
  from: field(mailbox, rightMailbox),
};

/** A line of `notify`, its token read from its file. */
export const readNotify: (raw: unknown) => ReadValue<NotifySetting> = rowReader(fields, (row) => {
  const wrongs = mismatches(row);
  if (wrongs.length > 0) return { wrongs };
  const { token, tokenFile, ...rest } = row;
  const read = secretOf('token', what, token, tokenFile);
  if ('wrongs' in read) return read;
  const wrong = whyNoToken(row.kind, read.value);
  if (wrong) return { wrongs: [{ at: ['token'], ...wrong }] };
  // Each key fits its kind by now.
  const value = { ...rest, ...(read.value !== undefined && { token: read.value }) };
  return { value: value as ServerSetting | RecipientSetting };
});

type Kind = NotifySetting['kind'];

function whyNoToken(kind: Kind, token: string | undefined): Omit<Wrong, 'at'> | undefined {
  const wanted: Partial<Record<Kind, string>> = {
    jellyfin: 'make an API key in the dashboard of the server; jellyfin listens to nobody without one',
    emby: 'make an API key in the dashboard of the server; emby listens to nobody without one',
    gotify: 'make an application in Gotify, and write its token here',
  };
  const right = token === undefined ? wanted[kind] : undefined;
  if (right !== undefined) return { wrong: 'is missing', right };
  if (kind !== 'email' || token === undefined || /^[^:]+:./.test(token)) return undefined;
  return { wrong: 'has no colon in it', right: 'must be user:password of the mail server' };
}

/** Which kinds have a key, where not all do. */
const ownKeys: Readonly<Record<'pathMap' | 'fs' | 'clean' | 'to' | 'from', readonly Kind[]>> = {
  pathMap: serverKinds,
  fs: ['rclone'],
  clean: ['kodi'],
  to: ['email'],
  from: ['email'],
};

/** Keys that do not fit each other. */
function mismatches(row: RowOf<typeof fields>): Wrong[] {
  const { kind, url } = row;
  const wrongs: Wrong[] = [];
  if (isMailServer(url) !== (kind === 'email'))
    wrongs.push({
      at: ['url'],
      wrong: kind === 'email' ? 'is no address of a mail server' : 'is the address of a mail server',
      right: kind === 'email' ? 'write it as smtps://mail.example.org' : 'only kind email has one',
    });
  else if (kind === 'ntfy' && !/^\/[^/]+$/.test(new URL(url).pathname))
    wrongs.push({
      at: ['url'],
      wrong: 'does not end in one topic',
      right: 'write it as https://ntfy.sh/<topic>, with a topic that nobody guesses',
    });
  if (!['webhook', 'discord'].includes(kind) && new URL(url).search !== '')
    wrongs.push({
      at: ['url'],
      wrong: 'holds a question mark and what follows it',
      right: 'write the address alone, and the key as token',
    });
  const page = kind === 'webhook' ? undefined : whyPage(url);
  if (page !== undefined)
    wrongs.push({ at: ['url'], wrong: page, right: 'write it as http://192.168.1.10:8096' });
  for (const [key, owners] of Object.entries(ownKeys) as [keyof typeof ownKeys, readonly Kind[]][])
    if (row[key] !== undefined && !owners.includes(kind))
      wrongs.push({
        at: [key],
        wrong: `is nothing that ${kind} knows`,
        right: owners.length === 1 ? `only kind ${owners[0]} has it` : 'only media servers have it',
      });
  if (kind === 'email' && row.to === undefined)
    wrongs.push({ at: ['to'], wrong: 'is missing', right: `must be ${rightMailbox}` });
  return wrongs;
}
