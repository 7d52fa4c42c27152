import type { Dispatcher } from 'undici';
import type { Catalog } from '../catalog/catalog.ts';
import type { Clock } from '../core/clock.ts';
import type { Decisions } from '../curation/proposal-decisions.ts';
import type { Rule } from '../delivery/policy/rules.ts';
import type { Signer } from '../delivery/signature.ts';
import type { Reader } from '../delivery/stream/reader.ts';
import type { GatewaySetting } from '../gateway/setting.ts';
import type { Host } from '../host/host.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Broker } from '../links/broker.ts';
import type { LinkTtl } from '../links/link-ttl.ts';
import type { LocationLock } from '../links/location-lock.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { People } from '../notify/people/people.ts';
import type { NotifySetting } from '../notify/people/recipient.ts';
import type { Warming } from '../notify/warming/warming.ts';

/** What is looked at. */
export interface DoctorParts {
  settings: {
    dataDir: string;
    server: {
      baseUrl?: string | undefined;
      tlsCert?: string | undefined;
      tlsKey?: string | undefined;
    };
    fichier: { apiKey?: string | undefined; apiUrl: string; timeLimitMs: number };
    delivery: { mode: string; filmMinutes: number };
    media: { warm: boolean };
    gateways: readonly GatewaySetting[];
    notify: readonly NotifySetting[];
  };
  /** What addresses in STRM files begin with. */
  baseUrl: string;
  /** Whether everybody who guesses tries this among the first. */
  isGuessedFirst: (secret: string) => boolean;
  secrets: { adminToken: string; password: string };
  trees: readonly { name: string; dir: string }[];
  dispatcher: Dispatcher;
  userAgent: string;
  clock: Clock;
  catalog: Catalog;
  host: Pick<Host, 'state' | 'account'>;
  links: { broker: Broker; ttl: LinkTtl; locationLock: LocationLock };
  delivery: { reader: Pick<Reader, 'open'>; rules: readonly Rule[] };
  signer: Pick<Signer, 'verify'>;
  notify: Pick<Notifier, 'state' | 'check'>;
  people: Pick<People, 'state' | 'check'>;
  warming: Pick<Warming, 'state'>;
  proposals: Pick<Decisions, 'list'>;
  inbox: Pick<Inbox, 'list'>;
}

/** What one check found. */
export interface Finding {
  state: 'ok' | 'warn' | 'fail';
  words: string;
  /** What the person should do. */
  remedy?: string;
}
