import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { runPart, type Shape } from '../stage/part.ts';

export interface TcpPipePart extends Shape {
  options: { upstream: string };
  facts: { url: string };
}

/** Bytes from one connection to another, unread: less than this no proxy in Node can add. */
runPart<TcpPipePart>(async ({ upstream }) => {
  const { hostname, port } = new URL(upstream);
  const server = createServer({ noDelay: true }, (asker) => {
    const origin = connect({ host: hostname, port: Number(port), noDelay: true });
    asker.on('error', () => origin.destroy()).once('close', () => origin.destroy());
    origin.on('error', () => asker.destroy()).once('close', () => asker.destroy());
    asker.pipe(origin).pipe(asker);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as { port: number };
  return { facts: { url: `http://127.0.0.1:${own}` } };
});
