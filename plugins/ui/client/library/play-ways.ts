import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { copyText } from '../parts.ts';
import { words } from '../words/texts.ts';
import { QrCode } from './qr-code.ts';

/** Every way to play a file: here (where that is not offered above), in a player of this machine, in one of another by its address or as QR code. */
export function PlayWays({ url, name, play }: { url: string; name: string; play: (() => void) | undefined }) {
  const { title } = words;
  const [isCode, setCode] = useState(false);
  return html`<div class="buttons">
      ${play && html`<button onClick=${play}>${title.play}</button>`}
      <a class="button" href="vlc://${url}">${title.vlc}</a>
      <a class="button" href="infuse://x-callback-url/play?url=${encodeURIComponent(url)}">${title.infuse}</a>
      <button onClick=${() => copyText(`mpv "${url}"`)}>${title.mpv}</button>
      <button onClick=${() => copyText(url)}>${title.address}</button>
      <button aria-expanded=${isCode} onClick=${() => setCode(!isCode)}>${title.code}</button>
    </div>
    ${
      isCode &&
      html`<figure class="code"><${QrCode} text=${url} label=${title.codeOf(name)} />
      <figcaption class="soft">${title.codeHint}<span class="path address">${url}</span></figcaption></figure>`
    }`;
}
