import { readFileSync } from 'node:fs';
import t from 'tap';
import type { Edits } from '../src/setup/settings-editor.ts';
import { openSettings } from './fixtures/settings-page.ts';

/** Two who look at the same settings, and enter what they want. */

t.test('two who look at the same settings: each changes his own, and of one the first counts', async (t) => {
  const { ask, file } = await openSettings(t, { hasKey: true });
  type Shown = { path: string; version: string; value: unknown };
  const look = async () => {
    const { settings }: { settings: Shown[] } = (await ask('GET', '/settings')).json;
    const versionOf = (path: string) => settings.find((one) => one.path === path)?.version ?? '';
    return (changes: Edits) => {
      const versions = Object.fromEntries(Object.keys(changes).map((path) => [path, versionOf(path)]));
      return ask('PATCH', '/settings', { versions, changes });
    };
  };
  const [one, other] = [await look(), await look()];
  const both = await Promise.all([one({ 'sync.trashDays': 7 }), other({ 'uploads.parallel': 3 })]);
  t.strictSame([both[0].status, both[1].status], [200, 200], 'different ones');
  t.match(await one({ 'cache.fileMiB': 45 }), { status: 200 }, 'and again, without another look');
  const same = await Promise.all([one({ 'log.level': 'debug' }), other({ 'log.level': 'warn' })]);
  t.strictSame([same[0].status, same[1].status], [200, 412], 'the same one');
  t.match(
    await other({ 'log.level': 'warn', 'media.intervalMs': 20_000 }),
    { status: 412 },
    'all or nothing',
  );
  t.equal((await other({ 'uploads.trashDays': 1 })).status, 200);
  const unknown = { versions: { 'no.such': 'x' }, changes: { 'log.level': 'warn' } };
  t.equal((await ask('PATCH', '/settings', unknown)).status, 412);
  t.match(await (await look())({ 'log.level': 'warn' }), { status: 200 }, 'who looked again may');
  t.match(readFileSync(file, 'utf8'), /level: warn/);
});
