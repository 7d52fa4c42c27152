import { distance } from 'fastest-levenshtein';

/**
 * The names that a person may have meant, best first, at most `count`: the same but for capitals and accents, then by
 * few wrong letters, then those that hold the word (or are held by it).
 */
export function nearest(word: string, names: Iterable<string>, count = 3): string[] {
  const wanted = folded(word);
  const found: { name: string; rank: number }[] = [];
  for (const name of names) {
    const rank = rankOf(wanted, folded(name));
    if (rank !== undefined) found.push({ name, rank });
  }
  found.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  // Beside a name that differs in capitals alone the others only distract.
  const best = found.filter(({ rank }) => rank === 0);
  return (best.length > 0 ? best : found).slice(0, count).map(({ name }) => name);
}

/** 0 = the same; below 1 = few wrong letters; 1 and more = one holds the other; undefined = something else. */
function rankOf(wanted: string, name: string): number | undefined {
  if (wanted === '' || name === '') return undefined;
  if (wanted === name) return 0;
  const longer = Math.max(wanted.length, name.length);
  // A third of the letters: two that changed places count as two.
  const allowed = Math.ceil(longer / 3);
  const wrong = Math.abs(wanted.length - name.length) > allowed ? longer : distance(wanted, name);
  // What has no letter of the other is nothing that somebody mistyped.
  if (wrong <= allowed && wrong < longer) return wrong / longer;
  const holds = wanted.length >= 3 && name.includes(wanted);
  const isHeld = name.length >= 3 && wanted.includes(name);
  return holds || isHeld ? 1 + Math.abs(wanted.length - name.length) / longer : undefined;
}

/** Without capitals, accents, and whatever stands between words. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[\s._-]+/g, ' ')
    .trim();
}
