import { computed, signal } from '@preact/signals-core';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { faultText, notice, tell } from './asking.ts';
import {
  checkSession,
  followNews,
  isConnected,
  isGuided,
  logOut,
  openQuestions,
  serverVersion,
  user,
} from './door.ts';
import { html } from './html.ts';
import { LogIn } from './login.ts';
import { Fault, Icon } from './parts.ts';
import { bringAllViews, bringView, cameView, type ViewName } from './views.ts';
import { words } from './words/texts.ts';

const places = ['home', 'library', 'repair', 'account', 'doctor'] as const;
const hidden = ['title', 'settings'] as const;
type Place = (typeof places)[number] | (typeof hidden)[number];

/** Where one is, as the address says behind its `#/`. */
function placeNow(): { place: Place; rest: string } {
  const [name = '', ...rest] = location.hash.slice('#/'.length).split('/');
  const place = [...places, ...hidden].find((one) => one === name) ?? 'home';
  return { place, rest: decoded(rest.join('/')) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

leaveNowhere();
const where = signal(placeNow());
const fault = signal<string | undefined>(undefined);

/** An address that leads nowhere says so, and is taken off. Those of the guide are none of ours, and no fault behind it. */
function leaveNowhere(): void {
  const [name = ''] = location.hash.slice('#/'.length).split('/');
  if (['', 'guide'].includes(name) || [...places, ...hidden].some((one) => one === name)) return;
  history.replaceState(history.state, '', '#/home');
  tell(words.noPlace, { isFault: true });
}

addEventListener('hashchange', () => {
  leaveNowhere();
  where.value = placeNow();
  scrollTo(0, 0);
  // Who reads with the ears is told that the page is another one.
  document.getElementById('content')?.focus({ preventScroll: true });
});

function Page() {
  const isIn = typeof user.value === 'string';
  useEffect(() => {
    if (!isIn || isGuided.value) return undefined;
    const leave = new AbortController();
    void followNews(leave.signal);
    return () => leave.abort();
  }, [isIn, isGuided.value]);
  if (fault.value !== undefined) return html`<main class="login"><${Fault} text=${fault.value} /></main>`;
  if (user.value === undefined) return html`<${Moment} />`;
  if (!isIn) return html`<${LogIn} />`;
  return isGuided.value ? html`<${View} name="guide" rest="" />` : html`<${Frame} />`;
}

/** What the page began with, before any script was there. */
function Moment() {
  return html`<main class="login waiting" aria-busy="true"><div class="brand big"><span class="mark" aria-hidden="true"></span><h1>Passerelle</h1></div><p class="hint">${words.moment}</p></main>`;
}

/** A part of the page, from when it is there. */
function View({ name, rest }: { name: ViewName; rest: string }) {
  const { view, fault: why } = cameView(name);
  useEffect(() => bringView(name), [name]);
  if (why !== undefined) return html`<${Fault} text=${why} />`;
  return view ? html`<${view} rest=${rest} />` : html`<p class="hint" role="status">${words.moment}</p>`;
}

function Frame() {
  const { place, rest } = where.value;
  const current = place === 'title' ? 'library' : place;
  const name = current === 'settings' ? words.settings.title : words.nav[current];
  useEffect(() => {
    document.title = place === 'home' ? 'Passerelle' : `${name} · Passerelle`;
  }, [place]);
  const said = notice.value;
  return html`<a class="skip" href="#content" onClick=${skip}>${words.skip}</a>
    <header class="top">
      <a class="brand" href="#/home"><span class="mark" aria-hidden="true"></span><span>Passerelle</span></a>
      <nav aria-label=${words.nav.main}>${places.map(
        (one) =>
          html`<a key=${one} href="#/${one}" aria-current=${one === current ? 'page' : undefined}><${Icon} name=${one} /><span>${words.nav[one]}</span></a>`,
      )}</nav>
      <a class="plain leave" href="#/settings" aria-current=${current === 'settings' ? 'page' : undefined} title=${words.settings.title} aria-label=${words.settings.title}><${Icon} name="settings" /></a>
      <button class="plain leave" onClick=${logOut} title=${words.logOut} aria-label=${words.logOut}><${Icon} name="leave" /></button>
    </header>
    <${Busy} />
    ${!isConnected.value && html`<p class="offline" role="status">${words.offline}</p>`}
    <main id="content" tabindex="-1"><${View} key=${place} name=${place} rest=${rest} /></main>
    <footer>Passerelle ${serverVersion.value} · <a href="api/docs/">API</a> · <a href="browse/">/browse</a></footer>
    <div class="notice ${said ? 'shown' : ''} ${said?.isFault ? 'bad' : ''}" role="status" aria-live="polite">${said?.text}
      ${said?.action && html`<button class="plain" onClick=${said.action.run}>${said.action.label}</button>`}</div>`;
}

const isBusy = computed(() => openQuestions.value > 0);

/** That an answer takes its time; what is quick shows nothing. */
function Busy() {
  return html`<div class="busy ${isBusy.value ? 'shown' : ''}" aria-hidden="true"></div>`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

render(html`<${Page} />`, document.getElementById('app') as HTMLElement);
checkSession()
  .catch((error: unknown) => {
    fault.value = faultText(error);
  })
  .finally(bringAllViews);
