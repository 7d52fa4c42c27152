import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { minuteMs } from '../core/durations.ts';
import { BridgeError } from '../core/errors.ts';
import { diskError } from '../core/files/folder-check.ts';
import { createServer } from '../core/http/http.ts';
import { shortPath, socketName } from './socket-path.ts';

/** The way in for commands beside this process: `dataDir/serve.sock`, for its owner alone. */
export interface Door {
  /**
   * Nobody new comes in; resolves when those who are in have left, or the signal says that it has been long enough.
   * Whoever asks for nothing is waited for a moment only.
   */
  drain(longEnough: AbortSignal): Promise<void>;
  /** Whoever is left is put out. */
  close(): Promise<void>;
}

export interface DoorOptions {
  /** Held by this process: see {@link claimDataDir}. */
  dataDir: string;
  handle: RequestListener;
  /** Told of every connection that came through the door, before anything is read from it. */
  onSocket: (socket: Socket) => void;
  clock: Pick<Clock, 'sleep'>;
}

/** So long an open connection without a request is left alone at the end: a command has a moment between two of them. */
const idleMs = 5000;
/** A request that is not there whole by then never will be. */
const requestTimeoutMs = minuteMs;

/**
 * Opens the door. What a kill left of another one is replaced; what belongs to another program is left alone.
 * @throws BridgeError BRIDGE_DISK when there can be no socket, or something else has its name
 */
export async function openDoor({ dataDir, handle, onSocket, clock }: DoorOptions): Promise<Door> {
  const path = join(dataDir, socketName);
  // Bound where nobody else can look, and moved once its mode is right: it is never there for others.
  const hall = `${path}.new`;
  const sockets = new Set<Socket>();
  let closing = false;
  /** Connections of which a request is being answered. */
  const busy = new Set<Socket>();
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: requestTimeoutMs },
    (request, response) => {
      busy.add(request.socket);
      response.once('close', () => busy.delete(request.socket));
      handle(request, response);
    },
  );
  server.on('connection', (socket) => {
    if (closing) return socket.destroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  try {
    await refuseStranger(path);
    rmSync(hall, { recursive: true, force: true });
    mkdirSync(hall, { mode: 0o700 });
    const bound = shortPath(hall, 's');
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(bound.path, resolve);
      });
    } finally {
      bound.done();
    }
    chmodSync(join(hall, 's'), 0o600);
    renameSync(join(hall, 's'), path);
    rmSync(hall, { recursive: true, force: true });
  } catch (error) {
    server.close();
    if (error instanceof BridgeError) throw error;
    throw diskError(path, error);
  }
  const { ino } = lstatSync(path);

  async function drain(longEnough: AbortSignal): Promise<void> {
    closing = true;
    // Whoever comes now finds no door, and is not left standing before one that nobody opens.
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) unlinkSync(path);
    const left = new AbortController();
    const dismissed = dismissIdle(left.signal);
    await allGone(longEnough);
    left.abort();
    await dismissed;
  }

  /** Again and again, since a connection may fall silent later. */
  async function dismissIdle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const silent = [...sockets].filter((socket) => !busy.has(socket));
      await clock.sleep(idleMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      for (const socket of silent) if (!busy.has(socket)) socket.destroy();
    }
  }

  return {
    drain,
    async close() {
      await drain(AbortSignal.abort());
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function allGone(signal: AbortSignal): Promise<void> {
    while (sockets.size > 0 && !signal.aborted)
      await new Promise<void>((resolve) => {
        const settle = () => {
          signal.removeEventListener('abort', settle);
          resolve();
        };
        signal.addEventListener('abort', settle, { once: true });
        for (const socket of sockets) socket.once('close', settle);
      });
  }
}

/** @throws BridgeError BRIDGE_DISK when the name is taken by something that no dead Passerelle left there */
async function refuseStranger(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket())
    throw new BridgeError('BRIDGE_DISK', { detail: `${path} is in the way: it is no socket of Passerelle` });
  if (await isAnswered(path))
    throw new BridgeError('BRIDGE_DISK', { detail: `${path} is in the way: another program listens there` });
}

/** Whether somebody listens at this socket. */
async function isAnswered(path: string): Promise<boolean> {
  const dir = join(path, '..');
  const short = shortPath(dir, socketName);
  try {
    return await new Promise<boolean>((resolve) => {
      const socket = connect(short.path);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  } finally {
    short.done();
  }
}
