import { useState } from 'preact/hooks';
import { attempt } from './asking.ts';
import { askApi, queryText } from './door.ts';
import { html } from './html.ts';
import { Card } from './parts.ts';
import { words } from './words/texts.ts';

/** Long enough for a browser to have begun with it. */
const keptMs = 30_000;

/** One file for who helps. */
export function SupportCard() {
  const [isBusy, setBusy] = useState(false);
  const { support } = words;
  const get = async (event: SubmitEvent) => {
    event.preventDefault();
    const names = new FormData(event.currentTarget as HTMLFormElement).has('names') ? 'true' : undefined;
    setBusy(true);
    await attempt(() => download(`/support-bundle${queryText({ names })}`));
    setBusy(false);
  };
  return html`<${Card} title=${support.title} wide>
    <p class="soft">${support.hint}</p>
    <form onSubmit=${get}>
      <label class="tick"><input class="box" type="checkbox" name="names" />${support.names}</label>
      <button type="submit" disabled=${isBusy}>${isBusy ? support.making : support.get}</button>
    </form>
  <//>`;
}

async function download(path: string): Promise<void> {
  const answer = await askApi(path, {});
  const [, name = 'passerelle-support.zip'] =
    /filename="([\w.-]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keptMs);
}
