import { parseTorrentTitle } from '@viren070/parse-torrent-title';
import { editionInWords, editionWord, readEdition } from './editions.ts';
import { withStandIns } from './stand-ins.ts';
import { opensTitle } from './titles.ts';

/** What a release name says beside its title, from the library, behind our own names. */
export interface ReleaseTags {
  title?: string;
  year?: number;
  seasons: number[];
  episodes: number[];
  resolution?: string;
  hdr?: string;
  source?: string;
  edition?: string;
  group?: string;
}

/**
 * Asks @viren070/parse-torrent-title (0.9.1, facts/naming). `name` is folded to ASCII and cut at 255 characters.
 * Its languages are not taken: every French tag comes out as `fr`, and short words of titles do too.
 */
export function readRelease(name: string): ReleaseTags {
  const { text, restore } = withStandIns(name);
  const parsed = parseTorrentTitle(text);
  const tags: ReleaseTags = { seasons: parsed.seasons ?? [], episodes: parsed.episodes ?? [] };
  const listed = bestListed(name) ?? pixelsBeside4k(name) ?? parsed.resolution;
  const resolution = listed ? plainResolution(listed) : looseResolution(name);
  const year = parsed.year ? Number.parseInt(parsed.year, 10) : Number.NaN;
  if (parsed.title) tags.title = restore(parsed.title);
  if (year >= 1880 && year < 2100) tags.year = year;
  if (resolution) tags.resolution = resolution;
  if (parsed.hdr?.length) tags.hdr = parsed.hdr.join(' ');
  if (parsed.quality) tags.source = parsed.quality;
  const edition = readEdition(name) ?? parsed.editions?.[0];
  if (edition) tags.edition = edition;
  if (parsed.group) tags.group = restore(parsed.group);
  return tags;
}

/** `(1080p, 720p, DVDRip)`, `720p & 1080p`: the best of several. */
function bestListed(name: string): string | undefined {
  const two = /(?<![a-z0-9])(\d{3,4})p ?[,+&] ?(\d{3,4})p(?![a-z])/i.exec(name);
  return two ? `${Math.max(Number(two[1]), Number(two[2]))}p` : undefined;
}

/** `1080p.BluRay.4K.REMASTERED`: what it was restored in is not how large it is. */
function pixelsBeside4k(name: string): string | undefined {
  if (!restoredIn4k.test(name)) return undefined;
  const height = /(?<![a-z0-9])(\d{3,4})p(?![a-z0-9])/i.exec(name)?.[1];
  return height && `${height}p`;
}
const restoredIn4k = /(?<![a-z0-9])4k[ ._-]?(?:restor|remaster|scan)/i;

function plainResolution(resolution: string): string | undefined {
  if (/^(?:4k|uhd)$/i.test(resolution)) return '2160p';
  if (/^2k$/i.test(resolution)) return '1440p';
  return resolution.toLowerCase();
}

