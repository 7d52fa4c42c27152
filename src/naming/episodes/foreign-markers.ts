import { hanCount } from '../text/ordinals.ts';
import type { Marker } from './marker.ts';

/*
 * Seasons and episodes in Korean, Japanese, Chinese, Vietnamese, Arabic, Thai and Hungarian: `시즌1 2화`, `第一季第02集`,
 * `1. évad 2. rész`. The episode stands right behind its season, or alone.
 */

const seasonShape =
  /(?:\uc2dc\uc98c|\u30b7\u30fc\u30ba\u30f3|\u0627\u0644\u0645\u0648\u0633\u0645|ph\u1ea7n|(?<![a-z0-9])s(?:eason)?)[ ._]?(\d{1,2})(?!\d)|\u7b2c([\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]|\d{1,2})[\u5b63\u671f]|(?<!\d)(\d{1,2})\.? ?\.?evad(?![a-z])/i;
const episodeShape =
  /\u7b2c[ ._]?(\d{1,4})[ ._]?[\u8bdd\u8a71\u96c6\u56de]|(?<!\d)(\d{1,4})[\ud654\ud68c]|(?:\u0627\u0644\u062d\u0644\u0642\u0629|t\u1eadp|\u0e15\u0e2d\u0e19(?:\u0e17\u0e35\u0e48)?)[ ._]?(\d{1,4})(?!\d)|(?<!\d)(\d{1,4})\.? ?\.?resz(?![a-z])|(?<=[\u5b63\u671f])[ ._-]{0,3}(\d{1,3})(?!\d)|(?<=[\u4e00-\u9fff])(0\d)$/i;
/** Names without any of these say nothing of the kind. */
const anyWord =
  /[\u5b63\u671f][ ._-]{0,3}\d|[\u4e00-\u9fff]0\d$|[\u8bdd\u8a71\u96c6\u56de\ud654\ud68c]|\u0627\u0644\u062d\u0644\u0642\u0629|t\u1eadp|\u0e15\u0e2d\u0e19|resz/i;
const onlyMarks = /^[ ._\-[\]()]{0,4}$/;

/** The marker of such a name; undefined where it has none, or one that counts in no words of these. */
export function findForeignMarker(folded: string): Marker | undefined {
  const episode = anyWord.test(folded) ? episodeShape.exec(folded) : null;
  if (!episode) return undefined;
  const end = episode.index + episode[0].length;
  const episodes = [Number(episode.slice(1).find(Boolean))];
  const season = seasonShape.exec(folded.slice(0, episode.index));
  const isBeside = season && onlyMarks.test(folded.slice(season.index + season[0].length, episode.index));
  if (!season || !isBeside) return { start: episode.index, end, episodes, bare: true };
  const count = hanCount(season.slice(1).find(Boolean) as string);
  return { start: season.index, end, season: count, episodes, bare: false };
}
