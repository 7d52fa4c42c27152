import { z } from 'zod';
import { type PhraseCode, phrases } from './phrases.ts';
import { evidenceWords, factWords } from './reason-words.ts';

/**
 * A sentence by its code, for who says it in another language: `text` is one that has none, and stands in `params.text`
 * as it is.
 */
export const said = z
  .object({
    code: z.string().describe('Stays the same when the words change; `text` = the words have no code'),
    params: z.record(z.string(), z.union([z.string(), z.number()])).describe('What is filled in'),
  })
  .meta({ id: 'SaidSentence' });

export type SaidSentence = z.infer<typeof said>;

/** TemplatePart of a sentence: words that stand there, or what is filled in; of a count both forms of its noun. */
type TemplatePart = { words: string } | { name: string; nouns?: readonly [one: string, many: string] };

/** What is filled in under these names is one word, and a path begins with `/`: so that no sentence is taken for another. */
const oneWord = new Set(
  'setting system status protocol day time code host origin url version port seconds bytes chars percent offer limit total missing field count extension episode method min max'.split(
    ' ',
  ),
);
const paths = new Set(['path']);
const numbers = new Set(['files', 'films', 'folders']);

/** What is one of a few words, or some of them behind each other. */
const closed: Readonly<Record<string, ReadonlySet<string>>> = {
  fact: new Set(factWords),
  facts: new Set(factWords),
  evidence: new Set(evidenceWords),
};

const placeholder = /\{(\w{1,20})(?::([^|}]{1,40})\|([^}]{1,40}))?\}/g;

function partsOf(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of template.matchAll(placeholder)) {
    const [all, name = '', one, many] = match;
    if (match.index > at) parts.push({ words: template.slice(at, match.index) });
    parts.push(one === undefined || many === undefined ? { name } : { name, nouns: [one, many] });
    at = match.index + all.length;
  }
  if (at < template.length) parts.push({ words: template.slice(at) });
  return parts;
}

const wordsIn = (parts: readonly TemplatePart[]) =>
  parts.reduce((sum, part) => sum + ('words' in part ? part.words.length : 0), 0);

/** Those that say more in words of their own come first. */
const templates = Object.entries(phrases)
  .map(([code, template]) => ({ code: code as PhraseCode, parts: partsOf(template) }))
  .sort((a, b) => wordsIn(b.parts) - wordsIn(a.parts));

/** A text that is longer is nobody's sentence. */
const maxLength = 2000;

/** Which sentences of ours a text is made of, in their order. */
export function saidIn(text: string): SaidSentence[] {
  const one = text.length > maxLength ? undefined : sentenceIn(text);
  if (one) return [one];
  const parts = text.split('; ', 50);
  if (parts.length === 1) return [{ code: 'text', params: { text } }];
  return parts.map((part) => sentenceIn(part) ?? { code: 'text', params: { text: part } });
}

function sentenceIn(text: string): SaidSentence | undefined {
  for (const { code, parts } of templates) {
    const params = filledIn(text, parts);
    if (params) return { code, params };
  }
  return undefined;
}

/** What is filled in where the text is this sentence. Each part is looked for once, behind the one before. */
function filledIn(text: string, parts: readonly TemplatePart[]): SaidSentence['params'] | undefined {
  const params: Record<string, string | number> = {};
  let at = 0;
  for (const [index, part] of parts.entries()) {
    if ('words' in part) {
      if (!text.startsWith(part.words, at)) return undefined;
      at += part.words.length;
      continue;
    }
    if (part.nouns) {
      const [, number = '', noun = ''] = /^([\d,]{1,20}) (.*)$/s.exec(text.slice(at, at + 80)) ?? [];
      const [one, many] = part.nouns;
      const named = [many, one].find((form) => noun.startsWith(form));
      if (named === undefined) return undefined;
      params[part.name] = Number(number.replaceAll(',', ''));
      at += number.length + 1 + named.length;
      continue;
    }
    const next = parts[index + 1];
    const end = next && 'words' in next ? text.indexOf(next.words, at) : text.length;
    const value = end < at ? undefined : text.slice(at, end);
    if (value === undefined || !fits(part.name, value)) return undefined;
    params[part.name] = value;
    at = end;
  }
  return at === text.length ? params : undefined;
}

function fits(name: string, value: string): boolean {
  const words = closed[name];
  if (words) return name === 'facts' ? value.split(', ').every((one) => words.has(one)) : words.has(value);
  if (numbers.has(name)) return /^[\d,]{1,20}$/.test(value);
  if (oneWord.has(name)) return value !== '' && !/\s/.test(value);
  return !paths.has(name) || value.startsWith('/');
}
