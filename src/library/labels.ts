import type { FileId } from '../core/ids.ts';
import { atOnce } from '../core/yield-often.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import type { Item } from './entries.ts';
import { labelWords, type MediaFacts } from './media-facts.ts';
import type { Profile } from './profiles.ts';
import { foldedPath, safeLabel } from './safe-name.ts';

const maxLabelBytes = 44;

type Read = (recognition: Recognition, facts?: MediaFacts) => string | undefined;
const resolution: Read = (r) => [r.resolution, r.hdr].filter(Boolean).join(' ');
const edition: Read = (r) => r.edition;
/** In this order; the resolution leads, because Jellyfin sorts versions by it (facts/media-servers 2.1). */
const aspects: readonly Read[] = [
  resolution,
  (r) => r.source,
  edition,
  (r) => r.languages?.join(' '),
  (r) => r.group,
  // Where names say nothing, what the headers say.
  (r, facts) => facts && (r.resolution ? undefined : labelWords(facts).join(' ')),
];

/**
 * Labels that keep the versions of one film or episode apart: resolution, source, edition, language, group, what the
 * headers say, as many as are needed; the version where one file replaces another, and the file id where nothing else differs. One item gets ''. Depends on the set only, not on the order.
 */
export function labelVersions(items: readonly Item[], profile: Profile, saysAll = false): Map<Item, string> {
  return atOnce(labelInSteps(items, profile, saysAll));
}

/** The same in short steps. */
export function* labelInSteps(
  items: readonly Item[],
  profile: Profile,
  saysAll = false,
): Generator<undefined, Map<Item, string>> {
  if (items.length === 1) return new Map([[items[0] as Item, '']]);
  // Where an edition has a tag of its own in the name, that keeps the files apart; it is not said twice.
  const usable = profile.editionTag ? aspects.filter((aspect) => aspect !== edition) : aspects;
  let used: Read[] = [];
  let labels = yield* joinAll(items, used);
  for (const aspect of usable) {
    const more = yield* joinAll(items, [...used, aspect]);
    if (!saysAll && distinct(more) <= distinct(labels)) continue;
    used = [...used, aspect];
    labels = more;
  }
  if (!used.includes(resolution)) labels = yield* joinAll(items, [resolution, ...used]);
  // Which edition it is tells a person more than that it is another file.
  if (!profile.editionTag && !used.includes(edition) && items.some(({ recognition }) => recognition.edition))
    labels = yield* joinAll(items, [...(used.includes(resolution) ? used : [resolution, ...used]), edition]);
  for (const alike of collisions(labels)) tellReplaced(alike, labels);
  yield;
  for (const alike of collisions(labels))
    for (const item of alike) {
      labels.set(item, `${labels.get(item)} ${idLabel(item.file.fileId)}`.trim());
      yield;
    }
  for (const [item, label] of labels) {
    labels.set(item, plain(label));
    yield;
  }
  return labels;
}

/**
 * Of files that differ in nothing but the version (`01` and `01v2`), the latest has the plain label, which every server
 * sorts first; the others say their version. Where one of them stands in the tree already it stays what it is, and the
 * new ones say theirs.
 */
function tellReplaced(alike: readonly Item[], labels: Map<Item, string>): void {
  const versionOf = ({ recognition }: Item) => recognition.version ?? 1;
  const latest = Math.max(...alike.map(versionOf));
  if (alike.every((item) => versionOf(item) === latest)) return;
  const stands = alike.some(({ stem }) => stem !== undefined);
  for (const item of alike) {
    const isPlain = stands ? item.stem !== undefined : versionOf(item) === latest;
    if (!isPlain) labels.set(item, `${labels.get(item)} v${versionOf(item)}`.trim());
  }
}

/** Items that share a label, where more than one has it. */
function collisions(labels: ReadonlyMap<Item, string>): Item[][] {
  const groups = Map.groupBy([...labels], keyOf);
  return [...groups.values()].filter(({ length }) => length > 1).map((pairs) => pairs.map(([item]) => item));
}

/**
 * A file's id as a word of a label. Digits in it that read as lines of a picture would put it before better versions; in
 * front they would be a number behind a dash, which reads as an episode, a place in a list or a year.
 */
export function idLabel(fileId: FileId): string {
  return plain(
    safeLabel(fileId, 60)
      .replace(/(?<!\d)\d{3,}(?=[ip])/gi, '$&~')
      .replace(/^(?=\d)/, '~'),
  );
}

/**
 * Breaks up what a server would read in a label: one more episode right behind the first (`- e5`), an episode of its own
 * (`s1e2`, `5x12e13`), a part (`Part 2`, `DVD A`), and a year, which keeps Jellyfin from grouping the versions (facts/media-servers 2.1, 2.3).
 */
function plain(label: string): string {
  return label
    .replace(/^(?=[ex]\d)/i, '~')
    .replace(/s\d+[ ._x-]*(?=e\d)/gi, '$&~')
    .replace(/\d(?=x\d)/gi, '$&~')
    .replace(/(?:cd|dvd|p(?:ar)?t|dis[ck])[ _.-]*(?=\d|[a-d](?![a-z\d]))/gi, '$&~')
    .replace(/(?<=^|[ _.()[\]-])(?=(?:19|20)\d\d(?!\d))/g, '~');
}

function* joinAll(items: readonly Item[], reads: readonly Read[]): Generator<undefined, Map<Item, string>> {
  const labels = new Map<Item, string>();
  for (const item of items) {
    const words = reads.map((read) => read(item.recognition, item.facts)).filter(Boolean);
    labels.set(item, words.length > 0 ? safeLabel(words.join(' '), maxLabelBytes) : '');
    yield;
  }
  return labels;
}

function distinct(labels: ReadonlyMap<Item, string>): number {
  return new Set([...labels].map(keyOf)).size;
}

/** CD1 and CD2 of one version share a label: their numbers keep them apart. */
function keyOf([item, label]: [Item, string]): string {
  return `${foldedPath(label)}\0${item.recognition.part ?? ''}`;
}
