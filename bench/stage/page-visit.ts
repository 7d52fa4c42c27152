import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { findProgram } from '../../test/fixtures/programs.ts';
import type { HostPart } from '../parts/host.ts';
import { envFor } from './bridge.ts';
import type { Stage } from './stage.ts';

/** Who logs in at the page of {@link servePage}. */
export const pageLogin = { user: 'passerelle', password: 'bench-password' };

/** What somebody saw who opened an address, and when, from the moment at which he asked for it. */
export interface PageVisit {
  /** The first text or picture. */
  paintMs: number;
  /** What was waited for. */
  readyMs: number;
  requests: number;
  bytes: number;
}

/** A Chromium of this machine; undefined, said aloud, where there is none. */
async function openChromium(): Promise<Browser | undefined> {
  const say = { fail: console.log, comment: console.log };
  const executablePath = await findProgram(say, 'chromium', 'chromium-browser', 'google-chrome');
  return executablePath === undefined
    ? undefined
    : chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A Chromium, and a bridge of 60 files with its page; undefined where there is no Chromium. */
export async function servePage(stage: Stage) {
  const browser = await openChromium();
  if (!browser) return undefined;
  stage.keep({ stop: () => browser.close() });
  const host = await stage.part<HostPart>('host', { folders: 1, filesPerFolder: 60, sizeBytes: 1000 });
  const home = await stage.folder('bridge');
  const env = { ...envFor(host.facts, home), PASSERELLE_PASSWORD: pageLogin.password };
  const bridge = await stage.bridge(home, env);
  await bridge.logged('sync done');
  return { browser, home, bridge };
}

/** What stands in the page before all else, and notes when it sees something. */
const watch = (ready: string) => `{
  const both = Promise.withResolvers();
  const seen = globalThis.seen = { both: both.promise };
  const isOver = () => { if (seen['first-contentful-paint'] && seen.ready) both.resolve(); };
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) seen[name] = startTime;
    isOver();
  }).observe({ type: 'paint', buffered: true });
  const look = () => { if (document.querySelector(${JSON.stringify(ready)})) { seen.ready ??= performance.now(); isOver(); } };
  new MutationObserver(look).observe(document, { subtree: true, childList: true });
}`;

interface Tally {
  paintMs?: number;
  readyMs?: number;
  requests: number;
  bytes: number;
}

/** Opens an address in a new tab and waits for an element. */
export async function visitPage(context: BrowserContext, url: string, ready: string): Promise<PageVisit> {
  const tab = await context.newPage();
  await tab.addInitScript(watch(ready));
  await tab.goto(url);
  await tab.locator(ready).first().waitFor();
  await tab.evaluate('seen.both');
  const {
    paintMs = Number.NaN,
    readyMs = Number.NaN,
    ...sizes
  } = await tab.evaluate<Tally>(`(() => {
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return {
      paintMs: seen['first-contentful-paint'],
      readyMs: seen.ready,
      requests: all.length,
      bytes: all.reduce((sum, { transferSize }) => sum + transferSize, 0),
    };
  })()`);
  await tab.close();
  return { paintMs, readyMs, ...sizes };
}
