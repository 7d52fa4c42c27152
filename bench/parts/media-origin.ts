import { once } from 'node:events';
import { createServer } from 'node:http';
import { runPart, type Shape } from '../stage/part.ts';

export interface MediaOriginPart extends Shape {
  options: { imageBytes: number };
  facts: { url: string };
  question: 'sentBytes';
  /** Of films, since it began. */
  answer: number;
}

const info = JSON.stringify({
  ServerName: 'bench',
  Version: '12.0.0',
  Id: 'a'.repeat(32),
  Paths: 'x'.repeat(800),
});
const chunk = Buffer.alloc(64 * 1024, 1);

/** What a media server answers at once: a few lines of JSON, a picture, and a film of its own without end. */
runPart<MediaOriginPart>(async ({ imageBytes }) => {
  const image = Buffer.alloc(imageBytes, 1);
  let sentBytes = 0;
  const server = createServer((request, response) => {
    const { url = '' } = request;
    request.resume();
    if (url.includes('/Images/'))
      return void response
        .writeHead(200, { 'content-type': 'image/jpeg', 'content-length': image.length, etag: '"a"' })
        .end(image);
    if (url.startsWith('/Videos/')) {
      response.writeHead(200, { 'content-type': 'video/mp4' });
      const fill = () => {
        do sentBytes += chunk.length;
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', fill);
      return fill();
    }
    response
      .writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': info.length })
      .end(info);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { facts: { url: `http://127.0.0.1:${port}` }, answer: () => sentBytes };
});
