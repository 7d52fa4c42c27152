import type { Connection, ServerSetting } from '../servers/adapter.ts';

export type RecipientKind = 'ntfy' | 'gotify' | 'discord' | 'email';

/** A line of the setting `notify` that leads to people. */
export interface RecipientSetting {
  kind: RecipientKind;
  /** Without a `/` at its end. ntfy: with the topic; Discord: of a webhook; e-mail: `smtp://` or `smtps://`. */
  url: string;
  /** Of ntfy, Gotify, or the end of a webhook of Discord; `user:password` of a mail server. A secret. */
  token?: string;
  /** E-mail: whom it goes to, and whom it comes from. */
  to?: string;
  from?: string;
}

/** Any line of the setting `notify`. */
export type NotifySetting = ServerSetting | RecipientSetting;

/** What somebody is told. It holds no name of a file, no secret and no address. */
export interface PeopleMessage {
  title: string;
  text: string;
  isUrgent: boolean;
}

/** One way to people: one file in this folder, and one line in `recipients.ts`. */
export interface RecipientAdapter {
  /** @throws ServerFault; the signal's reason */
  send(message: PeopleMessage, connection: Connection): Promise<void>;
  /** Looks whether a message would arrive, without sending one. @returns what was seen, for a person @throws ServerFault */
  check(connection: Connection): Promise<string>;
  /** Where the person gets the token. */
  tokenRemedy: string;
}

/** Somebody who is told what needs somebody. */
export interface Recipient {
  kind: RecipientKind;
  url: string;
  /** What it is known by: in the catalog, in logs and to people. Holds no secret. */
  name: string;
  adapter: RecipientAdapter;
}

const kinds: Readonly<Record<RecipientKind, true>> = { ntfy: true, gotify: true, discord: true, email: true };

export const recipientKinds = Object.keys(kinds) as readonly RecipientKind[];

export function isRecipient(setting: NotifySetting): setting is RecipientSetting {
  return setting.kind in kinds;
}

export function isServer(setting: NotifySetting): setting is ServerSetting {
  return !isRecipient(setting);
}
