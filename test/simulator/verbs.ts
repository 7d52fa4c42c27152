import type { Counters } from './counters.ts';
import type { Faults } from './faults.ts';
import { fromFrenchTime, toFrenchTime } from './french-time.ts';
import { fileDetails, fileItem, folderItem, type Wire } from './listing.ts';
import type { Location } from './location.ts';
import type { MessageName } from './messages.ts';
import type { Tokens } from './tokens.ts';
import type { Account, SimulatedFile, SimulatedFolder } from './tree.ts';
import type { Uploads } from './uploads.ts';

/** Everything that the verbs stand on. */
export interface VerbParts {
  account: Account;
  tokens: Tokens;
  faults: Faults;
  counters: Counters;
  location: Location;
  clock: { now(): number };
  random: () => number;
  offer: 0 | 1 | 2 | 3;
  /** French local date, or a date and time; the account lives to the end of that day. */
  subscriptionEnd: string;
  email: string;
  uploads: Uploads;
  /** `host:port` of the node, known once it listens. */
  uploadHost(): string;
  /** `http://host:port` of the download host, known once it listens. */
  downloadUrl(): string;
}

/** A refusal by name, with more fields beside the message if need be; or the fields of a success. */
export type VerbAnswer = { refused: MessageName; extra?: Wire } | { fields: Wire };

export type Verb = (body: Wire, ip: string, parts: VerbParts) => VerbAnswer;

/** The verbs that read, and the one that begins an upload. */
export const verbs: Record<string, Verb> = {
  'user/info': (_body, _ip, { account, faults, clock, offer, subscriptionEnd, email }) => {
    let hotBytes = 0;
    for (const file of account.files()) hotBytes += file.sizeBytes;
    return {
      fields: {
        status: 'OK',
        email,
        offer,
        subscription_end: subscriptionEnd.length === 10 ? `${subscriptionEnd} 00:00:00` : subscriptionEnd,
        cdn: '0.00',
        use_cdn: 0,
        hot_storage: hotBytes,
        cold_storage: 0,
        allowed_cold_storage: 2 * 10 ** 12,
        available_storage:
          faults.upload.availableBytes ?? (faults.upload.overQuota ? null : 10 ** 14 - hotBytes),
        available_cold_storage: 2 * 10 ** 12,
        stats_date: toFrenchTime(clock.now()),
        default_quota: 0,
        default_cold_storage_quota: 2,
        extended_quota: 0,
        extended_quota_end: null,
        overquota: faults.upload.overQuota ? '1' : 0,
        upload_forbidden: faults.upload.forbidden ? 'Yes' : 'No',
        '2fa': 0,
        mail_rm: 0,
        ftp_mode: 0,
        ftp_did: 0,
        ftp_report: 0,
        ru_report: 0,
        default_domain: 0,
        page_limit: 100,
        default_port: 0,
        default_port_files: 0,
        download_menu: 0,
      },
    };
  },

  'folder/ls': (body, _ip, { account, faults, random }) => {
    const folder = account.find(Number(body.folder_id ?? 0));
    if (folder?.kind !== 'folder') return { refused: 'notFound' };
    const files = account.listed(folder);
    const subs = [...folder.folders.values()].slice(0, faults.listingCap).map(folderItem);
    const fields: Wire = {
      status: 'OK',
      folder_id: folder.id,
      name: folder.name,
      create_date: toFrenchTime(folder.createdAt),
      pass: folder.password ? 1 : 0,
      shared: folder.shared ?? '',
      shares: [],
      files: files.length,
      size: files.length === 0 ? null : files.reduce((sum, file) => sum + file.sizeBytes, 0),
    };
    // An empty list is sometimes there and sometimes not.
    if (subs.length > 0 || random() < 0.5) fields.sub_folders = subs;
    if (Number(body.files ?? 0) === 1) {
      fields.items = files.slice(0, faults.listingCap - subs.length).map(fileItem);
    }
    return { fields };
  },

  'file/ls': (body, _ip, { account, faults }) => {
    const folderId = Number(body.folder_id ?? 0);
    const after = body.sent_after === undefined ? '' : String(body.sent_after);
    const before = body.sent_before === undefined ? '9' : String(body.sent_before);
    const folder = account.find(folderId);
    if (folderId !== -1 && folder?.kind !== 'folder') return { refused: 'notFound' };
    const withFolder = folderId === -1 && faults.accountListingHasFolderId;
    const items: Wire[] = [];
    const places = folder?.kind === 'folder' ? [folder] : account.folders();
    for (const { file, at } of listedIn(places, account)) {
      if (items.length >= faults.listingCap) break;
      // Compared as the French text that is stored, so the hour that comes twice in October is ambiguous here too.
      const date = toFrenchTime(file.date);
      if (date <= after || date >= before) continue;
      items.push({ ...fileItem(file), ...(withFolder ? { folder_id: at.id } : {}) });
    }
    return { fields: { status: 'OK', count: items.length, items } };
  },

  'file/info': (body, _ip, { account }) => {
    const file = fileOfUrl(body.url, account);
    if (!file) return { refused: 'notFound' };
    if (file.ownerLocked) return { refused: 'ownerLocked' };
    return { fields: fileDetails(file, account) };
  },

  'upload/get_upload_server': (_body, _ip, parts) => ({ fields: uploadServer(parts) }),

  'download/get_token': (body, ip, parts) => {
    const file = fileOfUrl(body.url, parts.account);
    if (!file) return { refused: 'notFound' };
    const refused = refusalOf(file, body, ip, parts);
    if (refused === 'notReady' && parts.random() < 0.5) {
      return { refused, extra: { url: `${parts.downloadUrl()}/p0` } };
    }
    if (refused) return { refused };
    const token = parts.tokens.issue(file, {
      single: Number(body.single ?? 0) === 1,
      inline: Number(body.inline ?? 0) === 1,
    });
    parts.counters.tokens++;
    return { fields: { status: 'OK', url: `${parts.downloadUrl()}/p${token.digits}` } };
  },
};

