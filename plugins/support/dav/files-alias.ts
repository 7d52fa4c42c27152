import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { unescaped } from '../../../src/core/http/unescaped.ts';
import { hrefOf } from '../../../src/views/xml.ts';
import { accountDoor } from './account-door.ts';

/** `/dav/files/<user>/`, as clients of Nextcloud call what is `/dav/account/` here. */
export interface FilesAlias {
  /** @param url of a request, as the routes know it. @returns the address that is meant; so is its Destination then */
  resolve(request: Asked, url: string): string;
  /** What stands before the names of the account in answers to this request; undefined where it came by its own name. */
  prefixOf(request: Asked): string | undefined;
}

/** What is looked at of a request. */
interface Asked {
  headers: IncomingHttpHeaders;
}

const filesDoor = '/dav/files/';

/** @param user whose files they are: there is one */
export function createFilesAlias(user: string, basePath: string): FilesAlias {
  const prefixes = new WeakMap<Asked, string>();

  /** What is meant by a path that begins with the door, and how the client wrote that. */
  function meant(path: string): { path: string; door: string } | undefined {
    if (!path.startsWith(filesDoor)) return undefined;
    const [segment = ''] = path.slice(filesDoor.length).split(/[/?#]/, 1);
    if (unescaped(segment) !== user) return undefined;
    const door = filesDoor + segment;
    return { path: accountDoor + path.slice(door.length), door };
  }

  function destinationMeant(value: string): string {
    const origin = /^https?:\/\/[^/]*/i.exec(value)?.[0] ?? '';
    const path = value.slice(origin.length);
    const local = basePath !== '' && path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
    const found = meant(local);
    return found ? origin + path.slice(0, path.length - local.length) + found.path : value;
  }

  return {
    resolve(request, url) {
      const { destination } = request.headers;
      if (typeof destination === 'string') request.headers.destination = destinationMeant(destination.trim());
      const found = meant(url);
      if (!found) return url;
      prefixes.set(request, basePath + found.door);
      return found.path;
    },
    prefixOf: (request) => prefixes.get(request),
  };
}

/** What is below `/dav/` as the client calls it. */
export function hrefFor(request: FastifyRequest, names: readonly string[]): string {
  const { filesAlias, bridge } = request.server;
  const alias = names[0] === 'account' ? filesAlias?.prefixOf(request.raw) : undefined;
  return alias === undefined ? hrefOf(`${bridge.basePath}/dav`, names) : hrefOf(alias, names.slice(1));
}
