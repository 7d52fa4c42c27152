import type { RecipientAdapter } from './recipient.ts';

/** Discord takes no more. */
const maxContent = 2000;

/** A webhook of a channel of Discord. */
export function discord(): RecipientAdapter {
  return {
    tokenRemedy: 'make a webhook in the settings of the channel, and take its address anew',
    async send({ title, text }, { send }) {
      const content = `**${title}**\n${text}`.slice(0, maxContent);
      // Nobody is called by a word in a message.
      await send({ method: 'POST', path: '', body: { content, allowed_mentions: { parse: [] } } });
    },
    async check({ send }) {
      await send({ method: 'GET', path: '' });
      return 'knows the webhook';
    },
  };
}
