import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import t from 'tap';
import type { CatalogFile } from '../src/catalog/account/files.ts';
import { toFileId } from '../src/core/ids.ts';
import { silentLog } from '../src/core/log.ts';
import { createSidecarCache } from '../src/sidecars/sidecar-cache.ts';
import { createHandClock } from './fixtures/hand-clock.ts';
import { folder } from './fixtures/ids.ts';
import { type Setup, setup, signal } from './fixtures/setup.ts';
import { createPutAsideHere, readerHere } from './fixtures/sidecar-parts.ts';
import type { AccountFolder, FileSpec } from './simulator/simulator.ts';
import { spoken, srt } from './tables/spoken-lines.ts';

/** Side-cars over a host that answers from `contents`. */
function store(t: { testdir(): string }, contents: Record<string, Buffer | Error>, dir = t.testdir()) {
  const clock = createHandClock();
  const opened: string[] = [];
  const open = async (one: CatalogFile) => {
    opened.push(one.name);
    const content = contents[one.name] ?? new Error('no such file');
    if (content instanceof Error) throw content;
    return Readable.from([content.subarray(0, 3), content.subarray(3)]);
  };
  const sideCars = createSidecarCache({
    dir: join(dir, 'sidecars'),
    clock,
    log: silentLog,
    open,
    reader: readerHere,
    putAside: createPutAsideHere(),
    intervalMs: 0,
  });
  const fileOf = (name: string, sizeBytes = 10): CatalogFile => ({
    id: toFileId(name.replaceAll(/[^a-z0-9]/g, '')),
    folderId: folder(1),
    url: 'https://1fichier.com/?x',
    name,
    sizeBytes,
    sentAt: undefined,
    contentType: undefined,
    firstSeenAt: 0,
    missingSince: undefined,
  });
  return { sideCars, clock, opened, fileOf, dir };
}

t.test('a side-car is fetched and converted once, and known after a restart', async (t) => {
  const text = srt(...(spoken.fr ?? []));
  const contents = { 'a.srt': iconv.encode(text, 'windows-1252') };
  const one = store(t, contents);
  const a = one.fileOf('a.srt', contents['a.srt'].length);
  t.equal(await one.sideCars.find(a), undefined);
  t.equal(await one.sideCars.fetch(a, signal), 'fetched');
  const again = store(t, {}, one.dir);
  t.match(await again.sideCars.find(a), { form: 'text', language: 'fr' });
  t.equal((await again.sideCars.read(a)).toString(), text.replaceAll('\r\n', '\n'));
  t.equal(await again.sideCars.find({ ...a, sizeBytes: 1 }), undefined, 'another size is another content');
  t.strictSame(again.opened, []);
});

t.test('what another process fetched is seen', async (t) => {
  const one = store(t, { 'a.srt': Buffer.from(srt('Oui')), 'b.srt': Buffer.from(srt('Non')) });
  const two = store(t, {}, one.dir);
  await one.sideCars.fetch(one.fileOf('a.srt'), signal);
  t.ok(await two.sideCars.find(one.fileOf('a.srt')));
  t.notOk(await two.sideCars.find(one.fileOf('b.srt')));
});

t.test('a copy that an older version left is converted without a download', async (t) => {
  const one = store(t, {});
  const bytes = iconv.encode(srt(...(spoken.fr ?? [])), 'windows-1252');
  const a = one.fileOf('a.srt', bytes.length);
  mkdirSync(join(one.dir, 'sidecars'));
  writeFileSync(join(one.dir, 'sidecars', `${a.id}.${a.sizeBytes}`), bytes);
  t.equal(await one.sideCars.find(a), undefined, 'not yet');
  t.equal(await one.sideCars.fetch(a, signal), 'fetched');
  t.strictSame(one.opened, []);
  t.strictSame(readdirSync(join(one.dir, 'sidecars')), [`${a.id}.${a.sizeBytes}.text.fr`]);
});

t.test('what is no side-car is refused for good, what fails three times until the next start', async (t) => {
  const contents = { 'a.srt': Buffer.from('<html>busy</html>'), 'b.srt': new Error('reset') };
  const one = store(t, contents);
  t.equal(await one.sideCars.fetch(one.fileOf('a.srt'), signal), 'given up');
  for (const expected of ['failed', 'failed', 'given up', 'given up'])
    t.equal(await one.sideCars.fetch(one.fileOf('b.srt'), signal), expected);
  t.strictSame(one.opened, ['a.srt', 'b.srt', 'b.srt', 'b.srt']);
  const next = store(t, contents, one.dir);
  t.equal(await next.sideCars.fetch(one.fileOf('a.srt'), signal), 'given up');
  t.equal(await next.sideCars.fetch(one.fileOf('b.srt'), signal), 'failed');
  t.equal(
    await next.sideCars.fetch(one.fileOf('c.srt', 0), signal),
    'given up',
    'an empty one is not asked for',
  );
  t.strictSame(next.opened, ['b.srt']);
});

