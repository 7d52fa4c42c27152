import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { faultText, useAsked } from '../asking.ts';
import { callApi, checkSession, isGuided } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { AddressStep } from './guide-address.ts';
import { FolderStep } from './guide-folders.ts';
import { KeyStep } from './guide-key.ts';
import { ServerStep } from './guide-servers.ts';
import { chosen, type GuideStepProps, type SetupAnswer } from './guide-step.ts';

const steps = ['key', 'address', 'folders', 'servers'] as const;
type StepName = (typeof steps)[number];

const views: Readonly<Record<StepName, ComponentType<GuideStepProps>>> = {
  key: KeyStep,
  address: AddressStep,
  folders: FolderStep,
  servers: ServerStep,
};

const stepOf = (hash: string): StepName => steps.find((step) => hash === `#/guide/${step}`) ?? 'key';

/** What is shown while there is no key: one step after the other, and then the bridge begins. */
export function GuideView() {
  const [turn, setTurn] = useState(0);
  const [step, setStep] = useState<StepName>(stepOf(location.hash));
  const [isReady, setReady] = useState(false);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBeginning, setBeginning] = useState(false);
  const title = useRef<HTMLHeadingElement>(null);
  const asked = useAsked<SetupAnswer>('/setup', turn);
  const { guide } = words;
  const setup = asked.value.value;
  useEffect(() => {
    document.title = `${guide.steps[step]} · Passerelle`;
    const follow = () => go(stepOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [step]);

  function go(next: StepName): void {
    if (next === step) return;
    setReady(false);
    setFault(undefined);
    setStep(next);
    history.replaceState(undefined, '', `#/guide/${next}`);
  }

  async function begin(): Promise<void> {
    setFault(undefined);
    setBeginning(true);
    try {
      await callApi('POST', '/setup', chosen.value);
      chosen.value = {};
      history.replaceState(undefined, '', '#/home');
      if (await hasBegun()) showBegun();
      else setFault(guide.late);
    } catch (error) {
      setFault(faultText(error));
      setBeginning(false);
    }
  }

  // A key comes first, whatever the address says.
  const now = setup && setup.account === undefined ? 'key' : step;
  const at = steps.indexOf(now);
  const Step = views[now];
  useEffect(() => {
    // Who reads with the ears, or has no mouse, begins at its heading.
    title.current?.focus();
  }, [now, isBeginning]);
  const next = steps[at + 1];
  const before = steps[at - 1];
  return html`<main id="content" class="guide" tabindex="-1">
    <div class="brand big"><span class="mark" aria-hidden="true"></span><h1>${guide.title}</h1></div>
    <ol class="steps" aria-label=${guide.stepsLabel}>${steps.map(
      (one, index) =>
        html`<li key=${one} class=${index < at ? 'done' : ''} aria-current=${one === now ? 'step' : undefined}>${guide.steps[one]}</li>`,
    )}</ol>
    <section class="card wide">
      <header><h2 ref=${title} tabindex="-1">${guide[now].title}</h2></header>
      <p>${guide[now].why}</p>
      <${Fault} text=${asked.value.fault} />
      ${setup && !isBeginning && html`<${Step} key=${now} setup=${setup} again=${() => setTurn((one) => one + 1)} ready=${setReady} />`}
      ${isBeginning && html`<p role="status">${guide.beginning}</p>`}
      <${Fault} text=${fault} />
      ${
        !isBeginning &&
        html`<div class="buttons end">
        ${before && html`<button type="button" onClick=${() => go(before)}>${guide.back}</button>`}
        ${
          next
            ? html`<button key="next" type="button" class="main" disabled=${!isReady} onClick=${() => go(next)}>${guide.next}</button>`
            : html`<button key="begin" type="button" class="main" disabled=${!isReady} onClick=${begin}>${guide.finish}</button>`
        }
      </div>`
      }
    </section>
  </main>`;
}

const pollMs = 300;
const maxPolls = 200;

/** The guide has gone, and with it what had the focus: what stands there now has it as soon as it is drawn. */
function showBegun(): void {
  requestAnimationFrame(() => document.getElementById('content')?.focus());
}

/** Waits until the bridge stands where the guide was. @returns false where that takes too long */
async function hasBegun(): Promise<boolean> {
  for (let poll = 0; poll < maxPolls; poll++) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    // Nobody answers in between.
    await checkSession().catch(() => undefined);
    if (!isGuided.value) return true;
  }
  return false;
}
