import { encode } from 'uqr';
import { html } from '../html.ts';

/** Free space around it, in its own dots: cameras need it. */
const border = 4;

/** A text as a code that a camera reads: dark on light also where the page is dark. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { ecc: 'M', border });
  const path = data
    .flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])))
    .join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges"><path d=${path} /></svg>`;
}
