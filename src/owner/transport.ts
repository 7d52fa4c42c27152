import { lstatSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { BridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import { header } from '../core/http/headers.ts';
import { Agent, request as httpRequest } from '../core/http/http.ts';
import { shortPath, socketName } from './socket-path.ts';

/** One request to the API. `path`: with its query. */
export interface ApiRequest {
  method: string;
  path: string;
  accept: string;
  /** JSON text. */
  body?: string;
  signal?: AbortSignal;
}

/** An answer whose body is still to be read. */
export interface ApiAnswer {
  status: number;
  header(name: string): string | undefined;
  body: Readable;
}

/** The way to the process that owns dataDir, which may be this one. */
export interface Transport {
  /** @throws whatever the connection throws: nothing is known then of what the other side did */
  send(request: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}

/**
 * Through the socket of the process that holds `dataDir`. Its connections stay until it is closed: so the other side
 * knows that somebody is there.
 */
export function socketTransport(dataDir: string): Transport {
  const agent = new Agent({ keepAlive: true });
  agent.createConnection = () => {
    const short = shortPath(dataDir, socketName);
    // The kernel has looked at the path when this returns.
    const socket = connect(short.path);
    socket.once('close', short.done);
    return socket;
  };
  return {
    send: ({ method, path, accept, body, signal }) =>
      new Promise((resolve, reject) => {
        const headers = {
          accept,
          host: 'passerelle',
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        };
        const request = httpRequest({ agent, method, path, headers, ...(signal && { signal }) });
        request.once('error', reject);
        request.once('response', (answer: IncomingMessage) =>
          resolve({
            status: answer.statusCode ?? 0,
            header: (name) => header(answer.headers, name),
            body: answer,
          }),
        );
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** Whether a connection failed since nobody listens: no owner, or one that is just starting or ending. */
export function isNobodyThere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code ?? '');
}

/** @throws BridgeError BRIDGE_DISK when the folder is closed to this user, or the socket in it is not for him */
export function refuseForeign(error: unknown, dataDir: string): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM') return;
  const path = join(dataDir, socketName);
  try {
    // A folder that may not be entered says the same of everything in it, whether it is there or not.
    if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  } catch (error) {
    throw diskError(path, error);
  }
  throw new BridgeError('BRIDGE_DISK', {
    detail: `${path} is for the user alone that runs passerelle serve (${code})`,
    cause: error,
  });
}
