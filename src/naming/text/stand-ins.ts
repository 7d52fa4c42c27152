/*
 * The library's time grows with the square of the letters that are not Latin, and of some scripts with the third power:
 * what it is given is bounded.
 */

const foreign = /[\u0250-\uffff]/g;
/** No title has more. */
const maxForeign = 80;
/** Scripts that it has expressions of its own for. */
const costly = /[\u3040-\u30ff\u4e00-\u9fff\u0400-\u04ff]/g;
/** Costly letters by the square of the length: half a millisecond. */
const maxSteps = 200_000;
/** Letters of a script that it has none for: Hangul. */
const firstStandIn = 0xac00;

/** A name for the library, and the way back from what it finds in it. */
export interface StandIns {
  text: string;
  restore(text: string): string;
}

/** Puts a letter that the library only counts as one in the place of each costly one, where there are too many. */
export function withStandIns(name: string): StandIns {
  if (/^[\x20-\x7e]*$/.test(name)) return { text: name, restore: (text) => text };
  const calm = calmed(name);
  const count = calm.match(costly)?.length ?? 0;
  if (count * calm.length ** 2 <= maxSteps) return { text: calm, restore: (text) => text };
  const standInOf = new Map<string, string>();
  const letterOf = new Map<string, string>();
  let next = firstStandIn;
  const text = calm.replace(costly, (letter) => {
    const known = standInOf.get(letter);
    if (known !== undefined) return known;
    while (calm.includes(String.fromCharCode(next))) next++;
    const standIn = String.fromCharCode(next++);
    standInOf.set(letter, standIn);
    letterOf.set(standIn, letter);
    return standIn;
  });
  return { text, restore: (some) => some.replace(/[\uac00-\ud7a3]/g, (one) => letterOf.get(one) ?? one) };
}

/** Of more than that it would make nothing: it gets the rest alone. */
function calmed(name: string): string {
  const count = name.match(foreign)?.length ?? 0;
  return count > maxForeign ? name.replace(foreign, '-') : name;
}
