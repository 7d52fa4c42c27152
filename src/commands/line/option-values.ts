import { isIP } from 'node:net';
import { streamPrefix } from '../../delivery/address.ts';

/** What is wrong with a text that was typed; undefined when nothing is. */
export type OptionCheck = (text: string) => string | undefined;

/** A whole number, both bounds included. */
export function wholeNumber(min: number, max: number): OptionCheck {
  return (text) =>
    /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`;
}

/** Several of them, with commas. */
export function wholeNumbers(min: number, max: number): OptionCheck {
  const one = wholeNumber(min, max);
  return (text) =>
    text.split(/[,+ ]+/).every((part) => one(part) === undefined)
      ? undefined
      : `must be a whole number from ${min} to ${max}, or several with commas`;
}

export function oneOf(words: readonly string[]): OptionCheck {
  return (text) => (words.includes(text) ? undefined : `must be one of ${words.join(', ')}`);
}

/** A text of at most so many characters. */
export function shortText(max: number): OptionCheck {
  return (text) => {
    if (text.trim() === '') return 'is empty';
    return text.trim().length <= max ? undefined : `must have at most ${max} characters`;
  };
}

/** A day that exists. */
export function day(text: string): string | undefined {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`).getTime() : Number.NaN;
  // 30 February would be a day in March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
    ? undefined
    : 'must be a day that exists, such as 2001-12-31';
}

/** `tmdb-603`, `tvdb:81189`, `imdb-tt0133093`, `tt0133093`. */
export function providerId(text: string): string | undefined {
  return /^(?:(?:tmdb|tvdb)[-:=]\d{1,10}|(?:imdb[-:=])?tt\d{5,10})$/i.test(text)
    ? undefined
    : 'must be an id such as tmdb-603, tvdb-81189 or tt0133093';
}

export function internetAddress(text: string): string | undefined {
  return isIP(text) === 0 ? 'must be an internet address such as 192.168.1.20' : undefined;
}

/** A stream address, or its path alone. Whether it is one of ours, the owner of the data knows. */
export function streamAddress(text: string): string | undefined {
  const path = URL.canParse(text) ? new URL(text).pathname : text;
  return streamPath.test(path) ? undefined : 'must be a stream address, as a .strm file holds it';
}

const streamPath = new RegExp(`^/(?:.*/)?${streamPrefix.slice(1)}/[^/]+/[^/]+/[^/]+$`);

/** The number of a proposal. */
export function proposalId(text: string): string | undefined {
  return /^[1-9]\d{0,14}$/.test(text)
    ? undefined
    : 'must be the number of a proposal (passerelle proposals lists them)';
}

/** Something at all. */
export function notEmpty(text: string): string | undefined {
  return text.trim() === '' ? 'is empty' : undefined;
}
