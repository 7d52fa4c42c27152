import { useEffect, useState } from 'preact/hooks';
import type { SetupAccountAnswer } from '../../../../src/api/setup.ts';
import { faultText } from '../asking.ts';
import { ApiRefusal, callApi } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { day, words } from '../texts.ts';
import type { GuideStepProps } from './guide-step.ts';

/** The key of the account: the host is asked about it at once. */
export function KeyStep({ setup, again, ready }: GuideStepProps) {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [isOther, setOther] = useState(false);
  const { key } = words.guide;
  const { account, keyPage } = setup;
  useEffect(() => ready(account !== undefined && !isOther), [account, isOther]);

  async function check(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setFault(undefined);
    try {
      await callApi('POST', '/setup/key', { key: String(new FormData(form).get('key')) });
      setOther(false);
      again();
    } catch (error) {
      setFault(
        error instanceof ApiRefusal && error.code === 'BRIDGE_SETUP_BUSY'
          ? key.wait(error.retryAfterSeconds ?? 1)
          : faultText(error),
      );
      form.querySelector<HTMLInputElement>('[name=key]')?.select();
    } finally {
      setBusy(false);
    }
  }

  if (account && !isOther)
    return html`<${Accepted} account=${account} />
      <div class="buttons"><button type="button" onClick=${() => setOther(true)}>${key.other}</button></div>`;
  return html`<form onSubmit=${check}>
    <p class="soft">${key.where} <a href=${keyPage} target="_blank" rel="noreferrer">${keyPage.replace('https://', '')}</a></p>
    <label>${key.label}<input name="key" type="password" autocomplete="off" spellcheck=${false} maxlength="500" required autofocus /></label>
    <${Fault} text=${fault} />
    <p role="status" class="soft">${isBusy ? key.checking : ''}</p>
    <div class="buttons"><button class="main" type="submit" disabled=${isBusy}>${key.check}</button></div>
  </form>`;
}

function Accepted({ account }: { account: SetupAccountAnswer }) {
  const { key } = words.guide;
  const until = account.untilAt === undefined ? undefined : day(account.untilAt);
  return html`<p role="status" class="well">${key.right(key.offers[account.offer], until)}</p>
    ${account.offer === 'free' && html`<p class="fault">${key.free}</p>`}`;
}
