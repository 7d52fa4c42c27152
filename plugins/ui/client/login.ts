import { useEffect, useRef, useState } from 'preact/hooks';
import { faultText } from './asking.ts';
import { ApiRefusal, hasLogInEnded, logIn } from './door.ts';
import { html } from './html.ts';
import { Fault } from './parts.ts';
import { words } from './words/texts.ts';

export function LogIn() {
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  const { login } = words;
  const first = useRef<HTMLInputElement>(null);
  // A browser does so by itself only while a page is loaded.
  useEffect(() => first.current?.focus(), []);

  async function enter(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const sent = new FormData(form);
    setBusy(true);
    setFault(undefined);
    try {
      await logIn(String(sent.get('user')), String(sent.get('password')));
    } catch (error) {
      setFault(faultOf(error));
      form.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      setBusy(false);
    }
  }

  function faultOf(error: unknown): string {
    if (error instanceof ApiRefusal && error.status === 429)
      return login.locked(Math.max(1, Math.ceil((error.retryAfterSeconds ?? 60) / 60)));
    return error instanceof ApiRefusal && error.status === 401 ? login.wrong : faultText(error);
  }

  return html`<main class="login" id="content">
    <form onSubmit=${enter} aria-labelledby="login-title">
      <div class="brand big"><span class="mark" aria-hidden="true"></span><h1 id="login-title">Passerelle</h1></div>
      ${hasLogInEnded.value && html`<p class="hint" role="status">${login.ended}</p>`}
      <label>${login.user}<input ref=${first} name="user" autocomplete="username" autocapitalize="none" spellcheck=${false} required autofocus /></label>
      <label>${login.password}<input name="password" type="password" autocomplete="current-password" required /></label>
      <${Fault} text=${fault} />
      <button class="main" type="submit" disabled=${isBusy}>${login.enter}</button>
      <p class="hint">${login.hint}</p>
    </form>
  </main>`;
}
