import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Counters } from './counters.ts';
import { pages } from './messages.ts';
import { randomText } from './random.ts';
import type { SimulatedFile } from './tree.ts';

/** A folder that somebody shows to whoever has its address. */
interface Share {
  files: readonly SimulatedFile[];
  password: string | undefined;
}

/** The web site of the host, as far as programs read it. */
export interface Site {
  server: Server;
  /** @returns the address of the page */
  share(files: readonly SimulatedFile[], password?: string): string;
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Shared folders as JSON (facts/1fichier-api 6). Not listening yet. */
export function createSite(random: () => number, counters: Counters): Site {
  const shares = new Map<string, Share>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://site');
    const share = shares.get(/^\/(?:[a-z]{2}\/)?dir\/([A-Za-z0-9]{8})$/.exec(url.pathname)?.[1] ?? '');
    let form = '';
    for await (const piece of request) form += String(piece);
    const sent = request.method === 'POST' ? new URLSearchParams(form) : url.searchParams;
    counters.sharesRead++;
    const page = (status: number, html: string) =>
      void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html);
    if (!share) return page(404, pages.notFound);
    if (share.password !== undefined && sent.get('pass') !== share.password)
      return page(200, pages.sharePassword);
    if (sent.get('json') !== '1') return page(200, pages.deleted);
    const files = share.files.map((file) => ({
      filename: file.name,
      size: file.sizeBytes,
      link: file.url,
      password: file.password === undefined ? 0 : 1,
      acl: file.acl ? 1 : 0,
    }));
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(JSON.stringify(files));
  }

  return {
    server: createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    }),
    share(files, password) {
      const id = randomText(random, letters, 8);
      shares.set(id, { files, password });
      return `https://1fichier.com/dir/${id}`;
    },
  };
}
