import t from 'tap';
import type { CatalogFile } from '../src/catalog/account/files.ts';
import { BridgeError } from '../src/core/errors.ts';
import { toFileId, toFolderId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createSidecarFetcher } from '../src/sidecars/sidecar-fetcher.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { signal } from './fixtures/setup.ts';

const fileOf = (name: string): CatalogFile => ({
  id: toFileId(name.replaceAll(/[^a-z0-9]/g, '')),
  folderId: toFolderId('1'),
  url: 'https://1fichier.com/?x',
  name,
  sizeBytes: 10,
  sentAt: undefined,
  contentType: undefined,
  firstSeenAt: 0,
  missingSince: undefined,
});

t.test('texts come before pictures; a lock or the end of the time leaves the rest for later', async (t) => {
  const clock = createHandClock();
  const asked: string[] = [];
  const published: string[] = [];
  let lock = true;
  const sideCars = {
    fetch: async ({ name }: CatalogFile) => {
      asked.push(name);
      await clock.sleep(10_000);
      if (name === 'c.srt' && lock)
        throw new BridgeError('BRIDGE_GATE_CLOSED', { retryAt: clock.now() + 1000 });
      return 'fetched' as const;
    },
    rest: async () => undefined,
  };
  const fetchSideCars = createSidecarFetcher({ sideCars, clock, log: silentLog });
  const names = ['poster.jpg', 'a.srt', 'b.srt', 'c.srt'];
  const run = {
    signal,
    forMs: 20_000,
    publish: async (titles: ReadonlyMap<string, Set<string>>) =>
      void published.push(...(titles.get('') ?? [])),
  };
  const first = fetchSideCars(
    names.map((name) => ({ file: fileOf(name), tree: '', titleKey: name })),
    run,
  );
  await clock.advance(60_000);
  t.equal(await first, 20_000);
  t.strictSame(published, ['a.srt', 'b.srt']);
  const second = fetchSideCars([], run);
  await clock.advance(60_000);
  t.equal(await second, 10_000);
  lock = false;
  const third = fetchSideCars([], run);
  await clock.advance(60_000);
  await third;
  t.strictSame(published, ['a.srt', 'b.srt', 'c.srt', 'poster.jpg']);
  t.strictSame(asked, ['a.srt', 'b.srt', 'c.srt', 'c.srt', 'poster.jpg']);
});

t.test('a film of many subtitles is laid out a few times, and with all of them at the end', async (t) => {
  /** Laying out takes as long as the film has subtitles. */
  const layOutsOf = async (count: number) => {
    const clock = createHandClock();
    let [fetched, laidOut, times] = [0, 0, 0];
    const sideCars = {
      fetch: async () => {
        await clock.sleep(100);
        fetched++;
        return 'fetched' as const;
      },
      rest: async () => undefined,
    };
    const publish = async () => {
      times++;
      laidOut = fetched;
      await clock.sleep(count);
    };
    const ofFilm = (n: number) => ({ file: fileOf(`${n}.srt`), tree: '', titleKey: 'film' });
    const fetchSideCars = createSidecarFetcher({ sideCars, clock, log: silentLog });
    const done = fetchSideCars(
      Array.from({ length: count }, (_, n) => ofFilm(n)),
      {
        signal,
        forMs: Number.POSITIVE_INFINITY,
        publish,
      },
    );
    await clock.advance(count * 200);
    await done;
    t.equal(laidOut, count);
    return times;
  };
  const [few, twice] = [await layOutsOf(500), await layOutsOf(1000)];
  t.ok(few <= 11, `${few} times for 500`);
  t.ok(twice <= 2 * few, `${twice} times for 1,000, of which each takes twice as long`);
});

t.test('of two who fetch at one time each fetches his own, and no file is fetched twice', async (t) => {
  const clock = createHandClock();
  const asked: string[] = [];
  const published = { long: new Set<string>(), short: new Set<string>() };
  let rests = 0;
  const sideCars = {
    fetch: async ({ name }: CatalogFile) => {
      asked.push(name);
      await clock.sleep(10_000);
      return 'fetched' as const;
    },
    rest: async () => void rests++,
  };
  const fetchSideCars = createSidecarFetcher({ sideCars, clock, log: silentLog });
  const wanted = (...names: string[]) =>
    names.map((name) => ({ file: fileOf(name), tree: '', titleKey: name }));
  const runOf = (whose: keyof typeof published, forMs: number) => ({
    signal,
    forMs,
    publish: async (titles: ReadonlyMap<string, Set<string>>) => {
      for (const key of titles.get('') ?? []) published[whose].add(key);
    },
  });
  const long = fetchSideCars(
    wanted('a.srt', 'b.srt', 'c.srt', 'd.srt'),
    runOf('long', Number.POSITIVE_INFINITY),
  );
  const short = fetchSideCars(wanted('d.srt', 'new.srt'), runOf('short', 60_000));
  await clock.advance(20_000);
  t.equal(await short, 20_000, 'it does not wait for what others want');
  t.equal(rests, 0, 'somebody reads still');
  await clock.advance(60_000);
  await long;
  t.strictSame(asked.toSorted(), ['a.srt', 'b.srt', 'c.srt', 'd.srt', 'new.srt']);
  t.strictSame([...published.long.union(published.short)].sort(), asked.toSorted());
  t.equal(rests, 1);
});
