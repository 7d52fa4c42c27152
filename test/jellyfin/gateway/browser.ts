import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { eventually } from '../seen.ts';
import { apiCalls, type GatewayAround, itemOf, mediaBytes, ticksPerSecond, titles } from './around.ts';
import { passwordOf, viewerName } from './people.ts';

const slow = { timeout: 60_000 };

/**
 * Chromium with the server's own pages, through the gateway: log in, play, jump, stop, go on.
 * @param pictures a folder for what it looked like
 */
export async function browserPlays(
  around: GatewayAround,
  program: string,
  pictures: string | undefined,
): Promise<void> {
  const { house, say, viewer, server } = around;
  const item = await itemOf(around, titles.mp4);
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  });
  const faults: string[] = [];
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const picture = async (name: string) => {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  try {
    // What the pages complain of straight at Jellyfin is theirs: its WebSocket before the log-in, say.
    const own = new Set(await faultsAlone(browser, around.url, item.Id));
    gatherFaults(page, faults);
    const from = house.origin.passed.length;
    const { downloadRequests } = house.simulator.counters;
    const fromRequest = downloadRequests.length;
    await logIn(page, house.gatewayUrl, picture);
    await openItem(page, house.gatewayUrl, item.Id);
    await picture('film');
    await page.locator('.btnPlay:visible, .btnReplay:visible').first().click(slow);
    await plays(page, 1);
    await picture('playing');
    await page.locator('video').evaluate((video: Video, to: number) => {
      video.currentTime = to;
    }, 700);
    await plays(page, 702);
    await picture('jumped');
    const crossOrigin = await page.locator('video').getAttribute('crossorigin');
    await page.goBack();
    const kept = await eventually('the position', async () => {
      const all = await server.itemsWith('Movie', 'Path', { userId: viewer.id });
      const found = all.find(({ Id }) => Id === item.Id);
      return (found?.UserData?.PlaybackPositionTicks ?? 0) / ticksPerSecond;
    });
    const before = apiCalls(around);
    await page.reload(slow);
    // Two buttons stand there once the page knows of a place to go on from.
    await page.locator('.btnReplay:visible').first().waitFor(slow);
    await picture('to-be-continued');
    await page.locator('.btnPlay:visible').first().click(slow);
    const resumedAt = await plays(page, kept - 15);
    await picture('resumed');
    await page.goBack();
    const secondCalls = apiCalls(around) - before;
    const requests = downloadRequests.slice(fromRequest);
    const referers = new Set(requests.flatMap(({ referer }) => referer ?? []));
    const bytes = mediaBytes(around, from);
    say(
      kept >= 700 && Math.abs(resumedAt - kept) < 30 && bytes === 0,
      `browser: played, jumped to 700 s, stopped at ${kept.toFixed(0)} s, went on at ${resumedAt.toFixed(0)} s; ${bytes} bytes of the film through Jellyfin, crossorigin ${crossOrigin ?? 'not set'}`,
    );
    say(
      referers.size === 0,
      `browser: ${requests.length} requests at the host, ${[...referers].join(', ') || 'none with a Referer'}`,
    );
    say(secondCalls === 0, `browser: the second play made ${secondCalls} API calls at the host`);
    const ours = faults.filter((fault) => !own.has(fault));
    say(
      ours.length === 0,
      `browser: ${ours.length} faults in the console that are not there without the gateway (${own.size} are) ${ours.slice(0, 3).join('; ')}`,
    );
  } catch (error) {
    await picture('failed');
    throw error;
  } finally {
    await browser.close();
  }
}

function gatherFaults(page: Page, faults: string[]): void {
  // Addresses and ports differ from run to run.
  const add = (words: string) => faults.push(words.replace(/127\.0\.0\.1:\d+/g, 'server'));
  page.on('console', (message) => {
    if (message.type() === 'error') add(message.text());
  });
  page.on('pageerror', (error) => add(error.message));
}

/** What the same pages complain of without a gateway: a log-in, and the page of a film. */
async function faultsAlone(browser: Browser, url: string, itemId: string): Promise<string[]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const faults: string[] = [];
  gatherFaults(page, faults);
  await logIn(page, url, async () => undefined);
  await openItem(page, url, itemId);
  await context.close();
  return faults;
}

async function logIn(page: Page, url: string, picture: (name: string) => Promise<void>): Promise<void> {
  await page.goto(`${url}/web/`, slow);
  const name = page.locator('#txtManualName');
  // The form stands there at once where nobody is shown by name, and behind a button otherwise.
  await eventually('the form to log in', async () => {
    if (!(await name.isVisible()))
      await page
        .locator('.btnManual')
        .click({ timeout: 2000 })
        .catch(() => undefined);
    return name.isVisible();
  });
  await name.fill(viewerName);
  await page.locator('#txtManualPassword').fill(passwordOf(viewerName));
  await picture('log-in');
  await page.locator('.manualLoginForm button[type=submit]').click();
  await page.locator('.homePage:visible, #indexPage:visible').first().waitFor(slow);
  // Left before it knows what to show, the page complains.
  await page
    .locator('#homeTab .sections > *')
    .first()
    .waitFor({ state: 'attached', ...slow });
}

async function openItem(page: Page, url: string, itemId: string): Promise<void> {
  await page.goto(`${url}/web/#/details?id=${itemId}`, slow);
  await page.locator('.btnPlay:visible, .btnReplay:visible').first().waitFor(slow);
}

/** Until the picture moves beyond this place. @returns where it is */
async function plays(page: Page, beyondSeconds: number): Promise<number> {
  await page.locator('video').waitFor({ state: 'attached', ...slow });
  return eventually(
    `a picture beyond ${beyondSeconds.toFixed(0)} s`,
    async () => {
      const { at, isSeeking, error } = await page.locator('video').evaluate((video: Video) => ({
        at: video.currentTime,
        isSeeking: video.seeking,
        error: video.error?.message,
      }));
      if (error !== undefined) throw new Error(`Chromium stopped at ${at} s: ${error}`);
      return !isSeeking && at > beyondSeconds ? at : undefined;
    },
    60_000,
  );
}

/** What is used of an HTMLVideoElement; the project's types know no browser. */
interface Video {
  currentTime: number;
  seeking: boolean;
  error: { message: string } | null;
}
