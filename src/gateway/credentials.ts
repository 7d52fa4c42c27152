import { type HeaderValues, header } from '../core/http/headers.ts';
import { unescaped } from '../core/http/unescaped.ts';

/** What an app sends to say who it is. Secret. */
export interface Credentials {
  token: string;
  /** `Jellyfin Web`, `Android TV` ...; empty when it is not told. */
  client: string;
}

const maxValue = 4096;

/** Headers in the form `MediaBrowser Client="...", Token="..."`, in the order in which servers believe them. */
const formHeaders = ['authorization', 'x-emby-authorization'];
const tokenHeaders = ['x-emby-token', 'x-mediabrowser-token'];
const tokenQueries = new Set(['apikey', 'api_key', 'x-emby-token']);

/** Reads all the forms in which servers take a token (facts/gateway 1.1, 1.2): a header goes before the query. */
export function readCredentials(headers: HeaderValues, query: URLSearchParams): Credentials {
  let token = '';
  let client = '';
  for (const name of formHeaders) {
    const form = readForm(header(headers, name));
    token ||= form.get('token') ?? '';
    client ||= form.get('client') ?? '';
  }
  for (const name of tokenHeaders) token ||= (header(headers, name) ?? '').trim();
  for (const [name, value] of query) {
    if (tokenQueries.has(name.toLowerCase())) token ||= value;
    if (name.toLowerCase() === 'x-emby-client') client ||= value;
  }
  return { token: token.length <= maxValue ? token : '', client: client.slice(0, 200) };
}

/** `MediaBrowser A="b", C=d`: names in lower case; values may be quoted and escaped as in an address. */
function readForm(text = ''): Map<string, string> {
  const values = new Map<string, string>();
  if (text.length > maxValue || !/^(?:mediabrowser|emby)\s/i.test(text)) return values;
  for (const [, name = '', quoted, plain = ''] of text.matchAll(
    /(?<![a-z])([a-z]{1,40})=(?:"([^"]{0,1024})"|([^\s,"]{0,1024}))/gi,
  ))
    if (!values.has(name.toLowerCase())) {
      const value = quoted ?? plain;
      values.set(name.toLowerCase(), unescaped(value) ?? value);
    }
  return values;
}
