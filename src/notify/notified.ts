import { createDerived, type Derived } from '../core/derived.ts';
import { isRecipient, isServer, type NotifySetting, type RecipientSetting } from './people/recipient.ts';
import type { ServerSetting } from './servers/adapter.ts';

/** Who is told of what, by the settings as they count now. */
export interface Notified {
  servers: Derived<readonly ServerSetting[]>;
  recipients: Derived<readonly RecipientSetting[]>;
}

export function createNotified(settings: { notify: readonly NotifySetting[] }): Notified {
  const rows = () => settings.notify;
  return {
    servers: createDerived(rows, (all) => all.filter(isServer)),
    recipients: createDerived(rows, (all) => all.filter(isRecipient)),
  };
}
