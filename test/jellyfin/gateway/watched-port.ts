import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** One request that went through, and what of its answer. */
export interface Passed {
  method: string;
  /** Path and query. */
  url: string;
  userAgent: string;
  status: number;
  /** Of the body. */
  bytes: number;
}

/** A port that passes everything on to another one, and tells what it was. */
export interface WatchedPort {
  /** `http://127.0.0.1:<port>` */
  url: string;
  passed: Passed[];
  /** Requests that this fits wait until what it gives is over. */
  hold: (request: IncomingMessage) => Promise<unknown> | undefined;
  close(): Promise<void>;
}

/** @param to host and port, without a path */
export async function watchPort(to: () => URL, port = 0): Promise<WatchedPort> {
  const passed: Passed[] = [];
  const server = createServer(async (request, response) => {
    const one: Passed = {
      method: request.method ?? '',
      url: request.url ?? '',
      userAgent: request.headers['user-agent'] ?? '',
      status: 0,
      bytes: 0,
    };
    passed.push(one);
    await watched.hold(request);
    if (response.destroyed) return;
    const { method, url, headers } = request;
    const onwards = httpRequest({
      host: to().hostname,
      port: to().port,
      method,
      path: url,
      headers,
      setHost: false,
    });
    onwards.on('response', (answer) => {
      one.status = answer.statusCode ?? 0;
      response.writeHead(one.status, answer.rawHeaders);
      answer.on('data', (chunk: Buffer) => {
        one.bytes += chunk.length;
      });
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onwards.on('error', () => response.destroy());
    response.on('close', () => onwards.destroy());
    request.pipe(onwards);
  });
  const open = new Set<Socket>();
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const onwards = connect(Number(to().port), to().hostname, () => {
      const lines = [`${request.method} ${request.url} HTTP/1.1`];
      for (let at = 0; at < request.rawHeaders.length; at += 2)
        lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`);
      onwards.write(`${lines.join('\r\n')}\r\n\r\n`);
      onwards.write(head);
      socket.pipe(onwards).pipe(socket);
    });
    for (const [one, other] of [
      [socket, onwards],
      [onwards, socket],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const watched: WatchedPort = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    hold: () => undefined,
    async close() {
      for (const one of open) one.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return watched;
}
