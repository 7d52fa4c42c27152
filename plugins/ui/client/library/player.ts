import { useEffect, useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import type { TitleFile } from './title-file.ts';

/** The film in the page: at the same address as everywhere, but at the origin of the page. */
export function Player({ file, close }: { file: TitleFile; close: () => void }) {
  const [isFaulty, setFaulty] = useState(false);
  const video = useRef<HTMLVideoElement>(null);
  const { title } = words;
  useEffect(() => {
    video.current?.scrollIntoView({ block: 'center' });
    video.current?.focus({ preventScroll: true });
    video.current?.play().catch(() => undefined);
    const element = video.current;
    return () => {
      // Else the browser goes on reading what nobody sees.
      element?.removeAttribute('src');
      element?.load();
    };
  }, []);
  return html`<section class="player" aria-label=${file.shownAs}>
    ${isFaulty && html`<${Fault} text=${title.cannot} />`}
    <video ref=${video} controls playsinline preload="metadata" src=${new URL(file.url).pathname} onError=${() => setFaulty(true)}></video>
    <button onClick=${close}>${title.stop}</button>
  </section>`;
}
