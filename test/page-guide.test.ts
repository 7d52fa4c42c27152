import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import t from 'tap';
import { loadSecrets } from '../src/secrets.ts';
import { startBridge } from './fixtures/bridge-process.ts';
import { fakeMediaServer } from './fixtures/fake-media-server.ts';
import { until } from './fixtures/listed.ts';
import { fakeJellyfin } from './fixtures/media-servers.ts';
import { logInAt, openPage, startBrowser } from './fixtures/page.ts';
import { findProgram } from './fixtures/programs.ts';
import { envOver } from './fixtures/setup.ts';
import { start } from './fixtures/simulated-host.ts';
import { mediaFile } from './media/index.ts';

/** The first start in a browser, by keyboard alone: from nothing to a film that plays. */
const film = mediaFile('h264-moov-first.mp4');
const account = {
  folders: [
    {
      name: 'Films',
      files: [{ name: 'Sita Sings the Blues (2008).mp4', content: { path: film.path } }],
      folders: [{ name: 'Old', files: [] }],
    },
    { name: '.passerelle-trash', files: [] },
    { name: 'Private', files: [{ name: 'Heat.1995.mkv', content: { sizeBytes: 1000, seed: 1 } }] },
  ],
};

t.test('a first start', async (t) => {
  const program = await findProgram(t, 'chromium', 'chromium-browser', 'google-chrome');
  if (!program) return;
  const simulator = await start(t, { account });
  const home = t.testdir();
  const { FICHIER_API_KEY: key, ...env } = envOver(simulator, home);
  const envServed = { ...env, PASSERELLE_BASE_URL: '', PASSERELLE_DELIVERY: 'proxy' };
  let served = await startBridge(envServed, home, ({ msg }) => msg.startsWith('no API key is set'));
  t.teardown(() => served.stop());
  const { url } = served;
  // On a busy machine the page takes long to be made, once.
  await (await fetch(url)).text();
  const { password } = loadSecrets(join(home, 'data'));
  const page = await openPage(await startBrowser(t, program), url);
  const { tab } = page;
  const { keyboard } = tab;

  /** Goes on by Tab until it has the focus, which has to be seen. */
  async function tabTo(wanted: Locator): Promise<void> {
    await wanted.first().waitFor();
    for (let step = 0; step < 40; step++) {
      await keyboard.press('Tab');
      if ((await wanted.and(tab.locator(':focus-visible')).count()) === 0) continue;
      t.equal(await tab.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'solid');
      return;
    }
    throw new Error(`no Tab leads to ${wanted}`);
  }
  const press = async (name: string) => {
    await tabTo(tab.getByRole('button', { name, exact: true }));
    await keyboard.press('Enter');
  };
  /** The heading of a step, which has the focus when it begins. */
  const heading = (text: string) => tab.locator('h2:focus', { hasText: text }).waitFor();
  const alert = (text: string) => tab.locator('[role=alert]', { hasText: text }).waitFor();

  await t.test('a key is checked', async (t) => {
    await keyboard.type('passerelle');
    await keyboard.press('Tab');
    await keyboard.type(password);
    await keyboard.press('Enter');
    await heading('The key of your account');
    await tabTo(tab.locator('[name=key]'));
    await keyboard.type('wrongwrongwrongwrongwrongwrongwr');
    await keyboard.press('Enter');
    await alert('does not accept the API key');
    page.faults.length = 0;
    t.strictSame(await page.inaccessible(), []);
    // What was wrong is chosen, and typed over.
    await tab.locator('[name=key]:focus').waitFor();
    await keyboard.type(` ${key} `);
    await keyboard.press('Enter');
    await tab.locator('.well:focus', { hasText: 'Premium account, until' }).waitFor();
    await press('Check another key');
    await tab.locator('[name=key]:focus').waitFor();
    await keyboard.type(key as string);
    await keyboard.press('Enter');
    await tab.locator('.well:focus').waitFor();
    await press('Next');
  });

  await t.test('the address is tried from the browser', async (t) => {
    await heading('The address for players');
    await tab.locator('.choice.answers', { hasText: url }).waitFor();
    const typed = url.replace('127.0.0.1', 'localhost');
    await tabTo(tab.locator('[name=url]'));
    await keyboard.type('http://');
    await keyboard.press('Control+A');
    await keyboard.type(typed);
    await keyboard.press('Enter');
    await tab.locator('.choice.answers', { hasText: typed }).waitFor();
    await heading('The address for players');
    t.ok(await tab.getByRole('radio', { name: typed }).isChecked());
    t.strictSame(page.faults.splice(0), [`a request to ${typed}/healthz`], 'nothing else is asked of others');
    await tabTo(tab.getByRole('radio', { name: typed }));
    for (let step = 0; step < 20 && !(await tab.getByRole('radio', { name: url }).isChecked()); step++)
      await keyboard.press('ArrowDown');
    t.strictSame(await page.inaccessible(), []);
    await press('Next');
  });

  await t.test('folders are chosen in the tree of the account', async (t) => {
    await heading('The folders of your library');
    await tabTo(tab.getByRole('button', { name: 'Folders in Private' }));
    await keyboard.press('Enter');
    await tab.locator('.soft', { hasText: 'No folders in it' }).waitFor();
    await press('Back');
    await heading('The address for players');
    await tab.locator('.choice.answers', { hasText: 'localhost' }).waitFor();
    t.match(page.faults.splice(0), [/^a request to http:\/\/localhost:\d+\/healthz$/], 'it is tried again');
    await press('Next');
    await heading('The folders of your library');
    await tabTo(tab.getByRole('checkbox', { name: 'The whole account' }));
    await keyboard.press('Space');
    await tabTo(tab.getByRole('checkbox', { name: 'Films' }));
    t.equal(await tab.getByText('.passerelle-trash').count(), 0, 'what was removed is nothing to choose');
    await keyboard.press('Space');
    t.strictSame(await page.inaccessible(), []);
    await press('Next');
  });

  await t.test('a media server is looked for, tested and added', async (t) => {
    const jellyfin = await fakeJellyfin(t);
    await heading('Media servers');
    await tabTo(tab.locator('[name=host]'));
    await keyboard.press('Enter');
    await tab
      .getByRole('status')
      .filter({ hasText: /found|Nothing answers/ })
      .waitFor();
    await tabTo(tab.locator('select'));
    await keyboard.type('jellyfin');
    await tabTo(tab.locator('[name=url]'));
    await keyboard.press('Control+A');
    await keyboard.type(jellyfin.url);
    await tabTo(tab.locator('[name=token]'));
    await keyboard.type('jelly-key');
    jellyfin.broken = 401;
    await press('Test and add');
    await alert('does not accept the token');
    jellyfin.broken = undefined;
    t.equal(await tab.locator('button:focus').textContent(), 'Test and add', 'who was refused stays there');
    await keyboard.press('Space');
    await tab.locator('.rows li', { hasText: new RegExp(`Jellyfin ${jellyfin.url}`) }).waitFor();
    t.equal(await tab.locator('[name=token]').inputValue(), '', 'its key is not shown again');
    t.strictSame(await page.inaccessible(), []);
    await press('Begin');
  });

  await t.test('the bridge begins, and the film plays', async (t) => {
    await tab.locator('.sentence').waitFor();
    await tab.locator('#content:focus').waitFor();
    await tab.locator('.poster', { hasText: 'Sita Sings the Blues' }).first().click();
    await tab.getByRole('button', { name: 'Play here' }).click();
    const width = await tab.evaluate<number>(`(async () => {
      const video = document.querySelector('video');
      await video.play();
      return video.videoWidth;
    })()`);
    t.ok(width > 0, 'it plays');
    const file = join(home, 'data', 'settings.yaml');
    t.ok(existsSync(file));
    t.equal(statSync(file).mode & 0o777, 0o600);
    const text = readFileSync(file, 'utf8');
    for (const entered of [`apiKey: ${key}`, `baseUrl: ${url}`, '- /Films\n', 'kind: jellyfin', 'jelly-key'])
      t.match(text, entered);
    t.notMatch(
      JSON.stringify(served.log),
      new RegExp(`${key}|jelly-key|${password}`),
      'no secret in the log',
    );
    // Between the guide and the bridge nobody listens for a moment.
    t.strictSame(
      page.faults.filter((fault) => !fault.includes('ERR_CONNECTION_REFUSED')),
      [],
    );
  });

  await t.test('media servers are added and taken out behind the guide too', async (t) => {
    const jellyfin = await fakeJellyfin(t);
    await tab.goto(`${url}/#/settings`);
    const card = tab.locator('.card', { has: tab.getByRole('heading', { name: 'Media servers' }) });
    await card.getByText('1 told what is new').click();
    await card.locator('[name=url]').fill(jellyfin.url);
    await card.locator('[name=token]').fill('jelly-key');
    await card.getByRole('button', { name: 'Test and add' }).click();
    const added = card.locator('.rows li', { hasText: `jellyfin ${jellyfin.url}` });
    await added.waitFor();
    await card.getByText('2 told what is new').waitFor();
    t.equal(await card.locator('[name=token]').inputValue(), '', 'its key stays nowhere in the page');
    t.strictSame(await page.inaccessible(), []);
    t.equal(await tab.getByText('count after a restart').count(), 0, 'it counts at once');
    await added.getByRole('button', { name: `Take jellyfin ${jellyfin.url} out` }).click();
    await added.waitFor({ state: 'detached' });
    t.strictSame(
      page.faults.filter((fault) => !fault.includes('ERR_CONNECTION_REFUSED')),
      [],
    );
  });

  await t.test('people are added, sent a test and taken out', async (t) => {
    const push = await fakeMediaServer(t, (_asked, response) => void response.writeHead(200).end('{}'));
    await tab.goto(`${url}/#/settings`);
    const card = tab.locator('.card', { has: tab.getByRole('heading', { name: 'People' }) });
    await card.getByText('Nobody is told').click();
    await card.locator('[name=kind]').selectOption('email');
    await card.locator('[name=to]').waitFor();
    await card.locator('[name=kind]').selectOption('ntfy');
    await card.locator('[name=url]').fill(`${push.url}/one/topic-of-hers`);
    await card.getByRole('button', { name: 'Add' }).click();
    await card.locator('.fault', { hasText: 'does not end in one topic' }).waitFor();
    t.match(page.faults.splice(0).at(-1), '400', 'the browser says it too');
    await card.locator('[name=url]').fill(`${push.url}/topic-of-hers`);
    await card.getByRole('button', { name: 'Add' }).click();
    await card.getByText('1 told').waitFor();
    await card.getByRole('button', { name: 'Send each a test' }).click();
    await card.getByText('a test was sent').waitFor();
    t.match(
      push.arrived.map(({ body }) => JSON.parse(body)),
      [{ topic: 'topic-of-hers' }],
    );
    t.notMatch(await card.textContent(), 'topic-of-hers');
    t.strictSame(await page.inaccessible(), []);
    await card.getByRole('button', { name: /^Take ntfy/ }).click();
    await card.getByText('Nobody is told').waitFor();
  });

  await t.test('settings are seen with where they come from, and changed', async (t) => {
    await tab.goto(`${url}/#/settings`);
    const row = (path: string) =>
      tab.locator('.settings > li').filter({ has: tab.locator('b', { hasText: new RegExp(`^${path}$`) }) });
    await row('fichier.apiKey').filter({ hasText: 'set, and not shown' }).waitFor();
    t.match(await row('delivery.mode').textContent(), 'from the environment PASSERELLE_DELIVERY');
    t.equal(await row('delivery.mode').getByRole('button').count(), 0, 'what the environment decides stays');
    t.equal(await row('server.port').getByRole('button').count(), 0, 'what is not for the page stays');
    t.strictSame(await page.inaccessible(), []);
    await row('log.level').filter({ hasText: 'Another value counts at once.' }).waitFor();
    // Somebody enters something else meanwhile, from the same look at all of it.
    {
      const second = await tab.context().newPage();
      await second.goto(`${url}/#/settings`);
      const there = second.locator('.settings > li').filter({ hasText: /^sync\.trashDays/ });
      await there.getByRole('button', { name: 'Change sync.trashDays' }).click();
      await there.locator('input').fill('7');
      await there.locator('input').press('Enter');
      await there.filter({ hasText: /^sync\.trashDays 7/ }).waitFor();
      await second.close();
    }
    await row('log.level').getByRole('button', { name: 'Change log.level' }).click();
    await row('log.level').locator('select').selectOption('debug');
    await row('log.level').getByRole('button', { name: 'Save' }).click();
    await tab.locator('.notice', { hasText: 'It counts now.' }).waitFor();
    await row('cache.fileMiB').filter({ hasText: 'Another value counts after a restart.' }).waitFor();
    await row('cache.fileMiB').getByRole('button', { name: 'Change cache.fileMiB' }).click();
    await row('cache.fileMiB').locator('input').fill('45');
    await row('cache.fileMiB').locator('input').press('Enter');
    await row('cache.fileMiB').locator('em', { hasText: 'after a restart' }).waitFor();
    t.strictSame(await page.inaccessible(), []);
    await tab.getByRole('button', { name: 'Restart now' }).click();
    await row('cache.fileMiB').filter({ hasText: '45' }).filter({ hasText: 'entered here' }).waitFor();
    await tab.getByRole('button', { name: 'Restart now' }).waitFor({ state: 'detached' });
    // A line that is written for `debug` alone.
    await fetch(`${url}/healthz`);
    await until(() => served.log.some(({ level }) => level === 'debug'));
    t.strictSame(
      page.faults.filter((fault) => !/ERR_CONNECTION|ERR_INCOMPLETE/.test(fault)),
      [],
    );
  });

  await t.test(
    'a server that is away, and a log-in that ends, are told, and one goes on where one was',
    async (t) => {
      const place = (name: string) => tab.evaluate(`location.hash = '#/${name}'`);
      await tab.goto(`${url}/#/repair`);
      await tab.getByText('No deletion waits for a word.').waitFor();
      t.equal(await served.stop(), 0);
      await tab.locator('.offline').waitFor();
      t.equal(
        await tab.getByText('No deletion waits for a word.').count(),
        1,
        'what was there is still shown',
      );
      await place('library');
      await tab.locator('.fault', { hasText: 'Passerelle does not answer.' }).waitFor();
      t.strictSame(await page.inaccessible(), []);
      served = await startBridge({ ...envServed, PASSERELLE_PORT: new URL(url).port }, home);
      await tab.locator('.poster:not(.ghost)').first().waitFor();
      t.equal(await tab.locator('.fault, .offline').count(), 0, 'as soon as it is there again');

      await tab.context().clearCookies();
      await place('account');
      await tab.getByText('Your log-in has ended.').waitFor();
      t.equal(await tab.evaluate('document.activeElement.name'), 'user', 'one types at once');
      t.strictSame(await page.inaccessible(), []);
      await logInAt(page, password);
      await tab.getByRole('heading', { name: 'Account', exact: true }).waitFor();
    },
  );
  t.equal(await served.stop(), 0);
});
