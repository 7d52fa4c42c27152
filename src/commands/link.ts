import type { AnswerOf } from '../api/endpoint.ts';
import { findLinks, getLink, makeDirectLink } from '../api/links.ts';
import { BridgeError, isBridgeError } from '../core/errors.ts';
import type { ApiClient } from '../owner/client.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';

export interface LinkOptions {
  direct?: boolean;
  json?: boolean;
}

type Link = AnswerOf<typeof getLink>;

/** The address of a file as its STRM holds it; with `direct`, a fresh link to the host, which costs one call. */
export async function link(
  context: Context,
  target: string,
  { direct = false, json = false }: LinkOptions,
): Promise<ExitCode> {
  const { signal } = context;
  return withApi(context, { command: 'link', needs: { key: direct }, tellsRefusals: true }, async (api) => {
    for (const found of await find(api, target, signal)) {
      const { id, name, sizeBytes, url } = direct
        ? await api.call(makeDirectLink, { params: { id: found.id } }, signal)
        : found;
      say(context, json ? JSON.stringify({ id, name, sizeBytes, url }) : url);
    }
    return exitCodes.done;
  });
}

/** By its id, by the address of its page at the host, or by its path in the account. */
async function find(api: ApiClient, target: string, signal: AbortSignal): Promise<Link[]> {
  const id = /^(?:https?:\/\/[^/]+\/\?)?([a-z0-9]{5,20})$/.exec(target)?.[1];
  if (id !== undefined)
    try {
      return [await api.call(getLink, { params: { id } }, signal)];
    } catch (error) {
      if (!isBridgeError(error, 'BRIDGE_NOT_FOUND')) throw error;
    }
  try {
    return (await api.call(findLinks, { query: { path: asAccountPath(target) } }, signal)).links;
  } catch (error) {
    if (
      id === undefined ||
      !isBridgeError(error, 'BRIDGE_NOT_FOUND') ||
      error.message.includes('did you mean')
    )
      throw error;
    throw new BridgeError('BRIDGE_NOT_FOUND', { says: `No file that is known has the id ${id}` });
  }
}
