import { useEffect, useRef } from 'preact/hooks';
import { askApi, queryText } from '../door.ts';
import { html } from '../html.ts';

/** A browser has six ways to a server: titles and news want some of them too. */
const maxAtOnce = 3;
let loading = 0;
const waiting: (() => void)[] = [];

/** Of a face, which is half as high again as it is wide; twice as many points where the screen has them. */
const maxPoints = 480;

/**
 * The picture of a title, drawn where there is room for it already. It comes by the same way as everything else, with
 * the proof that our page asks, and not as an address that any page could show.
 */
export function Picture({ titleKey, version }: { titleKey: string; version: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const leave = new AbortController();
    // Without one its name stays, in type.
    if (element) draw(element, titleKey, version, leave.signal).catch(() => undefined);
    return () => leave.abort();
  }, [titleKey, version]);
  return html`<canvas class="picture" ref=${canvas} width="0" height="0"></canvas>`;
}

async function draw(
  canvas: HTMLCanvasElement,
  key: string,
  version: string,
  signal: AbortSignal,
): Promise<void> {
  canvas.classList.remove('shown');
  await takeTurn(signal);
  try {
    const answer = await askApi(`/library/title/poster${queryText({ key, v: version })}`, { signal });
    const bitmap = await createImageBitmap(await answer.blob());
    signal.throwIfAborted();
    const wanted = Math.min(maxPoints, Math.ceil(canvas.clientWidth * devicePixelRatio));
    canvas.width = wanted;
    canvas.height = wanted * 1.5;
    const context = canvas.getContext('2d');
    if (context) {
      context.imageSmoothingQuality = 'high';
      // As much of its middle as fills the face.
      const scale = Math.max(canvas.width / bitmap.width, canvas.height / bitmap.height);
      const [width, height] = [bitmap.width * scale, bitmap.height * scale];
      context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
      canvas.classList.add('shown');
    }
    bitmap.close();
  } finally {
    loading--;
    waiting.shift()?.();
  }
}

/** @throws the signal's reason, for what was scrolled past before its turn came */
async function takeTurn(signal: AbortSignal): Promise<void> {
  while (loading >= maxAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  if (signal.aborted) waiting.shift()?.();
  signal.throwIfAborted();
  loading++;
}
