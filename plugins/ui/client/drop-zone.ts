import { useState } from 'preact/hooks';
import { html } from './html.ts';
import { Bar, Card, Fault } from './parts.ts';
import { type DroppedFile, leaveFile, sendFiles, sentFiles } from './sending.ts';
import { bytes, words } from './texts.ts';

/** Files of this machine are dropped here, or chosen, and go into this folder of the account. */
export function DropZone({ folder }: { folder: string }) {
  const [isOver, setOver] = useState(false);
  const { sending } = words;
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
  const isOpen = state === 'waiting' || state === 'sending' || state === 'whole';
  return html`<li>
    <b class="cut">${name}</b>
    <span class="soft">${sending.states[state]} · ${sending.of(bytes(sent), bytes(sizeBytes))}</span>
    ${state === 'sending' && html`<${Bar} value=${sent} max=${sizeBytes} label=${name} />`}
    <${Fault} text=${fault} />
    ${isOpen && html`<div class="buttons"><button onClick=${() => leaveFile(key)}>${repair.cancel}</button></div>`}
  </li>`;
}
