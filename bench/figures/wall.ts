import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { addTitles } from '../../test/fixtures/many-titles.ts';
import type { Figure, Measure } from '../figure.ts';
import { pageLogin, servePage } from '../stage/page-visit.ts';
import { median, quantile } from '../stage/rounds.ts';

const titles = 20_000;
const rounds = 7;

/** Jumps over a wall of many titles: from the hand of a person to the names of what is there. */
export const wall: Figure = {
  name: 'wall',
  about: `jumps over ${titles.toLocaleString('en')} titles in Chromium, median of ${rounds}`,
  async measure(stage) {
    const served = await servePage(stage);
    if (!served) return [];
    const { browser, home, bridge } = served;
    addTitles(join(home, 'data', 'catalog.db'), titles);
    // A page that glides to where it goes is not slower for it.
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    await context.request.post(`${bridge.url}/session`, {
      data: pageLogin,
      headers: { 'passerelle-page': '1' },
    });
    const tab = await context.newPage();
    await tab.goto(`${bridge.url}/#/library`);
    await tab.locator('.found', { hasText: '20,0' }).waitFor();
    await tab.locator('.poster .name').first().waitFor();

    const took: Record<'end' | 'home' | 'anywhere' | 'letter' | 'answer', number[]> = {
      end: [],
      home: [],
      anywhere: [],
      letter: [],
      answer: [],
    };
    for (let round = 0; round < rounds; round++) {
      took.end.push(
        await keyMs(tab, 'End', 'scrollY + innerHeight >= document.documentElement.scrollHeight - 2'),
      );
      // Somewhere else each time: what was fetched already is there at once.
      took.anywhere.push(await tab.evaluate<number>(anywhere((round + 0.5) / (rounds + 1))));
      took.home.push(await keyMs(tab, 'Home', 'scrollY === 0'));
      took.answer.push(await tab.evaluate<number>(answer(round * 1900 + 950)));
      await tab.locator('[type=search]').focus();
      took.letter.push(
        await keyMs(tab, '0', '!document.querySelector(".found").textContent.startsWith("20,0")'),
      );
      await tab.locator('[type=search]').fill('');
      await tab.locator('.found', { hasText: '20,0' }).waitFor();
      await tab.locator('h1').click();
    }
    const { nodes, heapBytes, posters } = await tab.evaluate<Weight>(weigh);
    const than = 'the answer with as many titles, to a script in the page';
    const beside = (what: string, ours: number[]): Measure => ({
      what,
      value: median(ours),
      unit: 'ms',
      baseline: { what: than, value: median(took.answer) },
      ratio: median(ours.map((ms, at) => ms / (took.answer[at] as number))),
      note: `95 % within ${Math.round(quantile(ours, 0.95))} ms`,
    });
    return [
      beside('End', took.end),
      beside('Home', took.home),
      beside('the scrollbar, to where nobody was', took.anywhere),
      beside('a letter in the search, 120 ms of which wait for the next one', took.letter),
      { what: 'titles in the page', value: posters, unit: '', bar: { of: 'value', is: '<', limit: 200 } },
      { what: 'elements in the page', value: nodes, unit: '' },
      { what: 'memory of its scripts', value: heapBytes / 1e6, unit: 'MB' },
    ];
  },
};

interface Weight {
  nodes: number;
  heapBytes: number;
  posters: number;
}

const weigh = `({
  nodes: document.querySelectorAll('*').length,
  heapBytes: performance.memory?.usedJSHeapSize ?? 0,
  posters: document.querySelectorAll('.poster').length,
})`;

/** Whether a name stands in the middle of what is seen, and when it has been drawn. Between two titles there is a gap. */
const seen = (isThere: string) => `
  const places = [0.4, 0.45, 0.5, 0.55];
  const nameAt = (x, y) =>
    document.elementFromPoint(innerWidth * x, innerHeight * y)?.closest('.poster')?.querySelector('.name');
  const isSeen = () => ${isThere} && places.some((x) => places.some((y) => nameAt(x, y)));
  while (!isSeen()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begin;`;

/** From a key to what it shows. */
async function keyMs(tab: Page, key: string, isThere: string): Promise<number> {
  const waiting = tab.evaluate<number>(`(async () => {
    const begin = await new Promise((resolve) => {
      addEventListener('keydown', () => resolve(performance.now()), { once: true, capture: true });
    });
    ${seen(isThere)}
  })()`);
  await tab.evaluate('new Promise((resolve) => setTimeout(resolve, 50))');
  await tab.keyboard.press(key);
  return waiting;
}

const anywhere = (part: number) => `(async () => {
  const begin = performance.now();
  scrollTo(0, document.documentElement.scrollHeight * ${part});
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  ${seen('true')}
})()`;

const answer = (offset: number) => `(async () => {
  const begin = performance.now();
  const headers = { 'passerelle-page': '1' };
  await (await fetch('api/v1/library/titles?limit=100&offset=${offset}', { headers })).json();
  return performance.now() - begin;
})()`;
