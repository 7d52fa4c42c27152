export interface Walked {
  folders: number;
  files: number;
  ms: number;
}

/** Lists everything below an address that ends with a slash, a folder at a time, as a client of WebDAV does. */
export async function walk(base: string, headers: Record<string, string> = {}): Promise<Walked> {
  const begin = performance.now();
  const waiting = [new URL(base).pathname];
  let files = 0;
  for (let at = 0; at < waiting.length; at++) {
    const path = waiting[at] as string;
    const answer = await fetch(new URL(path, base), {
      method: 'PROPFIND',
      headers: { ...headers, depth: '1' },
    });
    const text = await answer.text();
    if (answer.status !== 207) throw new Error(`${answer.status} for ${path}: ${text}`);
    for (const [, href = '', rest = ''] of text.matchAll(
      /<D:href>([^<]*)<\/D:href>([\s\S]*?)<\/D:response>/g,
    )) {
      if (!/<D:collection[ />]/.test(rest)) files++;
      else if (new URL(href, base).pathname !== path) waiting.push(href);
    }
  }
  return { folders: waiting.length, files, ms: performance.now() - begin };
}
