import type { Recognition } from '../../../src/naming/recognise.ts';
import { compare, type Reader } from '../../fixtures/score.ts';
import { animeForms } from './anime.ts';
import { createCasts } from './cast.ts';
import { episodeForms } from './episodes.ts';
import { filmForms } from './films.ts';
import { folderForms } from './folders.ts';
import type { Form, MadeFile } from './form.ts';
import { homeWordForms } from './home-words.ts';
import type { LanguageCode } from './language.ts';
import { languages } from './languages.ts';
import { mixForms } from './mixes.ts';
import { oddForms } from './oddities.ts';
import { packForms } from './packs.ts';

export const forms: readonly Form[] = [
  ...filmForms,
  ...episodeForms,
  ...folderForms,
  ...oddForms,
  ...animeForms,
  ...packForms,
  ...mixForms,
  ...homeWordForms,
];

/** A name, or the files of one folder, made in one form and one language. */
export interface MadeName {
  form: Form;
  language: LanguageCode;
  files: readonly MadeFile[];
}

/** So many names of every form in every language of its own; the same ones for the same seed. */
export function makeNames(perCell: number, seed = 1): MadeName[] {
  return forms.flatMap((form, at) =>
    languages
      .filter(({ code }) => form.only === undefined || form.only.includes(code))
      .flatMap((language, nth) => {
        const cast = createCasts(language, seed * 100_003 + at * 101 + nth, form.plain === true);
        // Pieces that are drawn one by one are many more than a form has.
        return Array.from({ length: perCell * (form.style === 'mix' ? 5 : 1) }, () => ({
          form,
          language: language.code,
          files: [form.make(cast())].flat(),
        }));
      }),
  );
}

/** What is wrong with it, in words; undefined when every file of it is read as it was made. */
export function wrongIn({ files }: MadeName, reader: Reader): string | undefined {
  const paths = files.map(({ path }) => path);
  const [only] = paths;
  const answers: Recognition[] =
    paths.length === 1 && only !== undefined
      ? [reader.recognise(only)]
      : reader.recogniseFolder(
          paths,
          files.map(({ sizeBytes }) => sizeBytes),
        );
  for (const [at, { path, expect }] of files.entries()) {
    const got = answers[at] as Recognition;
    const wrong = compare(expect, got);
    if (wrong.length === 0) continue;
    const { kind, title, year, season, episodes, date, part } = got;
    const read = JSON.stringify({ kind, title, year, season, episodes, date, part });
    return `${path}: ${wrong.join(', ')}; ${JSON.stringify(expect)}, got ${read}`;
  }
  return undefined;
}
