import type { Settings } from '../config/settings.ts';
import { createDerived, type Derived } from './core/derived.ts';
import type { RecipientSetting } from './notify/people/recipient.ts';
import { isRecipient, isServer } from './notify/people/recipient.ts';
import type { ServerSetting } from './notify/servers/adapter.ts';

/** Who is told of what, by the settings as they count now. */
export interface Notified {
  servers: Derived<readonly ServerSetting[]>;
  recipients: Derived<readonly RecipientSetting[]>;
}

export function createNotified(settings: Pick<Settings, 'notify'>): Notified {
  const rows = () => settings.notify;
  return {
    servers: createDerived(rows, (all) => all.filter(isServer)),
    recipients: createDerived(rows, (all) => all.filter(isRecipient)),
  };
}
