import { randomUUID } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import { secondMs } from '../../core/durations.ts';
import { BridgeError } from '../../core/errors.ts';
import { collectionOf, isBelow, upwards } from './lock-paths.ts';
import { maxLockMs } from './lock-timeout.ts';

/** Whether a lock bears another one of its kind beside it. */
export type LockScope = 'exclusive' | 'shared';
/** Whether a lock holds for a file or folder alone, or for all that lies below it as well. */
export type LockDepth = 0 | 'infinity';

/** A write lock as it is held now (RFC 4918 section 6). */
export interface HeldLock {
  /** `opaquelocktoken:` and a UUID. */
  readonly token: string;
  /** Where it was taken: a normalised account path. */
  readonly path: string;
  readonly scope: LockScope;
  readonly depth: LockDepth;
  /** What the client said of its owner: XML, or nothing. */
  readonly owner: string;
  /** Whole seconds until it ends by itself, at least 1. */
  readonly secondsLeft: number;
}

/** What a client asks for with LOCK. */
export interface LockWish {
  /** Normalised account path; nothing needs to be there. */
  path: string;
  scope: LockScope;
  depth: LockDepth;
  /** XML, or nothing; at most 4 KiB. */
  owner: string;
  /** See {@link readLockTimeout}; more than an hour becomes an hour. */
  timeoutMs: number;
}

/** Which condition of RFC 4918 section 16 was not met. */
export type LockCondition = 'lock-token-submitted' | 'no-conflicting-lock';

/** What a lock of somebody else does not let happen: BRIDGE_LOCKED, and what the body of the answer has to name. */
export class LockedError extends BridgeError {
  readonly condition: LockCondition;
  /** Where the lock in the way was taken. */
  readonly path: string;

  constructor(condition: LockCondition, path: string) {
    super('BRIDGE_LOCKED', { detail: path });
    this.condition = condition;
    this.path = path;
  }
}

/**
 * The locks of the writable WebDAV view, in memory: a start forgets them, as RFC 4918 section 6.6 has it of any lock.
 * Paths are normalised account paths: `/A/B`, no slash at the end, the root is `/`.
 */
export interface DavLocks {
  /**
   * LOCK with a body.
   * @throws LockedError (BRIDGE_LOCKED) beside a lock that does not bear it; BRIDGE_TOO_MANY_LOCKS; BRIDGE_BAD_REQUEST for
   * an owner that is too long
   */
  take(wish: LockWish): HeldLock;
  /**
   * LOCK without a body: held for `timeoutMs` from now.
   * @param path where it was taken, or what else it covers
   * @throws BRIDGE_PRECONDITION where it is not held, or does not cover the path
   */
  refresh(token: string, path: string, timeoutMs: number): HeldLock;
  /** UNLOCK. False = no such lock covers this path, and nothing was done (409 in RFC 4918 section 9.11.1). */
  release(token: string, path: string): boolean;
  /** The locks that cover a path, the nearest first: its own, and those of infinite depth around it. */
  of(path: string): HeldLock[];
  /**
   * What changes a file or folder itself: PUT on one that is there, PROPPATCH, and for DELETE, MOVE and COPY, each of
   * their ends.
   * @param asked.tokens what the client sent in If
   * @param asked.deep whether what lies below changes too
   * @throws LockedError (BRIDGE_LOCKED) unless of the locks on each thing that is locked one was named. It is enough to
   * name one of those that share it (RFC 4918 section 6.2)
   */
  mustBeFree(path: string, asked: { tokens: readonly string[]; deep?: boolean }): void;
  /**
   * What puts a name into a folder or takes it out: new files and folders, DELETE, and both ends of MOVE. A lock on the
   * folder forbids it even where it is of depth 0 (RFC 4918 section 7.4).
   * @param path of the member
   * @throws LockedError (BRIDGE_LOCKED)
   */
  mustBeFreeForMember(path: string, asked: { tokens: readonly string[] }): void;
  /** After DELETE: the locks that were taken at the path or below it are gone with it. */
  removed(path: string): void;
  /** After MOVE, of where it was: no lock moves along (RFC 4918 section 7.6). Those of where it went to stay. */
  moved(path: string): void;
}

/** A program holds one for each file that it has open. */
const maxLocks = 1000;
/** Real ones are a name or an address. */
const maxOwnerBytes = 4096;

