import t from 'tap';
import { extensionOf, splitName } from '../src/core/name-parts.ts';
import { safeText } from '../src/library/safe-name.ts';
import { createRandom } from './simulator/random.ts';

/** Plain texts go a short way: it gives what the rule gives, which a mark that nobody sees makes of any text. */

const pieces =
  'a|B9|1995|é|.| |  |.mkv|.MKV|.7z|.toolong1|.s|.Sample.|.m3u|.minta.|:| : |/|?|*|"|\'|-|_|~|(|)|{|&|ſ|K|ı|\uff4d|\ufe0f|\t'.split(
    '|',
  );

function* texts(count: number): Generator<string> {
  const random = createRandom(7);
  const below = (limit: number) => Math.floor(random() * limit);
  for (let at = 0; at < count; at++)
    yield Array.from({ length: below(8) }, () => pieces[below(pieces.length)]).join('');
}

t.test('extensions', async (t) => {
  let plain = 0;
  for (const name of texts(20_000)) {
    const { base, extension } = splitName(`${name}\u200b`);
    const found = splitName(name);
    if (extension !== '') plain++;
    const same = extension === '' ? name : base;
    if (found.extension !== extension || found.base !== same || extensionOf(name) !== extension)
      t.fail(JSON.stringify(name), { found, base, extension });
  }
  t.ok(plain > 2000, `${plain} have one`);
});

t.test('safe texts', async (t) => {
  let unchanged = 0;
  for (const text of texts(20_000)) {
    const safe = safeText(text, 30);
    if (safe === text) unchanged++;
    if (safe !== safeText(`${text}\u200b`, 30)) t.fail(JSON.stringify(text), { safe });
  }
  t.ok(unchanged > 2000, `${unchanged} are safe as they are`);
});
