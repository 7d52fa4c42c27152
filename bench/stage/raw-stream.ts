import { connect } from 'node:net';

export interface RawRequest {
  url: string;
  headers?: Record<string, string>;
  /** Address to come from; all of 127.0.0.0/8 is this machine. */
  from?: string;
}

/** Where an answer goes as it comes. */
export interface RawSink {
  /** The head has come, the status line in it. */
  head(status: number, text: string): void;
  /** So many bytes of the body have come. @returns false to leave the rest with the kernel until `resume` */
  bytes(count: number): boolean;
  /** The connection is over, whatever ended it. */
  over(error: Error | undefined): void;
}

/** An answer that comes in. */
export interface RawStream {
  resume(): void;
  /** Closes the connection at once. */
  drop(): void;
}

const shared = Buffer.allocUnsafe(1 << 20);

/**
 * A GET on a connection of its own that drops the bytes where they arrive, so that a reader costs as little as one can.
 * `into` is the most that is taken at a time; nothing in it is ever looked at, so all streams share it.
 */
export function openRaw({ url, headers = {}, from }: RawRequest, sink: RawSink, into = shared): RawStream {
  const { hostname, port, host, pathname, search } = new URL(url);
  let head = '';
  let status = 0;
  let failure: Error | undefined;
  const onHead = (count: number) => {
    head += into.toString('latin1', 0, count);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return true;
    status = Number(head.slice(9, 12));
    const rest = head.length - end - 4;
    sink.head(status, head.slice(0, end));
    return rest > 0 ? sink.bytes(rest) : true;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    ...(from === undefined ? {} : { localAddress: from }),
    onread: { buffer: into, callback: (count) => (status === 0 ? onHead(count) : sink.bytes(count)) },
  });
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.once('error', (error) => {
    failure = error;
  });
  socket.once('close', () => sink.over(failure));
  return { resume: () => void socket.resume(), drop: () => void socket.destroy() };
}

/** A field of a head that {@link RawSink.head} was given. */
export function fieldOf(head: string, name: string): string | undefined {
  return new RegExp(`^${name}: *(.*?) *$`, 'im').exec(head)?.[1]?.trim();
}