/** Where nothing better stands: `(1280x720)`, `HDTV 1080`, `UHD`. */
function looseResolution(name: string): string | undefined {
  // The library takes the pixels in brackets for the code of an episode.
  const pixels = /[[( _.-]\d{3,4}(?:x| ?\* ?)(4\d\d|5\d\d|720|1080|1440|2160)(?!\d)/i.exec(name)?.[1];
  if (pixels) return `${pixels}p`;
  if (/[ ._[(](?:720|1080)(?=[ ._\])-]|$)/.test(name))
    return /[ ._[(]1080(?=[ ._\])-]|$)/.test(name) ? '1080p' : '720p';
  if (/[ ._[(](?:2k|qhd)(?=[ ._\])-]|$)/i.test(name)) return '1440p';
  return /[ ._[(]uhd[ ._-]?(?:blu-?ray|bd|rip)?(?=[ ._\])-]|$)/i.test(name) ? '2160p' : undefined;
}

/** An edition only right before the year: `Gladiator.Extended.2000`. */
const yearWord =
  "(?:imax|3d(?=[. _]+\\d)|dc|extended|unrated|theatrical|restored|restauree?|criterion|(?:digitaal[ ._])?gerestaureerd|restaurad[oa]|restaurat[oa]|restauriert|remasterizad[oa]|rimasterizzat[oa]|remastered|director'?[ ._]?s?[ ._]cut)";

/** An edition only where a language or another tag follows: `Title.Extended.German`, `Title.Uncut.1080p`. */
const taggedEdition =
  '(?:extended|recut|uncut|uncensored|unrated|theatrical|restored|imax|hfr)(?=(?:[ ._]+(?:extended|recut|uncut|edition|cut|dc))*[ ._]+(?:german|(?:true)?french|italian|spanish|english|portuguese|dutch|vf[fqi2]?|vostfr|multi|dual|dl|ita|eng|ger|\\d{3,4}[pi]|blu-?ray|b[dr]-?rip|dvd(?:rip|9|5|r)?|web|hdrip|hdtv|uhd|hfr|\\d\\dfps)(?![a-z]))';

/** Words that never belong to a title. Left out on purpose: what films are called (Uncut, Final, Extended, French). */
const strongTag = new RegExp(
  '(?<![a-z0-9])(?:' +
    [
      '(?:480|540|576|720|1080|1440|2160|4320)[pi]|1080(?![a-z0-9])|[48]k|uhd|hd[ ._]?light|4klight|bdmv|mhd',
      'blu-?ray|bd-?rip(?:mux)?|br-?rip(?:mux)?|bd-?remux|remux|dvd-?rip|dvd-?scr|dvd[59r]|web-?dl|web-?rip|web(?=[ ._-]+[xh]\\.?26)|hdtv|pdtv|dsr|hd-?rip|hdts|hdcam|vhs-?rip|tv-?rip|sat-?rip|dvb-?rip|ppv-?rip',
      // The size of a picture; `2011x231` is an episode.
      '(?!(?:19|20)\\d\\dx[0-3]\\d\\d(?!\\d))[3-9]\\d\\d\\d?x[2-9]\\d\\d|(?!(?:19|20)\\d\\dx[0-3]\\d\\d(?!\\d))[1-9]\\d{3}x[1-9]\\d{2,3}',
      '[xh][ .]?26[45]|hevc|xvid|divx|10[ -]?bits?|hdr10|hdr|dolby[ .]vision',
      'aac\\d?|ac-?3|e-?ac-?3|dts|ddp?[57]|truehd|atmos|flac|mp3',
      'ultra-?hd|hd-?dvd|dvd-?screener|telesync|telecine|svcd|xvidvd|hrhd(?:tv)?|dsrip',
      'dubbed|dual[ ._-]audio|german[ ._]dl|multi(?:lang|langues?)?|true-?french|vost-?fr|subfrench|stfr|fast-?sub|vff|vfq|vfi|vf2|vof|vf|subforced',
      'film[ ._-]complet|full[ ._-]movie',
      '\\{edition-[^{}]{1,60}\\}|the[ ._][a-z]{3,12}[ ._]cut(?=[ ._]+[([]?(?:19|20)\\d\\d)',
      `(?:the[ ._])?(?:${editionWord}[ ._]+){1,4}(?:cut|edition|version)`,
      '\\d{1,3}(?:st|nd|rd|th)[ ._-]anniversary(?:[ ._-](?:edition|cut|version))?',
      'open[ ._-]matte|half-?(?:sbs|ou|tab)|h-?sbs|h-?ou|3d(?=[ ._-]+(?:h-?sbs|h-?ou|half|full-?sbs|sbs|tab|blu-?ray|bd))',
      taggedEdition,
      `(?:${editionInWords})`,
      '(?<=[a-z0-9!?)][ ._]+)(?:the[ ._])?criterion[ ._]collection(?=$|[ ._]+[([]?(?:(?:19|20)\\d\\d|\\d{3,4}p))',
      '(?<=\\()(?:dvd|vhs|bd|ld)(?=\\))|(?:digital(?:ly)?[ ._]+)?remastered|remasterise|(?:repack|proper|unrated)(?![ ._][a-z]+[ ._][([]?(?:19|20)\\d\\d)',
      `(?:${yearWord}[. _]+){0,2}${yearWord}(?=[. _]+[([]?(?:19|20)\\d\\d(?!\\d))`,
    ].join('|') +
    ')(?![a-z0-9])',
  'i',
);
/** `Noah.German.2014`, `Spanish.DVDRip`, but not `The.Good.German.2006`: what is left must end like a title. */
const languageBeforeYear =
  /(?<![a-z0-9])(?<!(?:^|[ ._])(?:the|an?|les?|la|une?|der|die|das|el|il|good|bad|last|first|young|old|new|my|in|of|to|for|with|and|et|de|du|en|speak|no)[ ._])(?:german|french|italian|spanish)(?=[ ._]+(?:[([]?(?:19|20)\d\d(?!\d)|(?:dvd|bd|br|hd|web)-?(?:rip|scr|r|tv|dl)(?![a-z])|blu-?ray|(?:480|720|1080|2160)p|xvid|[xh]\.?26[45]|ac3|multi(?![a-z])))/i;
const upperTag =
  /(?<![A-Za-z0-9])(?:(?:KOREAN|JAPANESE|CHINESE|CANTONESE|HINDI|RUSSIAN|POLISH|SWEDISH|DANISH|NORWEGIAN|DUTCH|TURKISH|PORTUGUESE)(?=[ ._]+(?:(?:19|20)\d\d|\d{3,4}p|[Ss]\d\d?[Ee]\d{1,3})(?![a-z\d]))|DC(?=[ ._]+(?:G(?:ERMAN|erman)|F(?:RENCH|rench)|MULTi)(?![a-z]))|(?:HDC|NTSC|PAL|SCREENER)(?=$|[ ._]+(?:19|20)\d\d)|FRENCH|UNGESCHNITTEN|UNGEKU?E?RZT|UNZENSIERT|iNTERNAL|INTERNAL|VO|(?:UNCUT|SE|OM|EE)(?=[ ._]+(?:19|20)\d\d)|(?:SWiSS|SWISS)GERMAN|DOKU(?=[ ._])|GERMAN|iTALiAN|ITA|SPANISH|LIMITED|CUSTOM|(?:CAM|TS|TC|R5|SCR|MD|LD)(?=(?:[ ._-]+(?:MD|LD|LiNE|LINE))?[ ._-]+(?:(?:TRUE)?FRENCH|VOSTFR|[Xx]vi[Dd]|XViD|XVID|[xXhH]\.?26[45]|HEVC|AC3|AAC|\d{3,4}p)))(?![A-Za-z0-9])/;

/**
 * Index of the first word that ends a title, -1 when there is none. One that opens the name (`4K.Title`) does not count.
 *
 * @param editionAt where quotes set an edition apart, below 0 = nowhere
 * @param start what stands in front of it is not looked at
 */
export function findTag(folded: string, editionAt = -1, start = 0): number {
  const found = [strongTag, upperTag, languageBeforeYear]
    .map((pattern) => searchFrom(pattern, folded, start))
    .concat(editionAt)
    .filter((at) => at >= 0);
  return found.length > 0 ? Math.min(...found) : -1;
}

/** Whether a tag stands before the title (`4K.Title`, `VOSTFR - Title`), and is not its first word (`VF mon amour (2010)`). */
export function opensWithTag(folded: string): boolean {
  if (folded.search(strongTag) !== 0 && folded.search(upperTag) !== 0) return false;
  const tech = techWord.exec(folded)?.[0];
  if (tech !== undefined && leadsToYear(folded.slice(tech.length))) return false;
  const word = wordTag.exec(folded)?.[0];
  return word === undefined || !goesOnToYear(folded.slice(word.length));
}

/** Tags of sound and text, which are words too. */
const wordTag = /^(?:true-?french|french|multi|dual|vost-?fr|vff|vfq|vfi|vf2|vof|vf|vo)(?![a-z0-9])/i;
const yearEnd = /^[ ._]+(?=[a-z])([^()[\]]*?)[ ._]*[([](?:19|20)\d\d[)\]]/i;

/** Whether plain words lead from here to a year in brackets: then what stands before them is a word of the title. */
function goesOnToYear(rest: string): boolean {
  const words = yearEnd.exec(rest)?.[1];
  if (!words) return false;
  return !/^(?:st|sub|hd|sd|dl)(?![a-z0-9])/i.test(words) && !strongTag.test(rest) && !upperTag.test(rest);
}

/** Technical words that a title may hold as well, between others. */
const techWord =
  /^(?:hevc|hdr|atmos|blu-?ray|uhd|remux|remastered|dubbed|flac|dts|divx|xvid|proper|repack|unrated|mp3|aac)(?![a-z0-9])/i;
/** One to six plain words, then a year or the marker of an episode. */
const wordsToYear = /^[ ._]+((?:[a-z][a-z']*[ ._]+){1,6}?)(?:[([]?(?:19|20)\d\d(?!\d)|s\d{1,2}[ ._]?e\d)/i;

/** Whether words of a title lead from a technical word to the year or the episode: a tag has other tags behind it. */
function leadsToYear(rest: string): boolean {
  const words = wordsToYear.exec(rest)?.[1];
  return words !== undefined && !strongTag.test(words) && !upperTag.test(words) && !language.test(words);
}
const language =
  /(?<![a-z])(?:french|german|italian|spanish|english|eng|fra|vost|multi|dual|subs?|internal|limited|extended|complete|dc|cut|edition|version|imax|3d)(?![a-z])/i;

/** Words that end no title: the tag behind them is its last word (`VO et VF`, `Mon ami le VF`). */
const joint = /(?<![a-z0-9])(?:et|and|la|le|les|de|du|des|the|of|my|mon|ma|un|une|au|aux)[ ._]+$/i;

const joinsWord = /(?<![a-z0-9])(?:and|et|und|y|e|en|&)[ ._]+$/i;
const editionAlone = /^(?:uncut|unrated|extended|remastered|uncensored|restored|limited)(?![a-z])/i;

/** Whether a tag is a word of the title. */
function isOfTitle(folded: string, at: number): boolean {
  const before = folded.slice(0, at);
  if (opensTitle(before)) return true;
  // `Longer and Uncut`
  if (joinsWord.test(before) && editionAlone.test(folded.slice(at))) return true;
  const tech = techWord.exec(folded.slice(at))?.[0];
  if (tech !== undefined && leadsToYear(folded.slice(at + tech.length))) return true;
  const word = wordTag.exec(folded.slice(at))?.[0];
  return word !== undefined && (joint.test(before) || goesOnToYear(folded.slice(at + word.length)));
}

function searchFrom(pattern: RegExp, folded: string, start: number): number {
  for (let from = start; ; ) {
    const found = folded.slice(from).search(pattern);
    if (found < 0) return -1;
    if (!isOfTitle(folded, from + found)) return from + found;
    from += found + 1;
  }
}
