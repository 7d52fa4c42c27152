import { Builder } from 'xml2js';
import { createBoundedCache } from '../core/bounded-cache.ts';

/** Tags and what stands in them: a text, or tags again. */
export type NfoContent = Record<string, unknown>;

/** Writes the NFO of one kind: the name of its root. @param headless without the declaration in front */
export type NfoBuilder = (content: NfoContent, headless?: boolean) => string;

/** More sets of tags than there are: the cache only guards against a leak. */
const formsKept = 200;

/** Stands for a text where a form is made: what is put in later is not looked at. */
const mark = '\ue000';

/**
 * xml2js writes what an NFO looks like. What holds nothing but texts has one form for each set of tags, which it writes
 * once; the texts are put in. A library of 100,000 files has a handful of forms.
 */
export function createNfoBuilder(rootName: string): NfoBuilder {
  const forms = createBoundedCache<string, readonly string[]>(formsKept);
  const options = {
    rootName,
    xmldec: { version: '1.0', encoding: 'UTF-8', standalone: true },
    renderOpts: { pretty: true, indent: '  ', newline: '\n' },
  };
  // They keep nothing of what they have written.
  const builders = { whole: new Builder(options), headless: new Builder({ ...options, headless: true }) };

  const write = (content: object, headless: boolean) =>
    `${builders[headless ? 'headless' : 'whole'].buildObject(content)}\n`;

  function formOf(tags: readonly string[], headless: boolean): readonly string[] {
    const key = `${headless} ${tags.join(' ')}`;
    const known = forms.get(key);
    if (known) return known;
    const form = write(Object.fromEntries(tags.map((tag) => [tag, mark])), headless).split(mark);
    forms.set(key, form);
    return form;
  }

  return (content, headless = false) => {
    const texts: string[] = [];
    const tags = Object.keys(content);
    for (const tag of tags) {
      const value = content[tag];
      const text = typeof value === 'object' ? '' : plainText(value);
      // Tags in it, or none at all: xml2js writes an element without a text in another way.
      if (text === '') return write(plain(content) as object, headless);
      texts.push(text);
    }
    const form = formOf(tags, headless);
    let written = form[0] as string;
    for (const [at, text] of texts.entries()) written += escaped(text) + form[at + 1];
    return written;
  };
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return plainText(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** XML 1.0 knows no control characters and no lone surrogates; one of them makes the whole file unreadable. */
function plainText(value: unknown): string {
  return String(value)
    .toWellFormed()
    .replace(/[\ufffd\ufffe\uffff]|\p{Cc}/gu, (c) => (/[\t\n\r]/.test(c) ? ' ' : ''));
}

/** As xml2js does it in a text. */
function escaped(text: string): string {
  return /[&<>]/.test(text)
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text;
}
