import { join } from 'node:path';
import t from 'tap';
import { addTitles } from './fixtures/many-titles.ts';
import { logInAt, type OpenPage, openPage, startBrowser } from './fixtures/page.ts';
import { sendsFiles } from './fixtures/page-uploads.ts';
import { findProgram } from './fixtures/programs.ts';
import { noGrace, setup, signal } from './fixtures/setup.ts';
import { hostile, small, visited } from './fixtures/visited-account.ts';

/** The page as people use it, in Chromium. */

t.test('the page', async (t) => {
  const program = await findProgram(t, 'chromium', 'chromium-browser', 'google-chrome');
  if (!program) return;
  const one = await setup(t, {
    // Below a path, as behind a proxy.
    env: {
      PASSERELLE_BASE_URL: 'http://films.test/passerelle',
      PASSERELLE_DELIVERY: 'proxy',
      PASSERELLE_ARTWORK: 'true',
      PASSERELLE_SYNC_CONFIRM_MINUTES: '0',
      ...noGrace,
    },
    simulator: { account: visited },
  });
  await one.sync();
  const at = `${one.url}/passerelle`;
  const browser = await startBrowser(t, program);
  const page = await openPage(browser, at);
  const { tab } = page;
  const text = (selector: string) => tab.locator(selector).first().textContent();

  await t.test('a text is seen before any script has come', async (t) => {
    const context = await browser.newContext({ locale: 'fr-FR' });
    const waiting = await context.newPage();
    await waiting.route('**/*.ts', () => undefined);
    await waiting.goto(`${at}/`, { waitUntil: 'commit' });
    await waiting.evaluate(`new Promise((resolve) => {
      const isText = ({ name }) => name === 'first-contentful-paint';
      const told = (list) => list.getEntries().some(isText) && resolve();
      new PerformanceObserver(told).observe({ type: 'paint', buffered: true });
    })`);
    t.match(await waiting.locator('main').textContent(), 'Un instant…');
    await context.close();
  });

  await t.test('a page elsewhere that opens it holds no window of it', async (t) => {
    const context = await browser.newContext();
    await context.route('http://localhost:1/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<h1>Elsewhere' }),
    );
    const elsewhere = await context.newPage();
    await elsewhere.goto('http://localhost:1/');
    const opening = context.waitForEvent('page');
    await elsewhere.evaluate(`globalThis.held = open(${JSON.stringify(`${at}/`)}); undefined`);
    const opened = await opening;
    await opened.locator('[name=user]').waitFor();
    t.strictSame(await opened.evaluate('opener'), null);
    t.strictSame(await elsewhere.evaluate('held.closed'), true, 'it looks like closed to it');
    await context.close();
  });

  await t.test('who is wrong is told so, and who is right is in', async (t) => {
    t.strictSame(await page.inaccessible(), []);
    await logInAt(page, 'wrong');
    await tab.locator('.fault').waitFor();
    t.equal(await text('.fault'), 'User or password is not right.');
    t.match(page.faults.splice(0), ['401'], 'the browser says it too');
    await logInAt(page);
    await tab.locator('.sentence', { hasText: 'All is well' }).waitFor();
    t.strictSame(await tab.locator('.lights .light.ok').count(), 2, 'host and library');
    await tab.locator('.poster').first().waitFor();
    t.strictSame(await page.inaccessible(), []);
    t.strictSame(await tab.evaluate('document.cookie'), '', 'no script reads the cookie');
    await tab.reload();
    await tab.locator('.sentence', { hasText: 'All is well' }).waitFor();
  });

  await t.test('a sync is seen as it goes, and that it has ended', async (t) => {
    one.simulator.faults.answer({ is: 'slow', ms: 1500, verb: 'folder/ls' });
    await tab.getByRole('button', { name: 'Sync now' }).click();
    await tab.locator('.sentence', { hasText: 'a sync is under way' }).waitFor();
    await tab.getByRole('progressbar', { name: 'Sync' }).waitFor();
    await tab.locator('.sentence', { hasText: /^All is well\.$/ }).waitFor();
    t.strictSame(await tab.getByRole('progressbar', { name: 'Sync' }).count(), 0);
  });

  await t.test('an address that leads nowhere says so, and the library is counted in titles', async (t) => {
    await tab.goto(`${at}/#/nonsense`);
    await tab.locator('.notice.shown', { hasText: 'nothing at this address' }).waitFor();
    t.match(tab.url(), /#\/home$/);
    await tab.locator('.light', { hasText: /Library.*\d titles?/ }).waitFor();
  });

  await t.test('a name that is made to hurt is a name', async (t) => {
    await tab.goto(`${at}/#/account/%2FFilms`);
    await tab.locator('.entry').first().waitFor();
    const names = await tab.locator('.entry .cut').allTextContents();
    t.ok(
      names.some((name) => name.startsWith(hostile.slice(0, 20))),
      names.join(),
    );
    await tab.goto(`${at}/#/account/%2F`);
    await tab.locator('.entry', { hasText: '<b>Bold' }).waitFor();
    t.strictSame(await tab.locator('main img, main b b, main script').count(), 0);
    t.strictSame(await page.inaccessible(), []);
  });

  await t.test('a film is found, plays, jumps, and is seen to play', async (t) => {
    await tab.goto(`${at}/#/library`);
    await tab.locator('.poster').first().waitFor();
    await tab.fill('[type=search]', 'regle');
    await tab.locator('.found', { hasText: /^1 title$/ }).waitFor();
    t.equal(await text('.poster .name'), 'La Règle du jeu');
    t.strictSame(await page.inaccessible(), []);
    await tab.fill('[type=search]', 'sita blu');
    await tab.locator('.poster', { hasText: 'Sita Sings the Blues' }).click();
    await tab.locator('details[open]').waitFor();
    t.match(await text('.because'), 'year: name', 'how it was recognised');
    await tab.getByRole('button', { name: 'QR code' }).click();
    const code = tab.getByRole('img', { name: 'QR code with the address of Sita Sings the Blues (2008)' });
    t.match(await code.locator('path').getAttribute('d'), /^M4 4h1v1h-1z/, 'a corner of it');
    t.match(await text('.code .address'), /^http:\/\/films\.test\/passerelle\/stream\//);
    t.strictSame(await page.inaccessible(), []);
    await tab.getByRole('button', { name: 'Play here' }).click();
    const second = await tab.evaluate<number>(`(async () => {
      const video = document.querySelector('video');
      await video.play();
      video.currentTime = 5;
      await new Promise((resolve, reject) => {
        video.onseeked = resolve;
        video.addEventListener('error', () => reject(new Error(video.error.message)));
      });
      return video.videoWidth > 0 ? video.currentTime : -1;
    })()`);
    t.ok(second >= 5, `it plays at ${second} s`);
    await tab.goto(`${at}/#/home`);
    await tab.locator('.card li', { hasText: 'through Passerelle' }).waitFor();
  });

  await t.test('a wall has pictures where there are any, and shows what wants repair', async (t) => {
    await tab.goto(`${at}/#/library`);
    await tab.fill('[type=search]', 'nosf');
    await tab.locator('.found', { hasText: /^1 title$/ }).waitFor();
    await tab.locator('.poster .picture.shown').waitFor();
    const colors = await tab.evaluate<number>(`(() => {
      const canvas = document.querySelector('.picture');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    })()`);
    t.ok(colors > 20, `${colors} colours`);
    const face = async () => JSON.stringify(await tab.locator('.poster .face').first().boundingBox());
    const withPicture = await face();
    await tab.fill('[type=search]', 'brazil');
    await tab.locator('.poster', { hasText: 'Brazil' }).waitFor();
    t.equal(await face(), withPicture, 'a picture changes no place');
    await tab.fill('[type=search]', '');
    await tab.getByLabel('Filter').selectOption('unsure');
    await tab.locator('.found', { hasText: /^1 title$/ }).waitFor();
    await tab.locator('.poster .name', { hasText: 'Films' }).waitFor();
    await tab.getByLabel('Filter').selectOption('no-media');
    await tab.locator('.poster', { hasText: 'Casino' }).waitFor();
    t.strictSame(await page.inaccessible(), []);
    await tab.getByLabel('Filter').selectOption('');
  });

  await t.test('what was read wrongly is fixed, seen before it moves, and undone', async (t) => {
    await tab.goto(`${at}/#/repair`);
    const row = tab.locator('.rows > li', { hasText: 'S01E01' });
    await row.getByRole('button', { name: 'Fix' }).click();
    t.strictSame(await page.inaccessible(), []);
    await row.locator('[name=as]').selectOption('movie');
    await row.locator('[name=title]').fill('Metropolis');
    await row.locator('[name=year]').fill('1927');
    await row.getByRole('button', { name: 'Show what would move' }).click();
    await row.locator('.moves', { hasText: 'Movies/Metropolis (1927)/Metropolis (1927)' }).waitFor();
    const key = 'movies/metropolis (1927)';
    t.strictSame(await one.bridge.catalog.placements.ofKeys([key]), [], 'nothing has moved yet');
    await row.getByRole('button', { name: 'Fix it' }).click();
    const undo = tab.getByRole('button', { name: 'Undo', exact: true });
    await undo.waitFor();
    t.equal((await one.bridge.catalog.placements.ofKeys([key])).length, 1);
    await undo.click();
    await tab.locator('.notice', { hasText: 'It is as it was.' }).waitFor();
    await tab.locator('.feed li', { hasText: 'from Movies/Metropolis (1927)/Metropolis (1927)' }).waitFor();
    t.strictSame(await one.bridge.catalog.placements.ofKeys([key]), []);
  });

  await sendsFiles(t, { one, page, at });

  await t.test('a deletion that waits is refused', async (t) => {
    for (const name of ['Heat.1995.1080p', 'Brazil.1985', 'Casino.1995', 'Dune.2021'])
      one.simulator.account.removeFile(`/Films/${name}.mkv`);
    for (let turn = 0; turn < 3; turn++) await one.sync();
    t.equal((await one.bridge.curation.proposals.list(10, 'open')).length, 1);
    await tab.goto(`${at}/#/home`);
    await tab.locator('.links a', { hasText: '1 deletion waits for your word' }).click();
    await tab.getByRole('button', { name: 'Keep them' }).click();
    await tab.locator('.notice', { hasText: '4 files stay' }).waitFor();
    t.strictSame(await one.bridge.curation.proposals.list(10, 'open'), []);
    t.strictSame(await page.inaccessible(), []);
  });

  await t.test('what would stand elsewhere is seen, moved, and taken back; the trash too', async (t) => {
    await tab.goto(`${at}/#/repair`);
    await tab.getByRole('button', { name: 'See what would move' }).click();
    await tab.locator('.empty', { hasText: 'Everything stands where it would stand today.' }).waitFor();
    one.simulator.account.rename('/Films/Up.2009.mkv', 'Up.2010.mkv');
    for (const seed of [40, 41]) one.simulator.account.addFile('/Films', small('Laura.1944.mkv', seed));
    await one.sync();
    await tab.getByRole('button', { name: 'See what would move' }).click();
    const row = tab.locator('.moves li', { hasText: 'Movies/Up (2010)/Up (2010)' });
    await row.locator('.fate', { hasText: 'moves' }).waitFor();
    const twins = tab.locator('.rows > li', {
      has: tab.locator('b', { hasText: /^\/Films\/Laura\.1944\.mkv$/ }),
    });
    await twins.locator('li').nth(1).waitFor();
    t.strictSame(await page.inaccessible(), []);
    const key = 'movies/up (2010)';
    await tab.getByRole('button', { name: 'Move 1 file' }).click();
    await tab.locator('.notice', { hasText: '1 file was moved.' }).waitFor();
    t.equal((await one.bridge.catalog.placements.ofKeys([key])).length, 1);
    await tab.locator('.notice').getByRole('button', { name: 'Undo' }).click();
    await tab.locator('.notice', { hasText: 'stands where it was' }).waitFor();
    t.strictSame(await one.bridge.catalog.placements.ofKeys([key]), []);
    await tab.getByRole('button', { name: 'Undo the last move' }).waitFor();

    for (const name of ['Up.2010', 'La.Règle.du.jeu.1939'])
      await one.bridge.accountChanges.remove({
        path: `/Films/${name}.mkv`,
        isDeep: false,
        isDry: false,
        signal,
      });
    await tab.reload();
    await tab
      .locator('li', { hasText: '/Films/Up.2010.mkv' })
      .getByRole('button', { name: 'Put back' })
      .click();
    await tab.locator('.notice', { hasText: 'It is where it was.' }).waitFor();
    t.ok(one.simulator.account.file('/Films/Up.2010.mkv'));
    await one.bridge.accountChanges.remove({
      path: '/Films/Up.2010.mkv',
      ...{ isDeep: false, isDry: false, signal },
    });
    await tab.reload();
    const lies = tab.locator('.rows > li', { hasText: '/Films/Up.2010.mkv' });
    await lies.getByRole('button', { name: 'Remove now: /Films/Up.2010.mkv' }).click();
    await lies.locator('[role=alert]', { hasText: 'cannot be undone' }).waitFor();
    t.strictSame(await page.inaccessible(), []);
    await lies.getByRole('button', { name: 'Remove for good' }).click();
    await lies.waitFor({ state: 'detached' });
    t.match(
      await one.bridge.accountChanges.trash(),
      [{ path: '/Films/La.Règle.du.jeu.1939.mkv' }],
      'the other one stays',
    );
    await tab.getByRole('button', { name: 'Remove all now' }).click();
    await tab.locator('[role=alert]', { hasText: 'for good' }).waitFor();
    t.strictSame(await page.inaccessible(), []);
    await tab.getByRole('button', { name: 'Remove for good' }).click();
    await tab.locator('.empty', { hasText: 'Nothing lies in the trash.' }).waitFor();
    t.strictSame(await one.bridge.accountChanges.trash(), []);
  });

  await t.test('on a phone, in the dark, in French, by keyboard alone', async (t) => {
    const phone = await openPage(browser, at, {
      locale: 'fr-FR',
      colorScheme: 'dark',
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    await phone.tab.keyboard.type('passerelle');
    await phone.tab.keyboard.press('Tab');
    await phone.tab.keyboard.type('test-password');
    await phone.tab.keyboard.press('Enter');
    await phone.tab.locator('.sentence').waitFor();
    await phone.tab.keyboard.press('Tab');
    t.equal(await focused(phone), 'Aller au contenu');
    for (let step = 0; step < 3; step++) await phone.tab.keyboard.press('Tab');
    t.equal(await focused(phone), 'Médiathèque');
    await phone.tab.keyboard.press('Enter');
    await phone.tab.locator('.poster').first().waitFor();
    t.strictSame(await phone.inaccessible(), []);
    for (const place of ['home', 'library', 'repair', 'account']) {
      await phone.tab.goto(`${at}/#/${place}`);
      await phone.tab.locator('h1').waitFor();
      const wider = await phone.tab.evaluate('document.documentElement.scrollWidth - innerWidth');
      t.ok(Number(wider) <= 0, `${place} is as wide as the phone`);
      t.strictSame(await phone.inaccessible(), [], place);
    }
    await phone.tab.goto(`${at}/#/doctor`);
    await phone.tab.locator('.findings', { hasText: 'écriture possible dans /' }).waitFor();
    await phone.tab.locator('.findings', { hasText: 'la clé est acceptée ; compte' }).waitFor();
    await phone.tab
      .locator('.rows li', { hasText: /jusqu’à la fin|quitté à|en cours/ })
      .first()
      .waitFor();
    t.strictSame(await phone.inaccessible(), [], 'doctor');
    t.strictSame(phone.faults, []);
  });

  await t.test('of 20,000 titles those are in the page that are seen', async (t) => {
    addTitles(join(one.home, 'data', 'catalog.db'), 20_000);
    await tab.goto(`${at}/#/library`);
    await tab.fill('[type=search]', '');
    await tab.locator('.found', { hasText: '20,0' }).waitFor();
    for (const part of [0.5, 0.999, 0]) {
      await tab.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${part})`);
      const wanted = { 0: 'Brazil', 0.5: 'Title 10', 0.999: 'Title 19' }[part] as string;
      await tab.locator('.poster .name', { hasText: wanted }).first().waitFor();
      const count = await tab.locator('.poster').count();
      t.ok(count > 5 && count < 200, `${count} posters at ${part}`);
    }
    t.strictSame(await page.inaccessible(), []);
  });

  await t.test('who logs out is out, and nothing went wrong before', async (t) => {
    await tab.getByRole('button', { name: 'Log out' }).click();
    await tab.locator('[name=user]').waitFor();
    t.strictSame(page.faults, []);
  });
});

function focused({ tab }: OpenPage): Promise<string> {
  return tab.evaluate('document.activeElement.textContent');
}
