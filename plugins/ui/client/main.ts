import { signal } from '@preact/signals-core';
import { type ComponentType, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { AccountView } from './account.ts';
import { faultText, notice } from './asking.ts';
import { DoctorView } from './doctor.ts';
import { checkSession, followNews, isConnected, isGuided, logOut, serverVersion, user } from './door.ts';
import { GuideView } from './guide/guide.ts';
import { SettingsView } from './guide/settings-view.ts';
import { Home } from './home.ts';
import { html } from './html.ts';
import { LibraryView } from './library/library.ts';
import { TitleView } from './library/title.ts';
import { LogIn } from './login.ts';
import { Fault, Icon } from './parts.ts';
import { RepairView } from './repair/repair.ts';
import { words } from './texts.ts';

const places = ['home', 'library', 'repair', 'account', 'doctor'] as const;
type Place = (typeof places)[number] | 'title' | 'settings';

const views: Readonly<Record<Place, ComponentType<{ rest: string }>>> = {
  home: Home,
  library: LibraryView,
  title: TitleView,
  repair: RepairView,
  account: AccountView,
  doctor: DoctorView,
  settings: SettingsView,
};

/** Where one is, as the address says behind its `#/`. */
function placeNow(): { place: Place; rest: string } {
  const [name = '', ...rest] = location.hash.slice('#/'.length).split('/');
  return { place: Object.hasOwn(views, name) ? (name as Place) : 'home', rest: decoded(rest.join('/')) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

const where = signal(placeNow());
const fault = signal<string | undefined>(undefined);

addEventListener('hashchange', () => {
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
  if (user.value === undefined) return html`<main class="login" aria-busy="true"></main>`;
  if (!isIn) return html`<${LogIn} />`;
  return isGuided.value ? html`<${GuideView} />` : html`<${Frame} />`;
}

function Frame() {
  const { place, rest } = where.value;
  const View = views[place];
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
    ${!isConnected.value && html`<p class="offline" role="status">${words.offline}</p>`}
    <main id="content" tabindex="-1"><${View} key=${place} rest=${rest} /></main>
    <footer>Passerelle ${serverVersion.value} · <a href="api/docs/">API</a> · <a href="browse/">/browse</a></footer>
    <div class="notice ${said ? 'shown' : ''} ${said?.isFault ? 'bad' : ''}" role="status" aria-live="polite">${said?.text}
      ${said?.action && html`<button class="plain" onClick=${said.action.run}>${said.action.label}</button>`}</div>`;
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

checkSession().catch((error: unknown) => {
  fault.value = faultText(error);
});
render(html`<${Page} />`, document.getElementById('app') as HTMLElement);