interface KeptLock extends Omit<HeldLock, 'secondsLeft'> {
  endsAt: number;
}

/** Holds no lock at first. @param clock by which locks end */
export function createDavLocks(clock: Clock): DavLocks {
  /** By token, and those taken at one path together, so that a listing of many files asks for each of them in no time. */
  const byToken = new Map<string, KeptLock>();
  const byPath = new Map<string, KeptLock[]>();
  let firstEnd = Number.POSITIVE_INFINITY;

  function drop(lock: KeptLock): void {
    byToken.delete(lock.token);
    const others = (byPath.get(lock.path) ?? []).filter((one) => one !== lock);
    if (others.length > 0) byPath.set(lock.path, others);
    else byPath.delete(lock.path);
  }

  /** Before every answer, and at no cost until a lock can have ended. */
  function dropEnded(): void {
    const now = clock.now();
    if (now < firstEnd) return;
    for (const lock of [...byToken.values()]) if (lock.endsAt <= now) drop(lock);
    firstEnd = Math.min(Number.POSITIVE_INFINITY, ...[...byToken.values()].map(({ endsAt }) => endsAt));
  }

  function hold(lock: KeptLock, timeoutMs: number): HeldLock {
    lock.endsAt = clock.now() + Math.min(timeoutMs, maxLockMs);
    firstEnd = Math.min(firstEnd, lock.endsAt);
    return shown(lock);
  }

  function shown({ endsAt, ...lock }: KeptLock): HeldLock {
    return { ...lock, secondsLeft: Math.max(1, Math.ceil((endsAt - clock.now()) / secondMs)) };
  }

  function covering(path: string): KeptLock[] {
    dropEnded();
    if (byToken.size === 0) return [];
    return [...upwards(path)].flatMap((at) =>
      (byPath.get(at) ?? []).filter(({ depth }) => at === path || depth === 'infinity'),
    );
  }

  function below(root: string): KeptLock[] {
    dropEnded();
    return [...byToken.values()].filter(({ path }) => isBelow(path, root));
  }

  function namedIn(path: string, tokens: readonly string[]): void {
    const [inTheWay, ...others] = covering(path);
    if (inTheWay && ![inTheWay, ...others].some(({ token }) => tokens.includes(token)))
      throw new LockedError('lock-token-submitted', inTheWay.path);
  }

  function dropAt(path: string): void {
    dropEnded();
    for (const lock of [...(byPath.get(path) ?? []), ...below(path)]) drop(lock);
  }

  return {
    take({ path, scope, depth, owner, timeoutMs }) {
      if (Buffer.byteLength(owner) > maxOwnerBytes)
        throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'the owner of the lock is too long' });
      const beside = [...covering(path), ...(depth === 'infinity' ? below(path) : [])];
      const inTheWay = beside.find((one) => scope === 'exclusive' || one.scope === 'exclusive');
      if (inTheWay) throw new LockedError('no-conflicting-lock', inTheWay.path);
      if (byToken.size >= maxLocks) throw new BridgeError('BRIDGE_TOO_MANY_LOCKS', { retryAt: firstEnd });
      const token = `opaquelocktoken:${randomUUID()}`;
      const lock: KeptLock = { token, path, scope, depth, owner, endsAt: 0 };
      byToken.set(token, lock);
      byPath.set(path, [...(byPath.get(path) ?? []), lock]);
      return hold(lock, timeoutMs);
    },
    refresh(token, path, timeoutMs) {
      const lock = covering(path).find((one) => one.token === token);
      if (!lock)
        throw new BridgeError('BRIDGE_PRECONDITION', {
          says: 'This lock is not held here, or it has ended',
          remedy: 'Lock it anew',
        });
      return hold(lock, timeoutMs);
    },
    release(token, path) {
      const lock = covering(path).find((one) => one.token === token);
      if (lock) drop(lock);
      return lock !== undefined;
    },
    of: (path) => covering(path).map(shown),
    mustBeFree(path, { tokens, deep = false }) {
      namedIn(path, tokens);
      if (deep) for (const locked of new Set(below(path).map((one) => one.path))) namedIn(locked, tokens);
    },
    mustBeFreeForMember(path, { tokens }) {
      const folder = collectionOf(path);
      if (folder !== undefined) namedIn(folder, tokens);
    },
    removed: dropAt,
    moved: dropAt,
  };
}
