import type { Marker } from './marker.ts';

/*
 * Seasons and episodes in Russian and its neighbours, in their letters or in Latin ones: `Сезон 3 Серия 5`, `2.sezon.12.serija`.
 * The two stand apart from each other, in any order.
 */

const seasonAfter =
  /(?:\u0441\u0435\u0437\u043e\u043d\u044b?|(?<=[(])\u0442\u0432|(?<![a-z])sezon)[ ._:\u2116-]{0,3}(\d{1,2})(?!\d)/i;
const seasonBefore =
  /(?<!\d)(\d{1,2})(?:-\d{1,2})?(?:-?\u0439|-?y)?[ ._-]{0,2}(?:\u0441\u0435\u0437\u043e\u043d|sez(?:on(?![a-z])|\.))/i;
const episodeAfter =
  /(?:\u0441\u0435\u0440\u0438[\u044f\u0438]|\u044d\u043f\u0438\u0437\u043e\u0434\u044b?|(?<![a-z])seri(?:ya|ja|ia|a|i|ii))[ ._:\u2116-]{0,3}(\d{1,4})(?:[ ._]?-[ ._]?(\d{1,4}))?(?!\d)/i;
const episodeBefore =
  /(?<!\d)(\d{1,4})(?:[ ._]?-[ ._]?(\d{1,4}))?(?:-?\u044f)?[ ._-]{0,2}(?:\u0441\u0435\u0440(?:\u0438[\u044f\u0438]|\.)|ser\.|\u044d\u043f\u0438\u0437\u043e\u0434|seri(?:ya|ja|ia|a|i|ii)(?![a-z])|bolum(?![a-z]))/i;
/** `[1-12 из 24]`, `Серии: 5 из 20`: so many are there, of so many. */
const countShape =
  /(?<=[[(]|\u0441\u0435\u0440\u0438\u0438:? )(\d{1,4})(?:[ ._]?-[ ._]?(\d{1,4}))? \u0438\u0437 \d{1,4}(?!\d)/i;
/** Names without any of these say nothing of the kind. */
const anyWord =
  /\u0441\u0435\u0437\u043e\u043d|\u0441\u0435\u0440[\u0438.]|\u044d\u043f\u0438\u0437\u043e\u0434|\d \u0438\u0437 \d|sez(?:on|\.)|seri[yjia]/i;

/** The marker of such a name; without its episode where only a season is named. */
export function findCyrillicMarker(folded: string): Marker | undefined {
  if (!anyWord.test(folded)) return undefined;
  const season = nearest(seasonBefore.exec(folded), seasonAfter.exec(folded));
  const rest = season
    ? folded.slice(0, season.index) +
      ' '.repeat(season[0].length) +
      folded.slice(season.index + season[0].length)
    : folded;
  const count = countShape.exec(rest);
  const episode = count ?? nearest(episodeBefore.exec(rest), episodeAfter.exec(rest));
  if (!season && !episode) return undefined;
  const found = [season, episode].filter((one) => one !== undefined);
  const first = count && !count[2] ? 1 : Number(episode?.[1]);
  const last = Number(episode?.[2] ?? episode?.[1]);
  const isRun = last > first && last - first <= 300;
  const episodes = !episode
    ? []
    : isRun
      ? Array.from({ length: last - first + 1 }, (_, i) => first + i)
      : [first];
  return {
    start: Math.min(...found.map(({ index }) => index)),
    end: Math.max(...found.map((one) => one.index + one[0].length)),
    episodes,
    ...(season && { season: Number(season[1]) }),
    bare: season === undefined,
  };
}

/** Of a number in front of its word and one behind it, the one that begins first. */
function nearest(before: RegExpExecArray | null, after: RegExpExecArray | null): RegExpExecArray | undefined {
  if (before && after) return before.index <= after.index ? before : after;
  return before ?? after ?? undefined;
}
