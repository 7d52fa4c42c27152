import type { SaidSentence } from '../../../../src/api/words/said.ts';
import { frenchErrors } from './errors-fr.ts';
import { frenchPhrases } from './phrases-fr.ts';
import { frenchReasonWords } from './reason-words-fr.ts';
import { calendarDay, isFrench, numberText, timesHere, timeText } from './texts.ts';

/** What the server says in English, in the language of the page. */

/** A remark that the server makes. @param english the same in its own words, for what has no others */
export function spoken(said: readonly SaidSentence[] | undefined, english: string): string {
  if (!isFrench || said === undefined) return timesHere(english);
  return said.map(sentenceOf).join(' ; ');
}

/** An error by its code; behind it what is special about this one. */
export function spokenError({
  code,
  message,
  said,
}: {
  code: string;
  message: string;
  said?: readonly SaidSentence[] | undefined;
}): string {
  const [french] = (isFrench && frenchErrors[code]) || [];
  if (french === undefined) return timesHere(message);
  return said === undefined ? french : `${french} : ${spoken(said, message)}`;
}

/** How a play ended: in words, or by the code of an error. */
export function spokenEnd(ended: string, said: readonly SaidSentence[]): string {
  return (isFrench && frenchErrors[ended]?.[0]) || spoken(said, ended);
}

/** What to do about it. */
export function spokenRemedy({
  code,
  remedy,
  remedySaid,
}: {
  code: string;
  remedy?: string | undefined;
  remedySaid?: readonly SaidSentence[] | undefined;
}): string | undefined {
  if (!isFrench) return remedy && timesHere(remedy);
  if (remedy !== undefined) return spoken(remedySaid, remedy);
  return frenchErrors[code]?.[1];
}

const placeholder = /\{(\w+)(?::([^|}]+)\|([^}]+))?\}/g;

function sentenceOf({ code, params }: SaidSentence): string {
  const template = Object.hasOwn(frenchPhrases, code)
    ? frenchPhrases[code as keyof typeof frenchPhrases]
    : undefined;
  if (template === undefined) return timesHere(String(params.text ?? ''));
  return template.replace(placeholder, (_all, name: string, one?: string, many?: string) => {
    const value = params[name] ?? '';
    if (one !== undefined) return `${numberText(Number(value))} ${Number(value) < 2 ? one : many}`;
    if (name === 'time') return timeText(Date.parse(String(value)));
    if (name === 'day') return calendarDay(String(value));
    if (name === 'facts') return String(value).split(', ').map(reasonWord).join(', ');
    if (name === 'fact' || name === 'evidence') return reasonWord(String(value));
    return name === 'why' && Object.hasOwn(frenchErrors, String(value))
      ? (frenchErrors[String(value)]?.[0] ?? '')
      : String(value);
  });
}

const reasonWord = (word: string): string =>
  Object.hasOwn(frenchReasonWords, word) ? frenchReasonWords[word as keyof typeof frenchReasonWords] : word;
