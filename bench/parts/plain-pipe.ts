import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { request } from 'undici';
import { runPart, type Shape } from '../stage/part.ts';

export interface PlainPipePart extends Shape {
  options: { link: string };
  facts: { url: string };
}

/** The plainest proxy that Node and undici give: ask, pass on the headers that matter, pipe. */
runPart<PlainPipePart>(async ({ link }) => {
  const server = createServer(async (incoming, response) => {
    const { range } = incoming.headers;
    const upstream = await request(link, range === undefined ? {} : { headers: { range } });
    response.statusCode = upstream.statusCode;
    for (const name of ['content-length', 'content-range', 'content-type']) {
      const value = upstream.headers[name];
      if (value !== undefined) response.setHeader(name, value);
    }
    pipeline(upstream.body, response, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { facts: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/film` } };
});
