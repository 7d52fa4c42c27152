import { useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { putOverride } from '../../../../src/api/overrides.ts';
import { attempt, faultText } from '../asking.ts';
import { callApi } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { MoveList } from './move-list.ts';

type FixAnswer = AnswerOf<typeof putOverride>;
type FixWish = Record<string, unknown>;

export interface FixFormProps {
  /** Account path of the file. */
  path: string;
  fileId: string;
  /** What it was taken for. */
  recognition: { kind: string; title?: unknown; year?: unknown; season?: unknown; episodes?: unknown };
  close: () => void;
}

const kinds = ['', 'movie', 'episode', 'extra', 'ignore'] as const;
const movesShown = 20;

/** Says what a file is: first what would move, then it moves, and can be undone. */
export function FixForm({ path, fileId, recognition, close }: FixFormProps) {
  const { repair } = words;
  const isKnown = recognition.kind === 'movie' || recognition.kind === 'episode';
  const [as, setAs] = useState<string>(isKnown ? recognition.kind : '');
  const [preview, setPreview] = useState<{ wish: FixWish; fixed: FixAnswer } | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);

  async function show(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const wish = wishOf(new FormData(event.currentTarget as HTMLFormElement));
    setFault(undefined);
    try {
      const fixed = await callApi<FixAnswer>('PUT', `/overrides?moves=${movesShown}`, {
        fileId,
        ...wish,
        dryRun: true,
      });
      setPreview({ wish, fixed });
    } catch (error) {
      setPreview(undefined);
      setFault(faultText(error));
    }
  }

  async function fix(): Promise<void> {
    const fixed = await attempt(
      () => callApi<FixAnswer>('PUT', '/overrides', { fileId, ...preview?.wish }),
      () => repair.fixed,
      { label: repair.undo, run: undo },
    );
    if (fixed) close();
  }

  const undo = () =>
    void attempt(
      () => callApi('POST', '/tree/undo'),
      () => repair.undone,
    ).then(close);

  const value = (one: unknown) => (one === undefined ? '' : String(one));
  const isNamed = as !== 'ignore';
  return html`<form class="fix" onSubmit=${show} onInput=${() => setPreview(undefined)}>
    <p class="path">${path}</p>
    <div class="fields">
      <label>${repair.as}<select name="as" value=${as} onChange=${(event: Event) => setAs((event.currentTarget as HTMLSelectElement).value)}>
        ${kinds.map((kind) => html`<option key=${kind} value=${kind}>${repair.kinds[kind]}</option>`)}</select></label>
      ${isNamed && html`<label class="long-field">${repair.name}<input name="title" maxlength="200" value=${value(recognition.title)} /></label>`}
      ${isNamed && html`<label>${repair.year}<input name="year" inputmode="numeric" pattern="[0-9]{4}" value=${value(recognition.year)} /></label>`}
      ${as === 'episode' && html`<label>${repair.season}<input name="season" inputmode="numeric" pattern="[0-9]{1,4}" value=${value(recognition.season)} /></label>`}
      ${as === 'episode' && html`<label>${repair.episodes}<input name="episodes" pattern="[0-9 ,]*" value=${value((recognition.episodes as number[] | undefined)?.join(', '))} /></label>`}
    </div>
    <${Fault} text=${fault} />
    ${preview && html`<${Moves} fixed=${preview.fixed} />`}
    <div class="buttons">
      ${preview ? html`<button key="fix" class="main" type="button" onClick=${fix}>${repair.apply}</button>` : html`<button key="show" class="main" type="submit">${repair.preview}</button>`}
      <button type="button" onClick=${close}>${repair.cancel}</button>
    </div>
  </form>`;
}

/** What was typed, as the API takes it; what was left empty is not said. */
function wishOf(sent: FormData): FixWish {
  const text = (name: string) => String(sent.get(name) ?? '').trim();
  const wish: FixWish = {};
  for (const name of ['as', 'title']) if (text(name) !== '') wish[name] = text(name);
  for (const name of ['year', 'season']) if (text(name) !== '') wish[name] = Number(text(name));
  const episodes = text('episodes').split(/[ ,]+/).filter(Boolean).map(Number);
  if (episodes.length > 0) wish.episodes = episodes;
  return wish;
}

function Moves({ fixed }: { fixed: FixAnswer }) {
  return html`<p>${words.repair.moves(fixed.moved)}</p><${MoveList} moves=${fixed.moves} />`;
}
