import { randomText } from './random.ts';
import type { SimulatedFile } from './tree.ts';

/** One direct link. Times are on the simulator's clock. */
export interface Token {
  readonly digits: string;
  readonly file: SimulatedFile;
  readonly issuedAt: number;
  readonly single: boolean;
  readonly inline: boolean;
  uses: number;
  bytesServed: number;
  expired: boolean;
}

export interface Tokens {
  issue(file: SimulatedFile, wish: { single: boolean; inline: boolean }): Token;
  /** The living link of these digits, counted as used; undefined when it is unknown or dead. */
  use(digits: string): Token | undefined;
  /** The file of a link, dead or alive. */
  fileOf(digits: string): SimulatedFile | undefined;
  /** All of them, or those of one file. */
  expire(fileId?: string): void;
  /** Whether the last link of this file would be answered now. */
  isAlive(fileId: string): boolean;
}

export interface TokenParts {
  random: () => number;
  clock: { now(): number };
  /** Time to the first request. */
  startWindowMs: number;
  /** Time from issue to any later request, for a link whose first came in time. */
  resumeWindowMs: number;
}

/** The links that were given out. Windows are judged when a request begins; one in progress is never cut by them. */
export function createTokens({ random, clock, startWindowMs, resumeWindowMs }: TokenParts): Tokens {
  const tokens = new Map<string, Token>();
  const latest = new Map<string, Token>();

  function lives(token: Token): boolean {
    const age = clock.now() - token.issuedAt;
    if (token.expired || token.file.removed) return false;
    if (token.uses === 0) return age <= startWindowMs;
    return !token.single && age <= resumeWindowMs;
  }

  return {
    issue(file, wish) {
      let digits: string;
      do digits = `${1 + Math.floor(random() * 9)}${randomText(random, '0123456789', 9)}`;
      while (tokens.has(digits));
      const token = { digits, file, issuedAt: clock.now(), ...wish, uses: 0, bytesServed: 0, expired: false };
      tokens.set(digits, token);
      latest.set(file.id, token);
      return token;
    },
    use(digits) {
      const token = tokens.get(digits);
      if (!token || !lives(token)) return undefined;
      token.uses++;
      return token;
    },
    fileOf: (digits) => tokens.get(digits)?.file,
    expire(fileId) {
      for (const token of tokens.values())
        if (fileId === undefined || token.file.id === fileId) token.expired = true;
    },
    isAlive(fileId) {
      const token = latest.get(fileId);
      return token !== undefined && lives(token);
    },
  };
}