t.test('copies of files that left the library are removed', async (t) => {
  const one = store(t, {
    'a.srt': Buffer.from(srt('Oui')),
    'b.srt': Buffer.from(srt('Non')),
    'c.srt': Buffer.from(srt('Si')),
  });
  for (const name of ['a.srt', 'b.srt', 'c.srt']) await one.sideCars.fetch(one.fileOf(name), signal);
  await one.sideCars.sweep(
    async () =>
      new Map([
        [toFileId('asrt'), 10],
        [toFileId('csrt'), 11],
      ]),
  );
  t.strictSame(readdirSync(join(one.dir, 'sidecars')), ['asrt.10.text.-']);
  t.ok(await one.sideCars.find(one.fileOf('a.srt')));
  t.notOk(await one.sideCars.find(one.fileOf('b.srt')));
});

const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(60, 7)]);

const text = (name: string, content: Buffer | string): FileSpec => ({ name, content: Buffer.from(content) });

function account(): AccountFolder {
  const film: FileSpec = { name: 'Le.Bal.1983.mkv', content: { sizeBytes: 5000, seed: 1 } };
  const french = srt(...(spoken.fr ?? []));
  return {
    folders: [
      {
        name: 'Films',
        folders: [
          {
            name: 'Le Bal (1983)',
            files: [
              film,
              text('Le.Bal.1983.srt', iconv.encode(french, 'windows-1252')),
              text('Le.Bal.1983.en.srt', '<html>503</html>'),
              text('Le.Bal.1983.idx', '# VobSub\nid: de, index: 0\ntimestamp: 00:00:01:000, filepos: 0\n'),
              text('Le.Bal.1983.sub', Buffer.from([0, 0, 1, 0xba, 1, 2, 3])),
              text('folder.jpg', jpeg),
            ],
          },
        ],
        files: [text('folder.jpg', jpeg)],
      },
      {
        name: 'Séries',
        folders: [
          {
            name: 'Lupin',
            files: [text('poster.jpg', jpeg)],
            folders: [
              {
                name: 'Saison 1',
                files: [{ name: 'Lupin.S01E01.mkv', content: { sizeBytes: 5000, seed: 2 } }],
              },
            ],
          },
        ],
      },
    ],
  };
}

function besides(started: Setup): string[] {
  return readdirSync(started.libraryDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:srt|sub|idx|jpg)$/.test(name))
    .sort();
}

const bal = 'Movies/Le Bal (1983)';

t.test('from the host to the tree, and there to stay', async (t) => {
  const started = await setup(t, { simulator: { account: account() }, env: { PASSERELLE_ARTWORK: 'true' } });
  await started.sync();
  const all = [
    `${bal}/Le Bal (1983).de.idx`,
    `${bal}/Le Bal (1983).de.sub`,
    `${bal}/Le Bal (1983).fr.srt`,
    `${bal}/poster.jpg`,
    'Shows/Lupin/poster.jpg',
  ];
  t.strictSame(besides(started), all);
  t.equal(
    readFileSync(join(started.libraryDir, `${bal}/Le Bal (1983).fr.srt`), 'utf8'),
    srt(...(spoken.fr ?? [])).replaceAll('\r\n', '\n'),
  );
  t.same(readFileSync(join(started.libraryDir, `${bal}/poster.jpg`)), jpeg);

  const tokens = started.simulator.counters.tokens;
  const again = await started.sync({ full: true });
  t.match(again.tree.counts, { create: 0, update: 0, delete: 0, conflict: 0, failed: 0 });
  t.equal(started.simulator.counters.tokens, tokens, 'nothing is fetched twice, nor what was refused');

  started.simulator.account.removeFile('/Films/Le Bal (1983)/Le.Bal.1983.srt');
  const picture = { name: 'season01-poster.jpg', content: jpeg };
  started.simulator.account.addFile('/Séries/Lupin', picture);
  await started.sync();
  t.strictSame(
    besides(started),
    [...all, 'Shows/Lupin/season01-poster.jpg'],
    'gone at the host, and a new picture of a show',
  );
});