/** Every listing is as late as that of a folder: what has moved stands where it was. */
function* listedIn(
  places: Iterable<SimulatedFolder>,
  account: Account,
): Generator<{ file: SimulatedFile; at: SimulatedFolder }> {
  for (const at of places) for (const file of account.listed(at)) yield { file, at };
}

/** A node for one upload. It is given to anybody. */
function uploadServer({ uploads, uploadHost }: VerbParts): Wire {
  return { url: uploadHost(), id: uploads.newId() };
}

function refusalOf(file: SimulatedFile, body: Wire, ip: string, parts: VerbParts): MessageName | undefined {
  const lastDay = fromFrenchTime(`${parts.subscriptionEnd.slice(0, 10)} 23:59:59`);
  if (parts.offer === 0 || parts.clock.now() > lastDay) return 'notCustomer';
  if (file.ownerLocked) return 'ownerLocked';
  if (file.acl && !isPremiumOnly(file.acl)) return 'notAllowed';
  if (file.password !== undefined && body.pass === undefined) return 'noPassword';
  if (file.password !== undefined && body.pass !== file.password) return 'wrongPassword';
  if (file.notReadyUntil > parts.clock.now()) return 'notReady';
  return parts.location.allows(ip) ? undefined : 'location';
}

function isPremiumOnly(acl: NonNullable<SimulatedFile['acl']>): boolean {
  return acl.premium === 1 && !acl.ip && !acl.country && !acl.email;
}

/** A page URL in any of its spellings. The domain counts: a file is unknown under another one. */
export function fileOfUrl(url: unknown, account: Account): SimulatedFile | undefined {
  const parts = /^https?:\/\/(?:www\.)?([a-z0-9.-]+)\/\?([a-z0-9]{5,20})(?:&.*)?$/.exec(String(url ?? ''));
  const file = parts ? account.find(parts[2] as string) : undefined;
  return file?.kind === 'file' && (file.domain ?? '1fichier.com') === parts?.[1] ? file : undefined;
}
