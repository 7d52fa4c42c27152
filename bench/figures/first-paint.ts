import type { Browser } from 'playwright-core';
import { request } from 'undici';
import type { Figure, Measure } from '../figure.ts';
import type { BarePagePart } from '../parts/bare-page.ts';
import { type PageVisit, pageLogin, servePage, visitPage } from '../stage/page-visit.ts';
import { median, quantile } from '../stage/rounds.ts';

const rounds = 7;
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
    await (await fetch(bridge.url)).text();
    const firstAnswerMs = performance.now() - begin;
    const bareWith = async (headers: Record<string, string>) =>
      (await stage.part<BarePagePart>('bare-page', { headers })).facts.url;
    const urls = {
      ours: bridge.url,
      bare: await bareWith({}),
      guarded: await bareWith(await guardsAt(bridge.url, 'none')),
      led: await bareWith(await guardsAt(bridge.url, 'cross-site')),
    };
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
      beside('one text with our headers, led here by another page', of('led', 'paintMs'), floor),
      beside('first text, all in the cache', of('warm', 'paintMs'), floor),
      beside('the log-in, nothing in the cache', of('cold', 'readyMs'), floor),
      beside('the log-in, all in the cache', of('warm', 'readyMs'), floor),
      beside('how it is, for who is logged in', of('inside', 'readyMs'), floor),
      { what: 'the first answer of a process', value: firstAnswerMs, unit: 'ms' },
    ];
  },
};

type Visits = Record<'bare' | 'guarded' | 'led' | 'cold' | 'warm' | 'inside', PageVisit>;

/** The headers that guard the page at `url`, for who comes from such a site. */
async function guardsAt(url: string, site: 'none' | 'cross-site'): Promise<Record<string, string>> {
  const answer = await request(url, { headers: { 'sec-fetch-site': site } });
  await answer.body.dump();
  return Object.fromEntries(
    guards
      .flatMap((name) => [[name, String(answer.headers[name] ?? '')]])
      .filter(([, value]) => value !== ''),
  );
}

/** One person who has never been here, comes again, and logs in. */
async function oneRound(
  browser: Browser,
  urls: Record<'ours' | 'bare' | 'guarded' | 'led', string>,
  isBareFirst: boolean,
): Promise<Visits> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const open = (url: string, ready: string) => visitPage(context, `${url}/`, ready);
  const openBare = async () => ({
    bare: await open(urls.bare, 'h1'),
    guarded: await open(urls.guarded, 'h1'),
    led: await open(urls.led, 'h1'),
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
