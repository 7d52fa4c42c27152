import type { RecipientAdapter, RecipientSetting } from './recipient.ts';

/** A topic of an ntfy server: its address ends in the topic. */
export function ntfy({ url, token }: RecipientSetting): RecipientAdapter {
  const topic = decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));
  const headers = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  return {
    tokenRemedy: 'make an access token in ntfy that may write to the topic',
    async send({ title, text, isUrgent }, { send }) {
      // As JSON, since headers of HTTP hold no letters of other languages.
      const body = { topic, title, message: text, priority: isUrgent ? 5 : 3 };
      await send({ method: 'POST', path: '/', ...headers, body });
    },
    async check({ send }) {
      await send({ method: 'GET', path: '/v1/health', ...headers });
      return 'answers';
    },
  };
}
