import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { dayMs } from './core/durations.ts';
import { BridgeError } from './core/errors.ts';
import { diskError } from './core/files/folder-check.ts';
import { newSigningKey, type SigningKey } from './delivery/signature.ts';

/** What is made at the first start and kept in dataDir, readable by its owner alone. */
export interface Secrets {
  adminToken: string;
  password: string;
  /** The first one signs, the others are still accepted. */
  signingKeys: readonly SigningKey[];
}

/** How long addresses that an old key has signed stay good after a rotation: every library scan has happened by then. */
export const keyOverlapMs = 30 * dayMs;

/** Name of the file in dataDir. */
export const keysFile = 'keys.json';

/**
 * Reads the secrets of this installation; makes them at the first start.
 * @throws BridgeError BRIDGE_DISK when the file cannot be read or written, or is damaged (then it is left alone: new
 * keys would make every STRM file wrong)
 */
export function loadSecrets(dataDir: string): Secrets {
  const file = join(dataDir, keysFile);
  let json: string;
  try {
    json = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(file, error);
    const made: Secrets = {
      adminToken: randomBytes(24).toString('base64url'),
      password: randomBytes(12).toString('base64url'),
      signingKeys: [newSigningKey()],
    };
    save(dataDir, made);
    return made;
  }
  const kept = parse(json);
  if (!kept)
    throw new BridgeError('BRIDGE_DISK', {
      detail: `${file} is damaged`,
      remedy: 'Put back a copy, or delete it and let every STRM file be written anew',
    });
  return kept;
}

/** Puts a new signing key in front and drops those whose overlap is over. @param now milliseconds UTC */
export function rotateSigningKey(dataDir: string, now: number): Secrets {
  const secrets = loadSecrets(dataDir);
  const old = secrets.signingKeys.map((key) => ({ ...key, retiredAt: key.retiredAt ?? now }));
  const rotated = { ...secrets, signingKeys: [newSigningKey(), ...livingKeys(old, now)] };
  save(dataDir, rotated);
  return rotated;
}

/** Keys that still count. */
export function livingKeys(keys: readonly SigningKey[], now: number): SigningKey[] {
  return keys.filter((key) => key.retiredAt === undefined || now - key.retiredAt < keyOverlapMs);
}

const secretsShape = z.object({
  adminToken: z.string().min(1),
  password: z.string().min(1),
  signingKeys: z
    .array(
      z.object({
        // Whoever has an empty key signs for himself.
        secret: z.string().min(16),
        retiredAt: z.number().exactOptional(),
      }),
    )
    .min(1)
    // The first one signs.
    .refine(([first]) => first?.retiredAt === undefined),
});

function parse(json: string): Secrets | undefined {
  try {
    return secretsShape.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

function save(dataDir: string, secrets: Secrets): void {
  const file = join(dataDir, keysFile);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.tmp`, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.tmp`, file);
  } catch (error) {
    throw diskError(file, error);
  }
}
