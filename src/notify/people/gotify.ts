import type { RecipientAdapter, RecipientSetting } from './recipient.ts';

/** An application of a Gotify server. */
export function gotify({ token = '' }: RecipientSetting): RecipientAdapter {
  return {
    tokenRemedy: 'make an application in Gotify, and take its token',
    async send({ title, text, isUrgent }, { send }) {
      const body = { title, message: text, priority: isUrgent ? 8 : 5 };
      await send({ method: 'POST', path: '/message', headers: { 'x-gotify-key': token }, body });
    },
    async check({ send }) {
      // The token of an application may send, and nothing else: it is tried with the first message.
      await send({ method: 'GET', path: '/health' });
      return 'answers';
    },
  };
}
