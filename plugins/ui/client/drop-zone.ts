import { useEffect, useState } from 'preact/hooks';
import { tell } from './asking.ts';
import { html } from './html.ts';
import { Bar, Card, Fault } from './parts.ts';
import { type DroppedFile, findBegun, leaveFile, resumeWith, sendFiles, sentFiles } from './sending.ts';
import { bytes, words } from './words/texts.ts';

/** Files of this machine are dropped here, or chosen, and go into this folder of the account. */
export function DropZone({ folder }: { folder: string }) {
  const [isOver, setOver] = useState(false);
  const { sending } = words;
  useEffect(() => void findBegun(), []);
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    sendFiles(event.dataTransfer?.files ?? [], folder);
  };
  const choose = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    sendFiles(field.files ?? [], folder);
    field.value = '';
  };
  return html`<${Card} title=${sending.title} wide>
    <label class="drop ${isOver ? 'over' : ''}" onDragOver=${over} onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <span>${sending.hint}</span>
      <input type="file" multiple onChange=${choose} />
    </label>
    <ul class="rows">${sentFiles.value.map((file) => html`<${SentRow} key=${file.key} file=${file} />`)}</ul>
  <//>`;
}

function SentRow({ file }: { file: DroppedFile }) {
  const { sending, repair } = words;
  const { key, name, sizeBytes, sent, state, fault } = file;
  const isOpen = state === 'waiting' || state === 'sending' || state === 'whole' || state === 'paused';
  const again = (event: Event) => {
    const [file] = (event.currentTarget as HTMLInputElement).files ?? [];
    if (file && !resumeWith(key, file)) tell(sending.other, { isFault: true });
  };
  return html`<li>
    <b class="cut">${name}</b>
    <span class="soft">${sending.states[state]} · ${sending.of(bytes(sent), bytes(sizeBytes))}</span>
    ${(state === 'sending' || state === 'paused') && html`<${Bar} value=${sent} max=${sizeBytes} label=${name} />`}
    <${Fault} text=${fault} />
    ${
      state === 'paused' &&
      html`<label class="soft">${sending.again}<input type="file" onChange=${again} /></label>`
    }
    ${isOpen && html`<div class="buttons"><button onClick=${() => leaveFile(key)}>${repair.cancel}</button></div>`}
  </li>`;
}
