import { toFileId } from '../../src/core/ids.ts';
import type { Item, LibraryFile } from '../../src/library/layout.ts';
import type { ProviderIds, Recognition } from '../../src/naming/text/recognition.ts';
import { createRandom } from '../simulator/random.ts';
import { makeTitle } from './titles.ts';

/** One title, and all that the account holds of it. */
export interface Case {
  kind: 'movie' | 'episode';
  title: string;
  year: number | undefined;
  ids: ProviderIds | undefined;
  /** Each is the files of one version in the order of their parts. */
  versions: Item[][];
  extras: Item[];
  /** Files beside, and the video that each belongs to. */
  texts: Map<LibraryFile, Item>;
  /** How many of the versions stood in the tree before the others came. */
  standing: number;
}

const resolutions = ['2160p', '1080p', '720p', '576p', '480p', '1080i', undefined];
const sources = ['BluRay', 'WEB-DL', 'DVDRip', 'DVD', 'HDTV', undefined];
const editions = ['Director’s Cut', 'Extended', 'Part 2', 'Version longue', 'Remastered 2005', 'E01'];
const languages = [['VFF'], ['VOSTFR'], ['MULTi'], ['fr', 'en'], ['PT'], undefined];
const groups = [
  'GRP',
  'AB',
  'A',
  'B',
  'D',
  '4',
  'E5',
  'X264',
  'CD1',
  '2001',
  '.dot',
  'sample',
  'trailer',
  'S01E02',
  undefined,
];
const oddIds = [
  ...[
    '2019abcd',
    '2019',
    '19',
    '1984x',
    's01e02x',
    '5x12e1',
    '1x02x0',
    '12e34',
    'e05x',
    'x5',
    'ep7q',
    '1080p',
  ],
  ...[
    'season1',
    'part',
    'cd',
    'v',
    '2160p1080p',
    '20240531',
    '01',
    'a2024',
    'sample',
    'trailer',
    'tt1234567',
    '3d',
  ],
];
const kinds = [
  'trailer',
  'featurette',
  'interview',
  'deletedscene',
  'behindthescenes',
  'short',
  'clip',
  'unknown',
];
const numbers = [1, 603, 1930, 1984, 2012, 19_995, 205_596, 1_234_567];

/** Titles, the same for the same seed. */
export function* makeCases(seed: number): Generator<Case> {
  const random = createRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const chance = (share: number) => random() < share;
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  // The host's ids are of letters and digits; a short one is more often like something else, and some are on purpose.
  const fileId = (n: number) =>
    toFileId(
      (chance(0.2)
        ? pick(oddIds)
        : Array.from({ length: chance(0.5) ? 20 : 5 }, () => pick([...letters])).join('')) + n,
    );

  let n = 0;
  function item(fields: Partial<Recognition> & Pick<Recognition, 'kind'>, folder: string): Item {
    const name = `${fields.extra ? `${pick(['Interview', 'Extras', 'making.of', 'Bonus-trailer', 'été 1'])} ${n}` : `v${n}`}.mkv`;
    const file = { fileId: fileId(n++), path: `${folder}/${name}`, name, sizeBytes: 1000 };
    return { file, recognition: { path: file.path, confidence: 1, reasons: [], ...fields } };
  }

  function ids(): ProviderIds | undefined {
    const some: ProviderIds = {
      ...(chance(0.6) && { tmdb: String(pick([...numbers, 1 + below(900_000)])) }),
      ...(chance(0.3) && { imdb: `tt${String(1_000_000 + below(9_000_000))}` }),
      ...(chance(0.3) && { tvdb: String(pick([...numbers, 70_000 + below(400_000)])) }),
    };
    return chance(0.4) || Object.keys(some).length === 0 ? undefined : some;
  }

  /** What tells versions apart; `[{}, {}]` when nothing does. */
  function variants(count: number): Partial<Recognition>[] {
    const isBare = chance(0.1);
    return Array.from({ length: count }, () => {
      if (isBare) return chance(0.5) ? { version: 1 + below(3) } : {};
      const [resolution, source, language, group] = [
        pick(resolutions),
        pick(sources),
        pick(languages),
        pick(groups),
      ];
      return {
        ...(resolution && { resolution }),
        ...(source && chance(0.5) && { source }),
        ...(chance(0.2) && { edition: pick(editions) }),
        ...(language && chance(0.5) && { languages: language }),
        ...(group && chance(0.5) && { group }),
        ...(chance(0.1) && { version: 2 + below(2) }),
      };
    });
  }

  function slot(isDaily: boolean, season: number): Partial<Recognition> {
    if (isDaily) return { date: `20${10 + below(15)}-0${1 + below(9)}-1${below(10)}` };
    const first = chance(0.1) ? 1000 + below(200) : 1 + below(120);
    const length = first < 990 && chance(0.3) ? 2 + below(5) : 1;
    const all = Array.from({ length }, (_, i) => first + i);
    const episodes = length > 2 && chance(0.3) ? all.filter((_, i) => i !== 1) : all;
    return { season, episodes, ...(first >= 1000 && { absolute: first }) };
  }

  for (let at = 0; ; at++) {
    const kind = chance(0.55) ? 'movie' : 'episode';
    const title = makeTitle(pick, at);
    // A name alone cannot tell a year in a title from the year of the title.
    const needsYear = /.[^\p{L}\p{N}](?:19|20)\d\d(?!\d)/u.test(title);
    const year = needsYear || chance(0.7) ? 1920 + below(110) : undefined;
    const known = { title, ...(year && { year }) };
    const own = ids();
    const all = { ...known, ...(own && { ids: own }) };
    const folder = `/F/${at}`;
    const versions: Item[][] = [];
    if (kind === 'movie') {
      const many = chance(0.5) ? 1 : 2 + below(3);
      const inParts = chance(0.12);
      for (const [i, variant] of variants(many).entries()) {
        // Parts of versions that nothing tells apart are nobody's parts.
        const apart = inParts && many > 1 ? { ...variant, languages: [`L${i}`] } : variant;
        const parts = inParts && (i === 0 || chance(0.7)) ? 2 + below(2) : 1;
        versions.push(
          Array.from({ length: parts }, (_, p) =>
            item({ kind, ...all, ...apart, ...(parts > 1 && { part: p + 1 }) }, folder),
          ),
        );
      }
    } else {
      const isDaily = chance(0.15);
      const slots = new Map<string, Partial<Recognition>>();
      for (let i = 1 + below(3); i > 0; i--) {
        const one = slot(isDaily, chance(0.15) ? 0 : 1 + below(30));
        slots.set(JSON.stringify([one.season, one.episodes, one.date]), one);
      }
      for (const one of slots.values())
        for (const variant of variants(chance(0.6) ? 1 : 2 + below(3)))
          versions.push([item({ kind, ...all, ...one, ...variant }, folder)]);
    }
    const extras = Array.from({ length: chance(0.2) ? 1 + below(3) : 0 }, () =>
      item({ kind: 'extra', extra: pick(kinds) }, `${folder}/Bonus`),
    );
    const texts = new Map<LibraryFile, Item>();
    for (const one of versions.flat()) {
      if (!chance(0.15)) continue;
      const name = `${one.file.name.slice(0, -4)}.fr.srt`;
      texts.set(
        { fileId: toFileId(`s${one.file.fileId}`), path: `${folder}/${name}`, name, sizeBytes: 100 },
        one,
      );
    }
    const standing = versions.length > 1 && chance(0.25) ? 1 + below(versions.length - 1) : 0;
    yield { kind, title, year, ids: own, versions, extras, texts, standing };
  }
}
