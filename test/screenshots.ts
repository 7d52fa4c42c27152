import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { toFileId } from '../src/core/ids.ts';
import { startBridge } from './fixtures/bridge-process.ts';
import { root } from './fixtures/checkout.ts';
import { logInAt, type OpenPage, openPage, startBrowser } from './fixtures/page.ts';
import { paintedPoster } from './fixtures/painted-posters.ts';
import { envOver, setupListed, signal } from './fixtures/setup.ts';
import type { AccountFolder } from './simulator/simulator.ts';

/** Makes the pictures of the page that stand in `docs/`: `npm run screenshots`, or of some: `npm run screenshots -- home`. */
const bare =
  'Heat.1995.2160p Metropolis.1927.720p La.Règle.du.jeu.1939.1080p Les.Enfants.du.paradis.1945.720p Solaris.1972.1080p M.1931.1080p Persona.1966.1080p Vertigo.1958.1080p Rear.Window.1954.1080p'.split(
    ' ',
  );
const withPoster =
  'Le.Voyage.dans.la.Lune.1902 Playtime.1967 Stalker.1979 Nosferatu.1922 Ran.1985 Paprika.2006 Sunrise.1927 Beau.travail.1999'.split(
    ' ',
  );
const gigabyte = 1_000_000_000;
const video = (name: string, at: number, size = 4) => ({
  name,
  content: { sizeBytes: size * gigabyte + at, seed: at + 1 },
});
const text = (name: string) => ({
  name,
  content: Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nBonjour, il est tard et nous sommes là.\n'),
});

const account: AccountFolder = {
  folders: [
    {
      name: 'Films',
      files: [
        ...bare.map((name, at) => video(`${name}.mkv`, at)),
        video('S02E07.mkv', 90, 1),
        video('Up.2009.mkv', 91, 2),
      ],
      folders: withPoster.map((name, at) => ({
        name: name.replaceAll('.', ' ').replace(/ (\d{4})$/, ' ($1)'),
        files: [
          video(`${name}.1080p.BluRay.mkv`, 20 + at),
          ...(at === 2 ? [video(`${name}.2160p.HDR.mkv`, 40, 21), text(`${name}.1080p.BluRay.fr.srt`)] : []),
          { name: 'poster.png', content: paintedPoster(at + 1, 240) },
        ],
      })),
    },
    {
      name: 'Twin Peaks',
      files: [
        ...Array.from({ length: 8 }, (_, at) => video(`Twin.Peaks.S01E0${at + 1}.1080p.mkv`, 50 + at, 1)),
        { name: 'poster.png', content: paintedPoster(12, 240) },
      ],
    },
  ],
};

interface Shot extends BrowserContextOptions {
  name: string;
  /** Behind `#/`. */
  place: string;
  /** What is there when it is ready. */
  ready: string;
  prepare?: (page: OpenPage) => Promise<unknown>;
}

const desk = { viewport: { width: 1180, height: 760 } };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 2 };
const stalker = encodeURIComponent('movies/stalker (1979)');
const shots: Shot[] = [
  { name: 'home', place: 'home', ready: '.poster .name', ...desk },
  { name: 'library', place: 'library', ready: '.poster .name', colorScheme: 'dark', ...desk },
  {
    name: 'title',
    place: `title/${stalker}`,
    ready: '.head .picture.shown',
    ...desk,
    viewport: { width: 1180, height: 960 },
    prepare: async ({ tab }) => {
      await tab.locator('summary').first().click();
      await tab.getByRole('button', { name: 'QR code' }).first().click();
    },
  },
  {
    name: 'repair',
    place: 'repair',
    ready: '.rows li',
    colorScheme: 'dark',
    ...desk,
    viewport: { width: 1180, height: 960 },
    prepare: async ({ tab }) => {
      await tab.getByRole('button', { name: 'See what would move' }).click();
      await tab.locator('.moves li').first().waitFor();
    },
  },
  { name: 'phone', place: 'library', ready: '.poster .name', locale: 'fr-FR', ...phone },
];

const endings: (() => unknown)[] = [];
const home = await mkdtemp(join(tmpdir(), 'passerelle-pictures-'));
const t = { testdir: () => home, teardown: (work: () => unknown) => void endings.push(work) };
try {
  const one = await setupListed(t, { simulator: { account }, env: { PASSERELLE_ARTWORK: 'true' } });
  const { id, sizeBytes } = one.simulator.account.file('/Films/Stalker (1979)/Stalker.1979.1080p.BluRay.mkv');
  await one.bridge.catalog.media.put(
    { id: toFileId(id), sizeBytes },
    {
      container: 'matroska',
      durationMs: 9_720_000,
      video: [{ codec: 'hevc', width: 1440, height: 1080 }],
      audio: [
        { codec: 'flac', channels: 1, language: 'rus', isDefault: true },
        { codec: 'ac3', channels: 6, language: 'fre', isDefault: false },
      ],
      subtitles: [{ format: 'srt', language: 'eng', isForced: false }],
      chapters: [],
    },
    Date.now(),
  );
  one.simulator.account.rename('/Films/Up.2009.mkv', 'Up.2010.mkv');
  await one.sync();
  await one.bridge.accountChanges.remove({
    path: '/Films/M.1931.1080p.mkv',
    isDeep: false,
    isDry: false,
    signal,
  });
  const browser = await startBrowser(t, process.env.CHROMIUM ?? '/usr/bin/chromium');
  const wanted = process.argv.slice(2);
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  const keep = async ({ tab }: OpenPage, name: string) => {
    await tab.screenshot({ path: join(root, 'docs', `page-${name}.jpg`), type: 'jpeg', quality: 82 });
  };
  for (const { name, place, ready, prepare, ...look } of shots) {
    if (!isWanted(name)) continue;
    const page = await openPage(browser, one.url, { reducedMotion: 'reduce', ...look });
    await logInAt(page);
    await page.tab.locator('.sentence').waitFor();
    await page.tab.goto(`${one.url}/#/${place}`);
    await page.tab.locator(ready).first().waitFor();
    await prepare?.(page);
    // Pictures come one after the other.
    const pictures = page.tab.locator('.picture');
    for (let at = 0; at < (await pictures.count()); at++)
      await pictures.and(page.tab.locator('.shown')).nth(at).waitFor();
    await keep(page, name);
  }
  if (isWanted('guide')) {
    const { FICHIER_API_KEY: key = '', ...env } = envOver(one.simulator, join(home, 'first'));
    const isUp = ({ msg }: { msg: string }) => msg.startsWith('no API key is set');
    const served = await startBridge(
      { ...env, PASSERELLE_PASSWORD: 'test-password', PASSERELLE_BASE_URL: '' },
      home,
      isUp,
    );
    endings.push(() => served.stop());
    const page = await openPage(browser, served.url, desk);
    const next = () => page.tab.getByRole('button', { name: 'Next' }).click();
    await logInAt(page);
    await page.tab.locator('[name=key]').fill(key);
    await page.tab.getByRole('button', { name: 'Check the key' }).click();
    await page.tab.locator('.well').waitFor();
    await next();
    await page.tab.locator('.choice').first().waitFor();
    await next();
    await page.tab.getByRole('checkbox', { name: 'The whole account' }).uncheck();
    await page.tab.getByRole('checkbox', { name: 'Films' }).check();
    await keep(page, 'guide');
  }
} finally {
  for (const end of endings.reverse()) await end();
  await rm(home, { recursive: true, force: true });
}
