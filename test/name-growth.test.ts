import t from 'tap';
import { extraTitleKey, nearbyTitles } from '../src/library/extra-title.ts';
import { indexNeighbours, layoutTitle, titleKey } from '../src/library/layout.ts';
import { readFolder } from '../src/naming/folders/folders.ts';
import { isVideo, recognise, recogniseFolder } from '../src/naming/recognise.ts';
import { hostilePieces } from './fixtures/hostile-names.ts';
import { file } from './fixtures/laid-out.ts';

/** How much longer something may take that is four times as long: twice 2.5 times. */
const maxGrowth = 2.5 ** 2;
/** Below that there is nothing to compare: collecting garbage takes as long. */
const floorMs = 1;

/** Milliseconds of processor time: a busy machine does not count. */
function cpuMs(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Whether four times the size takes more than {@link maxGrowth} times as long, each time that it is looked at. */
function growsTooFast(at: (size: number) => () => unknown, size: number): string | undefined {
  const [small, large] = [at(size), at(4 * size)];
  let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  // The best of some: collecting garbage may fall into any one of them.
  for (let looks = 0; looks < 15; looks++) {
    largeMs = Math.min(largeMs, cpuMs(large));
    if (largeMs <= floorMs) return undefined;
    smallMs = Math.min(smallMs, cpuMs(small));
    if (looks > 0 && largeMs <= maxGrowth * smallMs) return undefined;
  }
  return `${smallMs} ms, four times as long ${largeMs} ms`;
}

const long = (piece: string, length: number) => piece.repeat(length).slice(0, length);
const frames: readonly ((text: string) => string)[] = [
  (text) => `${text}z`,
  (text) => `[a] Show ${text} S01E01.1080p`,
  (text) => `Saison 1 - ${text}`,
];

/** Every way that a name takes through the code. */
const readers: Record<string, (name: string) => unknown> = {
  'a name': (name) => recognise(`/Films/${name}.mkv`),
  'both, among series': (name) => recognise(`/Series/${name}/${name}.mkv`),
  'what a folder is': (name) => readFolder(`${Math.random()} ${name}`),
  'whose an extra is': (name) =>
    extraTitleKey(`${name}-trailer.mkv`, nearbyTitles([{ title: name, titleKey: 'a' }]), false),
};

for (const [what, read] of Object.entries(readers))
  t.test(`${what} of four times the length takes about four times the time, whatever is in it`, async (t) => {
    for (const piece of hostilePieces) read(long(piece, 240));
    const slow = hostilePieces.flatMap((piece) =>
      frames.flatMap((frame) => {
        const growth = growsTooFast((size) => () => read(frame(long(piece, size))), 55);
        return growth ? [`${frame(piece)}: ${growth}`] : [];
      }),
    );
    t.same(slow, []);
  });

/** Names of many files of one folder, each made to be compared with all of the others. */
const folders: Record<string, (n: number) => string> = {
  'numbers in brackets': (n) => `${long(`第${n}[`, 200)}.mkv`,
  'one episode': (n) => `Show.S01E01.${n}.mkv`,
  'shows of three episodes': (n) => `Show ${n >> 2}x.S01E0${n % 4}.mkv`,
  'shows and films': (n) => (n % 2 ? `Show ${n >> 4}a.S01E0${(n >> 1) % 8}.mkv` : `Film b${n} (2010).mkv`),
  'titles that begin alike': (n) => `${'a'.repeat(n % 200)}.S01E01.mkv`,
  samples: (n) => `sample-${n}.mkv`,
  numbers: (n) => `${n} - ${n + 1} - ${n + 2} Titre ${n} 1 2 3.mkv`,
  'one number': (n) => `Show 104 - ${'x'.repeat(n % 50)}${n}.mkv`,
  'words behind a number': (n) => `S02E05 - Titre ${n}.mkv`,
  discs: (n) => `VTS_01_${n % 10} (${n}).vob`,
};

for (const [what, nameOf] of Object.entries(folders))
  t.test(`a folder of four times as many files takes about four times the time: ${what}`, async (t) => {
    const paths = (count: number) => Array.from({ length: count }, (_, n) => `/Vrac/${nameOf(n)}`);
    recogniseFolder(paths(100));
    const growth = growsTooFast((count) => {
      const some = paths(count);
      return () => recogniseFolder(some);
    }, 60);
    t.equal(growth, undefined);
  });

/** The same, laid out in the tree. */
const laidOut: Record<string, (n: number) => string> = {
  'subtitles of many shows': (n) =>
    n % 2 ? `show${n >> 4}.1x0${(n >> 1) % 8}.fr.srt` : `Show${n >> 4}.S01E0${(n >> 1) % 8}.720p.mkv`,
  'subtitles of one show': (n) => (n % 2 ? `x.${n >> 1}.fr.srt` : `Show.S01E${n >> 1}.mkv`),
  'films and their subtitles': (n) => `Film b${n >> 1} (2010).${n % 2 ? 'fr.srt' : 'mkv'}`,
};

for (const [what, nameOf] of Object.entries(laidOut))
  t.test(`four times as many files are laid out in about four times the time: ${what}`, async (t) => {
    const growth = growsTooFast((count) => {
      const files = Array.from({ length: count }, (_, n) => file(`/Vrac/${nameOf(n)}`));
      const videos = files
        .filter(({ name }) => isVideo(name))
        .map((one) => ({ file: one, recognition: recognise(one.path) }));
      const titles = Map.groupBy(videos, (one) => titleKey(one.file, one.recognition));
      return () => {
        const neighbours = indexNeighbours(files);
        for (const items of titles.values()) layoutTitle(items, neighbours);
      };
    }, 800);
    t.equal(growth, undefined);
  });

t.test('four times as many trailers find their films in about four times the time', async (t) => {
  const growth = growsTooFast((count) => {
    const films = Array.from({ length: count }, (_, n) => ({ title: `Film b${n}`, titleKey: `movies/${n}` }));
    return () => {
      const near = nearbyTitles(films);
      for (const { title } of films) extraTitleKey(`${title} (2010)-trailer.mkv`, near, false);
    };
  }, 400);
  t.equal(growth, undefined);
});