t.test('a subtitle beside a film in another folder of the same path is there to stay', async (t) => {
  const film = (name: string, seed: number): FileSpec => ({ name, content: { sizeBytes: 5000, seed } });
  const french = text('Le.Bal.1983.srt', srt(...(spoken.fr ?? [])));
  for (const inside of [false, true]) {
    const part = (...files: FileSpec[]) => (inside ? { folders: [{ name: 'Old', files }] } : { files });
    const started = await setup(t, {
      simulator: {
        account: {
          folders: [
            { name: 'Films', ...part(film('Le.Bal.1983.mkv', 1), film('Heat.1995.mkv', 2)) },
            { name: 'Films', ...part(french, film('Metropolis.1927.mkv', 3)) },
          ],
        },
      },
    });
    await started.sync();
    t.strictSame(besides(started), [`${bal}/Le Bal (1983).fr.srt`]);
    for (const full of [true, false])
      t.match((await started.sync({ full })).tree.counts, { create: 0, update: 0, delete: 0 });
    await started.bridge.publisher.titles(new Map([['', new Set(['movies/le bal (1983)'])]]));
    t.strictSame(besides(started), [`${bal}/Le Bal (1983).fr.srt`], 'when its title alone is laid out');
  }
});

t.test(
  'subtitles in a folder for each episode below Subs are found, when the episodes came first too',
  async (t) => {
    const episode = (n: number): FileSpec => ({
      name: `Lupin.S01E0${n}.mkv`,
      content: { sizeBytes: 5000, seed: n },
    });
    const french = text('2_French.srt', srt(...(spoken.fr ?? [])));
    const subs = (n: number) => ({ name: `Lupin.S01E0${n}`, files: [french] });
    const started = await setup(t, {
      simulator: {
        account: {
          folders: [
            {
              name: 'Séries',
              folders: [
                {
                  name: 'Lupin',
                  folders: [
                    {
                      name: 'Saison 1',
                      files: [episode(1), episode(2)],
                      folders: [{ name: 'Subs', folders: [subs(1)] }],
                    },
                  ],
                },
              ],
            },
          ],
        },
      },
    });
    await started.sync();
    const season = 'Shows/Lupin/Season 01/Lupin';
    t.strictSame(besides(started), [`${season} S01E01.fr.srt`]);
    const folder = '/Séries/Lupin/Saison 1/Subs/Lupin.S01E02';
    started.simulator.account.addFolder(folder);
    started.simulator.account.addFile(folder, french);
    await started.sync();
    t.strictSame(besides(started), [`${season} S01E01.fr.srt`, `${season} S01E02.fr.srt`]);
  },
);

t.test('another content under the same name reaches the tree, wherever it changed', async (t) => {
  const clock = createHandClock();
  const started = await setup(t, { simulator: { account: account(), clock }, overrides: { clock } });
  await started.sync();
  const french = join(started.libraryDir, `${bal}/Le Bal (1983).fr.srt`);
  const folder = '/Films/Le Bal (1983)';
  started.simulator.account.removeFile(`${folder}/Le.Bal.1983.srt`);
  const better = srt(...(spoken.fr ?? []), 'Fin.').replaceAll('\r\n', '\n');
  started.simulator.account.addFile(folder, { name: 'Le.Bal.1983.srt', content: Buffer.from(better) });
  await started.sync();
  t.equal(readFileSync(french, 'utf8'), better, 'uploaded anew: at once, not when the old one is forgotten');
  t.equal(besides(started).filter((name) => name.endsWith('.srt')).length, 1);
  await started.close();

  const copies = join(started.home, 'data/sidecars');
  const copy =
    readdirSync(copies).find((name) => name.endsWith(`.${Buffer.byteLength(better)}.text.fr`)) ?? '';
  writeFileSync(join(copies, copy), `${better}\n`);
  const next = await setup(t, { simulator: { account: account() }, home: started.home });
  await next.bridge.publisher.everything();
  t.equal(readFileSync(french, 'utf8'), `${better}\n`, 'a copy that is not what was written');
});

t.test('pictures stay where they are unless the setting says otherwise', async (t) => {
  const started = await setup(t, { simulator: { account: account() } });
  await started.sync();
  t.notOk(besides(started).some((name) => name.endsWith('.jpg')));
  t.equal(started.simulator.counters.tokens, 4);
});
