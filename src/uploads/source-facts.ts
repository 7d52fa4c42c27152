import { stat } from 'node:fs/promises';
import type { BegunUpload } from '../catalog/uploads.ts';
import { BridgeError } from '../core/errors.ts';
import { whyUnreadable } from '../core/files/folder-check.ts';
import { maxUploadBytes } from './pieces/offset.ts';

/** @throws BridgeError BRIDGE_UPLOAD_SOURCE for what is no file, or has nothing in it */
export async function sourceFacts(source: string): Promise<{ sizeBytes: number; modifiedAt: number }> {
  const facts = await stat(source).catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError('BRIDGE_UPLOAD_SOURCE', {
      says: `${source} ${whyUnreadable(error)}`,
      remedy: 'Name a file of this machine that Passerelle may read',
      cause: error,
    });
  });
  if (!facts.isFile())
    throw new BridgeError('BRIDGE_UPLOAD_SOURCE', {
      says: `${source} is no file`,
      remedy: 'Name a file; passerelle put -r sends a folder with all that is in it',
    });
  if (facts.size === 0)
    throw new BridgeError('BRIDGE_UPLOAD_SOURCE', {
      says: `${source} has nothing in it`,
      remedy: 'The host takes no empty file',
    });
  if (facts.size > maxUploadBytes)
    throw new BridgeError('BRIDGE_UPLOAD_SOURCE', {
      says: `${source} has ${facts.size} bytes`,
      remedy: 'The host takes files of 300 GB at most: send it in pieces',
    });
  return { sizeBytes: facts.size, modifiedAt: Math.floor(facts.mtimeMs) };
}

/** Whether the file is the one that was begun with. */
export async function isSourceAsItWas({
  source,
  sizeBytes,
  modifiedAt,
}: Pick<BegunUpload, 'source' | 'sizeBytes' | 'modifiedAt'>): Promise<boolean> {
  try {
    const now = await sourceFacts(source);
    return now.sizeBytes === sizeBytes && now.modifiedAt === modifiedAt;
  } catch {
    return false;
  }
}
