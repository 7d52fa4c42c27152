import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './fixtures/checkout.ts';
import { logInAt, openPage, startBrowser } from './fixtures/page.ts';
import { setupListed } from './fixtures/setup.ts';
import type { AccountFolder } from './simulator/simulator.ts';

/** Makes the pictures of the page that stand in `docs/`: `npm run screenshots`. */
const films =
  'Heat.1995.2160p Metropolis.1927.720p Le.Voyage.dans.la.Lune.1902.1080p La.Règle.du.jeu.1939.1080p Les.Enfants.du.paradis.1945.720p Playtime.1967.1080p Stalker.1979.1080p Solaris.1972.1080p Nosferatu.1922.1080p M.1931.1080p Ran.1985.1080p Paprika.2006.1080p Persona.1966.1080p Vertigo.1958.1080p Rear.Window.1954.1080p'.split(
    ' ',
  );
const gigabyte = 1_000_000_000;
const account: AccountFolder = {
  folders: [
    {
      name: 'Films',
      files: films.map((name, at) => ({
        name: `${name}.mkv`,
        content: { sizeBytes: 4 * gigabyte + at, seed: at + 1 },
      })),
    },
    {
      name: 'Twin Peaks',
      files: Array.from({ length: 8 }, (_, at) => ({
        name: `Twin.Peaks.S01E0${at + 1}.1080p.mkv`,
        content: { sizeBytes: gigabyte + at, seed: at + 50 },
      })),
    },
  ],
};

const endings: (() => unknown)[] = [];
const home = await mkdtemp(join(tmpdir(), 'passerelle-pictures-'));
const t = { testdir: () => home, teardown: (work: () => unknown) => void endings.push(work) };
try {
  const one = await setupListed(t, { simulator: { account } });
  const browser = await startBrowser(t, process.env.CHROMIUM ?? '/usr/bin/chromium');
  for (const [scheme, place] of [
    ['light', 'home'],
    ['dark', 'library'],
  ] as const) {
    const page = await openPage(browser, one.url, {
      colorScheme: scheme,
      viewport: { width: 1100, height: 700 },
    });
    await logInAt(page);
    await page.tab.locator('.poster').first().waitFor();
    await page.tab.goto(`${one.url}/#/${place}`);
    await page.tab.locator('.lights .ok, .found:not(:empty)').first().waitFor();
    await page.tab.locator('.poster .name').first().waitFor();
    await page.tab.screenshot({
      path: join(root, 'docs', `page-${place}.jpg`),
      type: 'jpeg',
      quality: 85,
    });
  }
} finally {
  for (const end of endings.reverse()) await end();
  await rm(home, { recursive: true, force: true });
}
