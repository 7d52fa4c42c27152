import { useEffect, useState } from 'preact/hooks';
import type { ShownFinding } from '../../../src/api/doctor.ts';
import type { AnswerOf } from '../../../src/api/endpoint.ts';
import type { listPlays } from '../../../src/api/plays.ts';
import { faultText, useAsked } from './asking.ts';
import { callApi, returns } from './door.ts';
import { html } from './html.ts';
import { LogView } from './log.ts';
import { Card, Empty, Fault } from './parts.ts';
import { SupportCard } from './support.ts';
import { spoken, spokenEnd } from './words/spoken.ts';
import { ago, bytes, words } from './words/texts.ts';

export function DoctorView() {
  const { doctor, home } = words;
  const [findings, setFindings] = useState<readonly ShownFinding[]>([]);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const plays = useAsked<AnswerOf<typeof listPlays>>('/plays?limit=20');

  const run = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      setFindings((await callApi<{ findings: ShownFinding[] }>('GET', '/doctor')).findings);
    } catch (error) {
      setFault(faultText(error));
    } finally {
      setBusy(false);
    }
  };
  // What was found stands when the server was away for a moment.
  useEffect(() => {
    if (findings.length === 0) void run();
  }, [returns.value]);
  const action = html`<button onClick=${run} disabled=${isBusy}>${isBusy ? doctor.running : doctor.run}</button>`;
  return html`<h1 class="off-screen">${doctor.title}</h1><div class="grid">
    <${Card} title=${doctor.title} wide action=${action}>
      <p class="soft">${doctor.hint}</p>
      <${Fault} text=${fault} />
      <ul class="rows findings" aria-busy=${isBusy}>${findings.map(
        ({
          what,
          state,
          words: says,
          said,
          remedy,
          remedySaid,
        }) => html`<li key=${what} class="light ${state === 'fail' ? 'bad' : state}">
          <span class="dot" aria-hidden="true"></span>
          <div><b>${doctor.checks[what.split(' ', 2).join(' ')] ?? what}</b> <span class="off-screen">${doctor.levels[state]}</span><span class="says">${spoken(said, says)}</span>${remedy && html`<span class="remedy">${spoken(remedySaid, remedy)}</span>`}</div></li>`,
      )}</ul>
    <//>
    <${Card} title=${doctor.plays} wide>
      <${Fault} text=${plays.value.fault} />
      ${plays.value.value?.plays.length === 0 && html`<${Empty}>${doctor.playsNone}<//>`}
      <ul class="rows">${plays.value.value?.plays.map(
        (play) => html`<li key=${play.id}><b class="cut">${play.name}</b>
          <span>${home.playVia(play.client, play.give)} · ${spokenEnd(play.ended, play.endedSaid)} · ${ago(play.startedAt)}</span>
          <span class="soft">${home.playCost(bytes(play.bytes), bytes(play.cachedBytes), play.apiCalls)} · ${play.rule}</span></li>`,
      )}</ul>
    <//>
    <${SupportCard} />
    <${LogView} /></div>`;
}
