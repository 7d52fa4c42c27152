import t from 'tap';
import { ourReader } from './fixtures/score.ts';
import { forms, makeNames, wrongIn } from './judge/made/made.ts';

/**
 * Names made in every form and language (`npm run names -- --forms` makes many more). A form is right as a whole; the share
 * is given for those that are not yet. Shares only ever rise.
 */
const floors: Record<string, number> = {
  'film: edition before the language, no year': 0.85,
  'film: its title is words of editions': 0.49,
  'film: a site and a dash before it': 0.85,
  'film: called like an extra, alone': 0.74,
  'episode: language before S02E05': 0.66,
  'episode: own title is Episode 57': 0.78,
  'episode: own title speaks of trailers and bonus': 0.85,
  'episode: a site before it': 0.92,
  'whole season: - Season 2': 0.85,
  'whole seasons: Season 01 - Season 05': 0.78,
  'folder: Show/Season 2/Show - 05': 0.92,
  'folder: Show/Season 2/Episode 5': 0.85,
  'folder: Show/Season2/05, glued': 0.85,
  'folder: Show - Season 2/05': 0.85,
  'folder: season at the root, no folder of series': 0.92,
  'day: 2024.05.13, 13.05.2024': 0.92,
  'day: 20240513 Ep5120, 240513': 0.78,
  'anime: folder of the season, [group] title - 05': 0.92,
};
const perCell = 2;

t.test('a form is right in every language', async (t) => {
  const wrong = Map.groupBy(
    makeNames(perCell).map((made) => ({ made, fault: wrongIn(made, ourReader) })),
    ({ made }) => made.form,
  );
  t.equal(wrong.size, forms.length, 'every form is made');
  t.strictSame(
    Object.keys(floors).filter((name) => !forms.some((form) => form.name === name)),
    [],
    'floors are those of forms',
  );
  for (const [form, all] of wrong) {
    const faults = all.flatMap(({ fault }) => fault ?? []);
    const share = 1 - faults.length / all.length;
    t.ok(share >= (floors[form.name] ?? 1), `${form.name}: ${(share * 100).toFixed(0)} %`, {
      faults: faults.slice(0, 5),
    });
  }
});

t.test('names are the same for the same seed', async (t) => {
  const paths = (seed: number) => makeNames(1, seed).flatMap(({ files }) => files.map(({ path }) => path));
  t.strictSame(paths(3), paths(3));
  t.notSame(paths(3), paths(4));
  t.equal(new Set(forms.map(({ name }) => name)).size, forms.length, 'no two forms have one name');
});
