import { useEffect, useState } from 'preact/hooks';
import { faultText } from '../asking.ts';
import { base, callApi } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { chosen, type GuideStepProps } from './guide-step.ts';

type Trial = 'trying' | 'answers' | 'silent' | 'stranger' | 'mixed';

const timeLimitMs = 4000;
const isLoopback = (url: string) => /^https?:\/\/(?:localhost|127\.|\[::1\])/.test(url);

/** The address that STRM files carry: this browser tries each one that may be right. */
export function AddressStep({ setup, again, ready }: GuideStepProps) {
  const { address } = words.guide;
  const here = location.origin + base;
  const urls = [...new Set([...setup.tried, here, ...setup.addresses.map(({ url }) => url + base)])];
  const [trials, setTrials] = useState<Record<string, Trial>>({});
  /** What somebody chose; until then it is what answers. */
  const [own, setOwn] = useState(chosen.value.baseUrl);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const isFixed = setup.fixed.includes('server.baseUrl');
  const answers = (url: string) => trials[url] === 'answers';
  const usual = setup.tried.find(answers) ?? urls.find((url) => answers(url) && !isLoopback(url)) ?? here;
  const picked = own ?? usual;

  useEffect(() => {
    if (isFixed) return undefined;
    const leave = new AbortController();
    for (const url of urls) {
      setTrials((all) => ({ ...all, [url]: 'trying' }));
      void tryOut(url, setup.id, leave.signal).then((trial) =>
        setTrials((all) => ({ ...all, [url]: trial })),
      );
    }
    return () => leave.abort();
  }, [urls.join(' ')]);
  useEffect(() => {
    if (!isFixed) chosen.value = { ...chosen.value, baseUrl: picked };
    ready(true);
  }, [picked]);

  if (isFixed) return html`<p class="path">${address.fixed(setup.baseUrl)}</p>`;

  /** The browser may try what the page that it has loaded may ask: this one more, once it is loaded anew. */
  async function add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    setFault(undefined);
    try {
      const typed = String(new FormData(event.currentTarget as HTMLFormElement).get('url'));
      const { url } = await callApi<{ url: string }>('POST', '/setup/address', { url: typed });
      setOwn(url);
      if (urls.some((one) => new URL(one).origin === new URL(url).origin)) again();
      else location.reload();
    } catch (error) {
      setFault(faultText(error));
    }
  }

  return html`<fieldset class="choices"><legend>${address.pick}</legend>${urls.map((url) => {
    const trial = trials[url] ?? 'trying';
    const says = [address[trial], url === here && address.here, isLoopback(url) && address.loopback];
    return html`<label key=${url} class="choice ${trial}">
      <input type="radio" name="base" checked=${url === picked} onChange=${() => setOwn(url)} />
      <span><b class="path">${url}</b> <span class="soft">${says.filter(Boolean).join(' · ')}</span></span></label>`;
  })}</fieldset>
  <form class="row" onSubmit=${add}>
    <label class="long-field">${address.own}<input name="url" type="url" placeholder="http://192.168.1.10:8790" maxlength="500" required /></label>
    <button type="submit">${address.try}</button>
  </form>
  <${Fault} text=${fault} />`;
}

/** Whether it is this very process that answers there, asked from here. */
async function tryOut(url: string, id: string, signal: AbortSignal): Promise<Trial> {
  if (location.protocol === 'https:' && url.startsWith('http:')) return 'mixed';
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
    const answer = await fetch(`${url}/healthz`, { credentials: 'omit', cache: 'no-store', signal: limit });
    const said: unknown = await answer.json().catch(() => undefined);
    const isUs = typeof said === 'object' && said !== null && 'id' in said && said.id === id;
    return isUs ? 'answers' : 'stranger';
  } catch {
    return 'silent';
  }
}
