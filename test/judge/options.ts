import { join } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** The folder of the shared corpora. */
  shared: string;
  /** Words, of which a set's (or a form's) name holds one; all when empty. */
  only: string[];
  wrong: boolean;
  /** What to compare with: a commit, or a file that `json` wrote; the last other commit when undefined. */
  against: string | undefined;
  json: string | undefined;
  /** A document into which the tables are written. */
  docs: string | undefined;
  /** Rules that are switched off. */
  without: string[];
  /** What is done in the place of judging the corpora, or beside it. */
  parts: readonly Part[];
  /** Names of each form in each language. */
  perCell: number;
}

export type Part = 'corpora' | 'forms' | 'siblings' | 'speed' | 'ablate' | 'rules';

export const help = `npm run names -- [CORPORA] [options]

Judges what names are read as: the sets of test/names, and those in the folder CORPORA (default: PASSERELLE_CORPORA, or
../shared/corpora beside the checkout). Ends with 1 where the exceptions are not in order, 2 after wrong use.

  --only WORD       sets, or forms, whose names hold the word; may be given several times
  --wrong           every wrong row: what it should be and what it is
  --against WHAT    the commit, or the file that --json wrote, to compare with (default: the last commit that reads
                    names in another way than they are read here)
  --without RULE    read without this rule, and compare with all rules; may be given several times
  --docs FILE       writes the tables into a document (docs/naming.md)
  --json FILE       the result for machines, and for --against

In the place of the corpora:
  --forms           names made in every form and language (--per-cell N of each, default 20)
  --siblings        names in mixed folders: what the other files of a folder mend, and what they spoil
  --speed           names a second beside the library alone, and the slowest name
  --ablate          what every rule gives and costs (minutes; --only RULE for some)
  --rules           the names of all rules
  --all             corpora, forms, siblings and speed`;

/** @throws Error with words for a person */
export function readOptions(args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const many = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{
        only: many,
        without: many,
        against: text,
        json: text,
        docs: text,
        'per-cell': text,
        wrong: flag,
        all: flag,
      },
      ...{ forms: flag, siblings: flag, speed: flag, ablate: flag, rules: flag },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return undefined;
  const perCell = Number(values['per-cell'] ?? 20);
  if (!Number.isInteger(perCell) || perCell < 1) throw new Error('--per-cell takes a number from 1 on');
  const asked = (['forms', 'siblings', 'speed', 'ablate', 'rules'] as const).filter((part) => values[part]);
  const parts: readonly Part[] = values.all
    ? ['corpora', 'forms', 'siblings', 'speed']
    : asked.length > 0
      ? asked
      : ['corpora'];
  return {
    shared:
      positionals[0] ??
      process.env.PASSERELLE_CORPORA ??
      join(import.meta.dirname, '../../../shared/corpora'),
    only: values.only ?? [],
    wrong: values.wrong ?? false,
    against: values.against,
    json: values.json,
    docs: values.docs,
    without: values.without ?? [],
    parts,
    perCell,
  };
}
