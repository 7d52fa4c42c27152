import { request } from 'undici';
import type { HostFacts } from '../parts/host.ts';

/** One bare API call, without anything of ours around it. */
export async function askHost<T>(
  host: Pick<HostFacts, 'apiUrl' | 'apiKey'>,
  verb: string,
  body: Record<string, unknown>,
): Promise<T> {
  const reply = await request(`${host.apiUrl}/${verb}.cgi`, {
    method: 'POST',
    headers: { authorization: `Bearer ${host.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (reply.statusCode !== 200) throw new Error(`${verb} was answered ${reply.statusCode}`);
  return (await reply.body.json()) as T;
}

/** A direct link, good for half an hour. */
export async function linkOf(host: HostFacts, pageUrl: string): Promise<string> {
  const { url } = await askHost<{ url: string }>(host, 'download/get_token', { url: pageUrl, single: 0 });
  return url;
}
