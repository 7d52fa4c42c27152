import { findProgram } from '../../fixtures/programs.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { Options } from '../options.ts';
import { eventually } from '../seen.ts';
import { createServer } from '../server.ts';
import { type GatewayAround, headersRead, titles } from './around.ts';
import { browserPlays } from './browser.ts';
import { beside, type Films, srtOf } from './films.ts';
import { startGatewayHouse } from './house.ts';
import { createPerson, removePerson, talk, viewerName } from './people.ts';
import { coldPositionIsKept, positionIsKept } from './position.ts';
import { othersAreRefused } from './rights.ts';
import { secretsStayWhereTheyBelong } from './secrets.ts';
import { measureStart } from './times.ts';
import { tracksAreNumberedAlike } from './tracks.ts';
import { unplayableSoundIsTranscoded } from './transcode.ts';
import { newFilmsAreLookedInto } from './warm.ts';

const libraryName = 'Passerelle Gateway';

type Check = (around: GatewayAround) => Promise<void>;

/** Of films that the server has not looked into. */
const cold: readonly Check[] = [tracksAreNumberedAlike, coldPositionIsKept];
/** Of films that it has. */
const warm: readonly Check[] = [
  positionIsKept,
  othersAreRefused,
  unplayableSoundIsTranscoded,
  measureStart,
  secretsStayWhereTheyBelong,
];

/** A real Jellyfin as its apps meet it behind a gateway of `passerelle serve`. */
export async function lookThroughGateway(options: Options, say: GatewayAround['say']): Promise<void> {
  const { url, key, pictures, newFilms } = options;
  const server = createServer(url, key);
  const admin = talk(url, 'web', key);
  const isWanted = ({ name }: { name: string }) =>
    !options.checks ||
    options.checks.split(',').some((word) => name.toLowerCase().includes(word.toLowerCase()));
  const house = await startGatewayHouse(options);
  try {
    account(house.simulator.account, house.films);
    await house.restart();
    await house.sync();
    // Of a run that was broken off.
    await server.removeLibrary(libraryName).catch(() => undefined);
    await server.addLibrary(libraryName, 'movies', `${house.there}/Movies`);
    const viewer = await createPerson(url, admin, viewerName);
    const around: GatewayAround = { house, server, url, admin, viewer, newFilms, say };
    await eventually('the films', () => all(around).then((items) => items.every(Boolean)), 180_000);
    await headersRead(around, Object.keys(titles).length, 240_000);
    const run = async (checks: readonly Check[]) => {
      for (const check of checks.filter(isWanted))
        await check(around).catch((error: Error) => say(false, `${check.name}: ${error.message}`));
    };
    await run(cold);
    for (const title of Object.values(titles)) await lookInto(around, title);
    // Players are sent to the host wherever they can be.
    await house.restart({ env: { PASSERELLE_DELIVERY: 'redirect' } });
    await run(warm);
    const program = await findProgram(inWords, 'chromium', 'chromium-browser', 'google-chrome');
    const browser: Check = (one) => browserPlays(one, program ?? '', pictures);
    Object.defineProperty(browser, 'name', { value: browserPlays.name });
    if (program !== undefined) await run([browser]);
    await house.restart({ looksAhead: true });
    await run([newFilmsAreLookedInto]);
  } finally {
    await server.removeLibrary(libraryName).catch(() => undefined);
    await removePerson(admin, viewerName).catch(() => undefined);
    await house.end();
  }
}

function account(into: Simulator['account'], films: Films): void {
  into.addFolder('/Films');
  const add = (title: string, path: string, extension: string) => {
    const name = `${title.replace(/[ ()]+/g, '.').replace(/\.$/, '')}.1080p`;
    into.addFile('/Films', { name: `${name}.${extension}`, content: { path } });
    return name;
  };
  add(titles.warm, films.long, 'mkv');
  add(titles.cold, films.long, 'mkv');
  add(titles.mp4, films.longMp4, 'mp4');
  add(titles.eac3, films.eac3, 'mkv');
  const name = add(titles.tracks, films.tracks, 'mkv');
  for (const language of beside)
    into.addFile('/Films', { name: `${name}.${language}.srt`, content: Buffer.from(srtOf(language)) });
}

/** What Jellyfin shows of the films so far. */
async function all(around: GatewayAround) {
  const items = await around.server.items('Movie');
  return Object.values(titles).map((title) =>
    items.find(({ Path }) => Path?.startsWith(`${around.house.there}/Movies/${title}/`)),
  );
}

/** Jellyfin looks into it, as at a first play. */
async function lookInto({ server, house }: GatewayAround, title: string): Promise<void> {
  const items = await server.items('Movie');
  for (const { Id, Path } of items)
    if (Path?.startsWith(`${house.there}/Movies/${title}/`)) await server.playback(Id);
}

const inWords = {
  comment: (words: string) => console.log(words),
  fail: (words: string) => console.log(words),
};
