import { connect } from 'node:net';

export interface RawGet {
  url: string;
  headers?: Record<string, string>;
  /** Closes the connection as soon as the first byte of the body is there. */
  firstByteOnly?: boolean;
}

export interface RawAnswer {
  status: number;
  /** Bytes of the body that came. */
  bytes: number;
  /** From before the connection to the first byte of the body; to the end of the headers when there is no body. */
  firstByteMs: number;
  ms: number;
}

const into = Buffer.allocUnsafe(1 << 20);

/**
 * A GET on a connection of its own that counts the bytes and drops them where they arrive, so that the reader costs as
 * little as a reader can. Understands bodies with a length alone.
 */
export function rawGet({ url, headers = {}, firstByteOnly = false }: RawGet): Promise<RawAnswer> {
  const { hostname, port, host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const begin = performance.now();
    let head = '';
    let status = 0;
    let bytes = 0;
    let expected = Number.NaN;
    let firstByteMs = Number.NaN;
    const finish = () => {
      socket.destroy();
      resolve({ status, bytes, firstByteMs, ms: performance.now() - begin });
    };
    const take = (count: number) => {
      bytes += count;
      if (Number.isNaN(firstByteMs) && (count > 0 || expected === 0)) firstByteMs = performance.now() - begin;
      if (bytes >= expected || (firstByteOnly && bytes > 0)) finish();
      return true;
    };
    const onHead = (count: number) => {
      head += into.toString('latin1', 0, count);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return true;
      status = Number(head.slice(9, 12));
      expected = Number(/^content-length: *(\d+)/im.exec(head.slice(0, end))?.[1] ?? 'NaN');
      if (Number.isNaN(expected)) reject(new Error(`no length: ${head.slice(0, end)}`));
      const rest = head.length - end - 4;
      return rest > 0 || expected === 0 ? take(rest) : true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: into, callback: (count) => (status === 0 ? onHead(count) : take(count)) },
    });
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`the connection ended after ${bytes} bytes`)));
  });
}
