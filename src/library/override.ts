import { z } from 'zod';
import type { ProviderIds, Recognition } from '../naming/text/recognition.ts';
import { kindNames, unfitFields } from './override-fields.ts';

const id = (pattern: RegExp, right: string) => z.string().refine((text) => pattern.test(text), right);

/** What a person may say of a file, or of a folder and all below it. */
export const overrideShape = z
  .strictObject({
    as: z.enum(['movie', 'episode', 'extra', 'ignore']),
    title: z.string().trim().min(1).max(200),
    year: z.int().min(1870).max(2100),
    season: z.int().min(0).max(9999),
    episodes: z.array(z.int().min(0).max(99_999)).min(1).max(300),
    date: z.iso.date(),
    edition: z.string().trim().min(1).max(60),
    ids: z
      .strictObject({
        tmdb: id(/^\d{1,10}$/, 'must be digits, such as 603'),
        imdb: id(/^tt\d{5,10}$/, 'must be tt and digits, such as tt0133093'),
        tvdb: id(/^\d{1,10}$/, 'must be digits, such as 81189'),
      })
      .partial(),
  })
  .partial();

const shape = overrideShape
  .refine((value) => Object.keys(value).length > 0, 'nothing is said')
  .superRefine((value, context) => {
    const kind = value.as ?? '';
    for (const field of unfitFields[kind] ?? [])
      if (value[field] !== undefined)
        context.addIssue({ code: 'custom', message: `${kindNames[kind]} has no ${field}` });
  });

export type Override = z.infer<typeof shape>;

/** @returns the override, or what is wrong with it in one line */
export function readOverride(raw: unknown): Override | { wrong: string } {
  const read = shape.safeParse(raw);
  if (read.success) return read.data;
  return { wrong: [...new Set(read.error.issues.flatMap(faultsOf))].join('; ') };
}

/** What would be right, as the end of the sentence "... must be". */
const right: Readonly<Record<string, string>> = {
  as: 'movie, episode, extra or ignore',
  title: 'text of at most 200 letters',
  year: 'a number from 1870 to 2100',
  season: 'a number from 0 to 9999 (0 = specials)',
  episodes: 'numbers from 0 to 99999',
  date: 'a day such as 2024-05-31',
  edition: 'text of at most 60 letters',
  ids: 'such as tmdb-603, tvdb-81189 or imdb-tt0133093',
};

/** In our own words: those of the library are for programmers. */
function faultsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
    return issue.keys.map(
      (name) => `${name} is nothing that can be said; known are ${Object.keys(right).join(', ')}`,
    );
  const name = String(issue.path[0] ?? '');
  if (name in right) return [`${name} must be ${right[name]}`];
  return [
    issue.code === 'custom'
      ? issue.message
      : 'an object is expected, such as {"title": "Alien", "year": 1979}',
  ];
}

/** An override and what it stands on. */
export interface Said {
  of: 'file' | 'folder';
  override: Override;
}

/** What a person said outranks everything that was read. @param said the nearest last */
export function applyOverrides(recognition: Recognition, said: readonly Said[]): Recognition {
  return said.reduce(applyOne, recognition);
}

function applyOne(before: Recognition, { of, override }: Said): Recognition {
  const { as, episodes, ids, ...fields } = override;
  if (before.kind === 'ignored' && of === 'folder') return before;
  const result: Recognition = { ...before, reasons: [...before.reasons], confidence: 1 };
  const say = (field: string) => result.reasons.push(`${field}: you said so (${of})`);
  for (const name of Object.keys(override)) say(name === 'as' ? 'kind' : name);
  Object.assign(result, fields);
  if (episodes) {
    result.episodes = [...new Set(episodes)].sort((a, b) => a - b);
    delete result.absolute;
  }
  if (ids) result.ids = { ...result.ids, ...(ids as ProviderIds) };
  const kind = as ?? impliedKind(before, override);
  if (kind === 'ignore') result.kind = 'ignored';
  else result.kind = kind;
  if (kind === 'movie')
    for (const name of ['season', 'episodes', 'absolute', 'date'] as const) delete result[name];
  if (kind === 'extra') result.extra ??= 'unknown';
  else delete result.extra;
  return result;
}

function impliedKind(
  { kind }: Recognition,
  { season, episodes, date, title }: Override,
): Recognition['kind'] {
  if (kind === 'extra' || kind === 'ignored') return kind;
  if (season !== undefined || episodes || date !== undefined) return 'episode';
  return kind === 'unknown' && title !== undefined ? 'movie' : kind;
}
