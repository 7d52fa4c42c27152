import type { Bridge } from '../bridge.ts';
import type { CatalogFile, CatalogFolder } from '../catalog/account/files.ts';
import { pathNotFound } from '../catalog/account/near-paths.ts';
import { BridgeError } from '../core/errors.ts';
import { toFileId } from '../core/ids.ts';
import { streamPath } from '../delivery/address.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { withBridge } from './with-bridge.ts';

export interface LinkOptions {
  direct?: boolean;
  json?: boolean;
}

/** The address of a file as its STRM holds it; with `direct`, a fresh link to the host, which costs one call. */
export async function link(
  context: Context,
  target: string,
  { direct = false, json = false }: LinkOptions,
): Promise<ExitCode> {
  return withBridge(
    context,
    async (bridge) => {
      const files = await find(bridge, target);
      for (const file of files) {
        const url = direct
          ? (await bridge.links.broker.acquire(file, { urgency: 'play', signal: context.signal })).url
          : `${bridge.baseUrl}${streamPath(file.id, bridge.signer.sign(file.id), file.name)}`;
        say(
          context,
          json ? JSON.stringify({ id: file.id, name: file.name, sizeBytes: file.sizeBytes, url }) : url,
        );
      }
      return exitCodes.done;
    },
    { key: direct },
  );
}

async function find(bridge: Bridge, target: string): Promise<CatalogFile[]> {
  const { catalog } = bridge;
  const id = /^(?:https?:\/\/[^/]+\/\?)?([a-z0-9]{5,20})$/.exec(target)?.[1];
  const file = id ? await catalog.files.byId(toFileId(id)) : undefined;
  if (file) return [file];
  const { folder, files } = await catalog.files.byPath(target);
  if (folder) throw await isFolder(bridge, folder);
  if (files.length === 0) throw await pathNotFound(catalog.files, target);
  return files;
}

/** A folder has no address: one of its files is named, as a person would have to write it. */
async function isFolder({ catalog }: Bridge, folder: CatalogFolder): Promise<BridgeError> {
  const { files } = await catalog.files.children(folder);
  const base = folder.path === '/' ? '' : folder.path;
  const example = files[0] ? `, such as "${base}/${files[0].name}"` : '';
  const says = `${folder.path} is a folder: name a file in it${example} (passerelle ls "${folder.path}" shows what is there)`;
  return new BridgeError('BRIDGE_NOT_FOUND', { says });
}
