import { request } from 'undici';
import { appOf, type GatewayAround, itemOf, playbackInfo, titles } from './around.ts';
import { createPerson, type Person, removePerson } from './people.ts';

/** The film of which some are refused. */
const film = titles.mp4;
const libraryName = 'passerelle-no-library';
const ratingName = 'passerelle-rating';

/**
 * Who has no right to a film gets neither its sources nor a link nor a byte from Passerelle. What Jellyfin itself gives
 * to whoever knows the id of an item, with a wrong token as with none, it gives behind a gateway too.
 */
export async function othersAreRefused(around: GatewayAround): Promise<void> {
  const { url, admin } = around;
  const item = await itemOf(around, film);
  const whole = (await admin.get(`/Items/${item.Id}?userId=${around.viewer.id}`)).json;
  const rated = await admin.post(`/Items/${item.Id}`, { ...whole, OfficialRating: 'R', CustomRating: '' });
  if (rated.status >= 300) throw new Error(`the rating: ${rated.status} ${rated.text}`);
  const noLibrary = await createPerson(url, admin, libraryName, {
    EnableAllFolders: false,
    EnabledFolders: [],
  });
  const underRating = await createPerson(url, admin, ratingName, { MaxParentalRating: 10 });
  try {
    await isServed(around, item.Id);
    await isRefused(around, item.Id, noLibrary, 'without the library');
    await isRefused(around, item.Id, underRating, 'under a parental rating');
  } finally {
    await admin.post(`/Items/${item.Id}`, whole);
    for (const name of [libraryName, ratingName]) await removePerson(admin, name);
  }
}

async function isServed(around: GatewayAround, itemId: string): Promise<void> {
  const { status } = await stream(around, itemId, around.viewer);
  around.say(status === 206 || status === 302, `who may see a film: ${status} for its stream`);
}

async function isRefused(around: GatewayAround, itemId: string, person: Person, who: string): Promise<void> {
  const info = await playbackInfo(appOf(around, 'web', person), 'web', itemId, person);
  const sources = info.json?.MediaSources?.length ?? 0;
  const served = around.house.origin.passed.length;
  const { status, location } = await stream(around, itemId, person);
  const isPassedOn = around.house.origin.passed.slice(served).some(({ url }) => url.startsWith('/Videos/'));
  const alone = await request(`${around.url}/Videos/${itemId}/stream.mp4?Static=true`, {
    headers: { range: 'bytes=0-99' },
  });
  await alone.body.dump();
  around.say(
    info.status === 404 && sources === 0 && location === undefined && isPassedOn,
    `${who}: PlaybackInfo ${info.status}; no link and no byte from Passerelle; Jellyfin's own stream ${status}, as it answers anybody: ${alone.statusCode}`,
  );
}

async function stream({ house }: GatewayAround, itemId: string, person: Person) {
  const address = `${house.gatewayUrl}/Videos/${itemId}/stream.mp4?Static=true&MediaSourceId=${itemId}&ApiKey=${person.token}`;
  const answer = await request(address, { headers: { range: 'bytes=0-99', 'user-agent': 'mpv 0.40' } });
  await answer.body.dump();
  return { status: answer.statusCode, location: answer.headers.location };
}
