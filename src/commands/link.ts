import type { Bridge } from '../bridge.ts';
import type { CatalogFile } from '../catalog/account/files.ts';
import { BridgeError } from '../core/errors.ts';
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
      if (files.length === 0)
        throw new BridgeError('BRIDGE_NOT_FOUND', { detail: `${target} is no file in the catalog` });
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

async function find({ catalog }: Bridge, target: string): Promise<CatalogFile[]> {
  const id = /^(?:https?:\/\/[^/]+\/\?)?([a-z0-9]{5,20})$/.exec(target)?.[1];
  const file = id ? await catalog.files.byId(id) : undefined;
  return file ? [file] : (await catalog.files.byPath(target)).files;
}
