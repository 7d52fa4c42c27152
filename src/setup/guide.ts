import { createHash, randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { hourMs } from '../core/durations.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import type { FolderId } from '../core/ids.ts';
import type { AccountInfo, Host, HostFolder } from '../host/host.ts';
import type { GuessedAddress } from './addresses.ts';
import type { MediaServers } from './media-servers.ts';
import type { Edits, SettingsEditor } from './settings-editor.ts';

/** The host as the guide asks it. */
export type GuideHost = Pick<Host, 'account' | 'keyFingerprint' | 'listFolder' | 'close'>;

export interface GuideOptions {
  /** The host with a key that nobody has entered yet. Calls nobody before it is asked something. */
  hostWith(apiKey: string): Promise<GuideHost>;
  editor: SettingsEditor;
  clock: Clock;
  /** Between two keys that the host is asked about. */
  keyPauseMs: number;
  /** How long a folder that was listed is not listed again. */
  folderIntervalMs: number;
  addresses: () => readonly GuessedAddress[];
  servers: MediaServers;
  /** A key was entered that the host has accepted. */
  onEntered: (keyFingerprint: string) => void;
  /** The guide is over: there is a key. @param listedUntil nothing is listed before, milliseconds UTC */
  onEnd: (listedUntil: number) => void;
}

/** What stands in the way of a first start, and where one is in it. */
export interface GuideState {
  /** Told apart from others who answer at an address. */
  id: string;
  /** Of the key that the host has accepted. */
  account: AccountInfo | undefined;
  /** Where a person finds the key. */
  keyPage: string;
  addresses: readonly GuessedAddress[];
  /** That somebody typed, the last one first. */
  tried: readonly string[];
  /** Paths of settings that the environment decides. */
  fixed: readonly string[];
}

/**
 * What `serve` offers while it has no key: it takes one, asks the host about it, and enters what a person chooses. It
 * ends once and for all with the first key that is entered.
 */
export interface Guide {
  state(): GuideState;
  /** Origins that a browser may try, besides our own. */
  triedOrigins(): readonly string[];
  /** Lets a browser try this address. @returns it as it would stand in STRM files @throws BridgeError BRIDGE_BAD_REQUEST */
  tryAddress(url: string): string;
  /**
   * Asks the host about a key: one call, for one key at a time, with a pause before the next.
   * @throws BridgeError BRIDGE_BAD_REQUEST for what can be no key, BRIDGE_SETUP_BUSY, BRIDGE_HOST_*
   */
  checkKey(key: string, signal: AbortSignal): Promise<AccountInfo>;
  /** Folders of the account in this one. @throws BridgeError BRIDGE_SETUP_NO_KEY before a key was accepted, BRIDGE_HOST_* */
  folders(id: FolderId, signal: AbortSignal): Promise<readonly HostFolder[]>;
  /** Media servers that nobody has entered yet. */
  readonly servers: MediaServers;
  /** Why this cannot be entered. @throws BridgeError BRIDGE_BAD_REQUEST */
  refuseFaults(edits: Edits): void;
  /** Enters all of it with the key that was accepted. @throws BridgeError BRIDGE_SETUP_NO_KEY, BRIDGE_BAD_REQUEST, BRIDGE_DISK */
  enter(edits: Edits): void;
  /** Whether it was entered: nothing more is taken. */
  isOver(): boolean;
  /** Leaves it, for the bridge to begin. */
  leave(): void;
  close(): void;
}

/** A key is pasted; who tries more often guesses. */
const triesAnHour = 10;
/** Folders whose listing is remembered. */
const maxListed = 2000;
const maxTried = 10;
/** What a browser tries, and what the settings ask for in the end. */
const entered = ['server.baseUrl', 'library.roots', 'notify'] as const;

export function createGuide(options: GuideOptions): Guide {
  const { clock, editor, keyPauseMs } = options;
  const id = randomUUID();
  const refusals = new Map<string, BridgeError>();
  const listed = new Map<FolderId, readonly HostFolder[]>();
  const tried = new Set<string>();
  let tries: number[] = [];
  let isChecking = false;
  let isEntered = false;
  let lastListedAt = Number.NEGATIVE_INFINITY;
  let accepted: { key: string; host: GuideHost; account: AccountInfo } | undefined;

  /** When the next key may be tried. */
  function nextTryAt(now: number): number {
    tries = tries.filter((at) => now - at < hourMs);
    const [first = now] = tries;
    const last = tries.at(-1);
    const afterPause = last === undefined ? now : last + keyPauseMs;
    return tries.length < triesAnHour ? afterPause : Math.max(afterPause, first + hourMs);
  }

  function mustBeOpen(): void {
    if (isEntered) throw new BridgeError('BRIDGE_SETUP_OVER');
  }

  function mustHaveKey() {
    mustBeOpen();
    if (!accepted) throw new BridgeError('BRIDGE_SETUP_NO_KEY');
    return accepted;
  }

  function refuseFaults(edits: Edits): void {
    const faults = editor.faultsOf(edits);
    if (faults.length > 0) throw new BridgeError('BRIDGE_BAD_REQUEST', { says: faults.join('. ') });
  }

  const originsOf = (urls: readonly string[]) => [...new Set(urls.map((url) => new URL(url).origin))];

  return {
    state: () => ({
      id,
      account: accepted?.account,
      keyPage: editor.key.page,
      addresses: options.addresses(),
      tried: [...tried].reverse(),
      fixed: editor.decidedByEnvironment(entered),
    }),

    triedOrigins: () => originsOf([...options.addresses().map(({ url }) => url), ...tried]),

    tryAddress(text) {
      mustBeOpen();
      refuseFaults({ 'server.baseUrl': text });
      const url = withoutEndSlashes(new URL(text.trim()).href);
      tried.delete(url);
      tried.add(url);
      const [oldest] = tried;
      if (tried.size > maxTried && oldest !== undefined) tried.delete(oldest);
      return url;
    },

    async checkKey(text, signal) {
      mustBeOpen();
      const key = text.trim();
      refuseFaults({ [editor.key.path]: key });
      if (accepted?.key === key) return accepted.account;
      const digest = createHash('sha256').update(key).digest('base64url');
      const known = refusals.get(digest);
      if (known) throw known;
      const now = clock.now();
      const retryAt = nextTryAt(now);
      if (isChecking) throw new BridgeError('BRIDGE_SETUP_BUSY', { retryAt: now + 1000 });
      if (retryAt > now) throw new BridgeError('BRIDGE_SETUP_BUSY', { retryAt });
      isChecking = true;
      tries.push(now);
      let host: GuideHost | undefined;
      try {
        host = await options.hostWith(key);
        const account = await host.account({ urgency: 'refresh', signal });
        mustBeOpen();
        accepted?.host.close();
        accepted = { key, host, account };
        listed.clear();
        return account;
      } catch (error) {
        host?.close();
        if (isBridgeError(error, 'BRIDGE_HOST_KEY')) refusals.set(digest, error);
        throw error;
      } finally {
        isChecking = false;
      }
    },

    async folders(folderId, signal) {
      const { host } = mustHaveKey();
      const known = listed.get(folderId);
      if (known) return known;
      if (listed.size >= maxListed) throw new BridgeError('BRIDGE_SETUP_BUSY');
      const { folders } = await host.listFolder(folderId, { urgency: 'refresh', signal, maxCalls: 1 });
      lastListedAt = clock.now();
      listed.set(folderId, folders);
      return folders;
    },

    servers: options.servers,
    refuseFaults,

    enter(edits) {
      const { key, host } = mustHaveKey();
      editor.enter({ ...edits, [editor.key.path]: key });
      isEntered = true;
      options.onEntered(host.keyFingerprint);
    },

    isOver: () => isEntered,

    leave: () => options.onEnd(lastListedAt + options.folderIntervalMs),

    close: () => accepted?.host.close(),
  };
}

function withoutEndSlashes(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end--;
  return address.slice(0, end);
}
