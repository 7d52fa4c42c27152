import type { Browser } from 'playwright-core';
import type { Figure, Measure } from '../figure.ts';
import type { BarePagePart } from '../parts/bare-page.ts';
import { type PageVisit, pageLogin, servePage, visitPage } from '../stage/page-visit.ts';
import { median, quantile } from '../stage/rounds.ts';

const rounds = 7;
/** A browser that gives a page a process of its own for them starts that process when it has read them. */
const guards = ['content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'];
const logInForm = '[name=password]';

/** What a person waits for who opens the page. A text in the page is what a browser cannot show sooner. */
export const firstPaint: Figure = {
  name: 'first-paint',
  about: `the page in Chromium, from its address to what is seen, median of ${rounds}`,
  async measure(stage) {
    const served = await servePage(stage);
    if (!served) return [];
    const { browser, bridge } = served;
    const begin = performance.now();
    const answer = await fetch(bridge.url);
    await answer.text();
    const firstAnswerMs = performance.now() - begin;
    const headers = Object.fromEntries(guards.map((name) => [name, answer.headers.get(name) ?? '']));
    const bare = await stage.part<BarePagePart>('bare-page', {});
    const guarded = await stage.part<BarePagePart>('bare-page', { headers });
    const urls = { ours: bridge.url, bare: bare.facts.url, guarded: guarded.facts.url };
    const visits: Visits[] = [];
    // In the first two the browser itself is new, and so is what is made once in a process.
    for (let round = -2; round < rounds; round++) {
      const one = await oneRound(browser, urls, round % 2 === 0);
      if (round >= 0) visits.push(one);
    }
    const of = (name: keyof Visits, when: 'paintMs' | 'readyMs') => visits.map((one) => one[name][when]);
    const floor = of('bare', 'paintMs');
    const cold = visits.at(-1)?.cold;
    return [
      {
        ...beside('first text, nothing in the cache', of('cold', 'paintMs'), floor),
        bar: { of: 'value', is: '<', limit: 300 },
        note: `${cold?.requests} requests, ${Math.round((cold?.bytes ?? 0) / 1000)} KB`,
      },
      {
        ...beside('the same', of('cold', 'paintMs'), of('guarded', 'paintMs'), 'one text with our headers'),
        bar: { of: 'ratio', is: '<=', limit: 1.5 },
      },
      beside('first text, all in the cache', of('warm', 'paintMs'), floor),
      beside('the log-in, nothing in the cache', of('cold', 'readyMs'), floor),
      beside('the log-in, all in the cache', of('warm', 'readyMs'), floor),
      beside('how it is, for who is logged in', of('inside', 'readyMs'), floor),
      { what: 'the first answer of a process', value: firstAnswerMs, unit: 'ms' },
    ];
  },
};

type Visits = Record<'bare' | 'guarded' | 'cold' | 'warm' | 'inside', PageVisit>;

/** One person who has never been here, comes again, and logs in. */
async function oneRound(
  browser: Browser,
  urls: Record<'ours' | 'bare' | 'guarded', string>,
  isBareFirst: boolean,
): Promise<Visits> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const open = (url: string, ready: string) => visitPage(context, `${url}/`, ready);
  const openBare = async () => ({
    bare: await open(urls.bare, 'h1'),
    guarded: await open(urls.guarded, 'h1'),
  });
  try {
    const before = isBareFirst ? await openBare() : undefined;
    const cold = await open(urls.ours, logInForm);
    const warm = await open(urls.ours, logInForm);
    const bare = before ?? (await openBare());
    await context.request.post(`${urls.ours}/session`, {
      data: pageLogin,
      headers: { 'passerelle-page': '1' },
    });
    const inside = await open(urls.ours, '.sentence');
    return { ...bare, cold, warm, inside };
  } finally {
    await context.close();
  }
}

function beside(what: string, ours: number[], floor: number[], than = 'one text over plain http'): Measure {
  const [value, least] = [median(ours), median(floor)];
  return {
    what,
    value,
    unit: 'ms',
    baseline: { what: than, value: least },
    ratio: median(ours.map((ms, at) => ms / (floor[at] as number))),
    note: `95 % within ${Math.round(quantile(ours, 0.95))} ms`,
  };
}
