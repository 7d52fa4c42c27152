import { useEffect, useRef, useState } from 'preact/hooks';
import type { SetupAccountAnswer } from '../../../../src/api/setup/setup.ts';
import { faultText } from '../asking.ts';
import { ApiRefusal, callApi } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { calendarDay, words } from '../words/texts.ts';
import type { GuideStepProps } from './guide-step.ts';

/** The key of the account: the host is asked about it at once. */
export function KeyStep({ setup, again, ready }: GuideStepProps) {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const [isOther, setOther] = useState(false);
  /** Whether it was found right just now: then the form has gone, and with it what had the focus. */
  const [isRight, setRight] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const { key } = words.guide;
  const { account, keyPage } = setup;
  useEffect(() => ready(account !== undefined && !isOther), [account, isOther]);

  useEffect(() => {
    if (isOther) field.current?.focus();
  }, [isOther]);

  async function check(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    setFault(undefined);
    try {
      await callApi('POST', '/setup/key', { key: String(new FormData(form).get('key')) });
      setOther(false);
      setRight(true);
      again();
    } catch (error) {
      setFault(
        error instanceof ApiRefusal && error.code === 'BRIDGE_SETUP_BUSY'
          ? key.wait(error.retryAfterSeconds ?? 1)
          : faultText(error),
      );
      field.current?.focus();
      field.current?.select();
    } finally {
      setBusy(false);
    }
  }

  if (account && !isOther)
    return html`<${Accepted} account=${account} isNews=${isRight} />
      <div class="buttons"><button type="button" onClick=${() => setOther(true)}>${key.other}</button></div>`;
  return html`<form onSubmit=${check}>
    <p class="soft">${key.where} <a href=${keyPage} target="_blank" rel="noreferrer">${keyPage.replace('https://', '')}</a></p>
    <label>${key.label}<input ref=${field} name="key" type="password" autocomplete="off" spellcheck=${false} maxlength="500" required /></label>
    <${Fault} text=${fault} />
    <p role="status" class="soft">${isBusy ? key.checking : ''}</p>
    <div class="buttons"><button class="main" type="submit" aria-disabled=${isBusy}>${key.check}</button></div>
  </form>`;
}

function Accepted({ account, isNews }: { account: SetupAccountAnswer; isNews: boolean }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isNews) line.current?.focus();
  }, [account]);
  const { key } = words.guide;
  const until = account.until === undefined ? undefined : calendarDay(account.until);
  return html`<p ref=${line} tabindex="-1" role="status" class="well">${key.right(key.offers[account.offer], until)}</p>
    ${account.offer === 'free' && html`<p class="fault">${key.free}</p>`}`;
}
