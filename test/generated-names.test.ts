import t from 'tap';
import { ourReader } from './fixtures/score.ts';
import { forms, makeNames, wrongIn } from './judge/made/made.ts';

/**
 * Names made in every form and language (`npm run names -- --forms` makes many more). A form is right as a whole; the share
 * is given for those that are not yet. Shares only ever rise.
 */
const floors: Record<string, number> = {};
const perCell = 1;

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
