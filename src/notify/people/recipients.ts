import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { discord } from './discord.ts';
import { email } from './email.ts';
import { gotify } from './gotify.ts';
import { ntfy } from './ntfy.ts';
import type { Recipient, RecipientAdapter, RecipientKind, RecipientSetting } from './recipient.ts';

const adapters: Readonly<Record<RecipientKind, (setting: RecipientSetting) => RecipientAdapter>> = {
  ntfy,
  gotify,
  discord,
  email,
};

/** Those of a setting as it counts now, in their order. As long as nothing about one changes, it is the same object. */
export type CurrentRecipients = () => readonly Recipient[];

/** @param settings read anew each time */
export function createCurrentRecipients(settings: () => readonly RecipientSetting[]): CurrentRecipients {
  let from: readonly RecipientSetting[] = [];
  let current: readonly Recipient[] = [];
  return () => {
    const now = settings();
    if (now === from) return current;
    const before = new Map(from.map((setting, at) => [setting, current[at]]));
    const known = (setting: RecipientSetting) =>
      [...before].find(([one]) => isDeepStrictEqual(one, setting))?.[1];
    current = now.map((setting) => known(setting) ?? recipientOf(setting));
    from = now;
    return current;
  };
}

/** Lines of the settings, each with what it is known by. */
export function namedPeople(settings: readonly RecipientSetting[]): (RecipientSetting & { name: string })[] {
  return settings.map((setting) => ({ ...setting, name: nameOf(setting) }));
}

function recipientOf(setting: RecipientSetting): Recipient {
  return {
    kind: setting.kind,
    url: addressFor(setting),
    name: nameOf(setting),
    adapter: adapters[setting.kind](setting),
  };
}

/** Where messages go. The topic of ntfy stands in them; the end of a webhook may lie in a file of its own. */
function addressFor({ kind, url, token }: RecipientSetting): string {
  if (kind === 'ntfy') return url.slice(0, url.lastIndexOf('/'));
  return kind === 'discord' && token !== undefined ? `${url}/${token}` : url;
}

/** A topic and a webhook are passwords, and who gets mail is nobody's business. */
function nameOf({ kind, url, to = '' }: RecipientSetting): string {
  const { protocol, host } = new URL(url);
  const fingerprint = createHash('sha256').update(`${url} ${to}`).digest('hex').slice(0, 6);
  return `${kind} ${protocol}//${host} #${fingerprint}`;
}
