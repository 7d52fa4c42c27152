import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runPart, type Shape } from '../stage/part.ts';

export interface BarePagePart extends Shape {
  options: { headers?: Record<string, string> };
  facts: { url: string };
}

const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Bare</title></head><body><h1>Passerelle</h1></body></html>
`;

/** One text in one answer of plain http: the least that a browser can paint. */
runPart<BarePagePart>(async ({ headers = {} }) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { facts: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
});
