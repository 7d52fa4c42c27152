import type { ParsedAnswer } from './json.ts';

/** No page of the host is longer in what matters; a hostile one costs no more than this. */
const maxLength = 20_000;

/** What an answer says: the message of a JSON refusal, a web page without its tags, or the bare text. */
export function textOf(answer: Pick<ParsedAnswer, 'kind'> & { text?: string; value?: unknown }): string {
  if (answer.kind === 'json') return jsonMessageOf(answer.value);
  const text = (answer.text ?? '').slice(0, 10 * maxLength);
  if (answer.kind !== 'html') return squeeze(text);
  const bare = text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1[^<>]*>?|$)/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&(?:nbsp|#160);/gi, ' ')
    .replace(/&(?:#39|#x27|apos);/gi, "'")
    .replace(/&(?:egrave|#232);/gi, 'è')
    .replace(/&amp;/gi, '&');
  return squeeze(bare);
}

/**
 * A message of the host as it may be shown and logged: without links, e-mail and internet addresses and anything long
 * enough to be a key or a token; at most 200 characters.
 */
export function scrub(message: string): string {
  const safe = squeeze(message.slice(0, 5000))
    .replace(/\bhttps?:\/\/\S+/gi, '[link]')
    .replace(/(?<![\w.-])[\w.-]+\.[\w-]+\/\S*/g, '[link]')
    .replace(/(?<![^\s@<>])[^\s@<>]+@[^\s@<>]+/g, '[e-mail]')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '[address]')
    .replace(/(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, '[address]')
    .replace(/[\w=-]{20,}/g, '[key]')
    .trim();
  return safe.length > 200 ? `${safe.slice(0, 199)}…` : safe;
}

function jsonMessageOf(value: unknown): string {
  if (typeof value === 'string') return squeeze(value);
  if (value === null || typeof value !== 'object') return '';
  const { message, error } = value as { message?: unknown; error?: unknown };
  for (const text of [message, error]) if (typeof text === 'string') return squeeze(text);
  return '';
}

function squeeze(text: string): string {
  return text
    .slice(0, maxLength)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
