import { splitName } from '../core/name-parts.ts';

/** What can be no name of one segment of a path, or none in XML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const unfit = /[/\u0000-\u001f\u007f\ufffe\uffff]/g;

function isFit(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.isWellFormed() && name.search(unfit) < 0;
}

/** The name that an entry of the account is shown under: its own, or with its id when that is taken or cannot be shown. */
export function shownName({ name, id, isTwin }: { name: string; id: string; isTwin: boolean }): string {
  return isTwin || !isFit(name) ? nameWithId(name, id) : name;
}

/** `Film (abc12).mkv` */
export function nameWithId(name: string, id: string): string {
  const fit = name.toWellFormed().replace(unfit, '_');
  const { base } = splitName(fit);
  return `${base} (${id})${fit.slice(base.length)}`.trimStart();
}

/** The id in such a name. */
export function readNameWithId(name: string): string | undefined {
  return / ?\(([a-z0-9_-]{1,128})\)$/i.exec(splitName(name).base)?.[1];
}

/**
 * A name or path as it was asked for, then in both forms of its accents (Unicode Standard Annex 15): Macs ask in one
 * form for what was listed to them in the other.
 */
export function formsOf(text: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has one form
  if (/^[\u0000-\u007f]*$/.test(text)) return [text];
  return [...new Set([text, text.normalize('NFC'), text.normalize('NFD')])];
}
