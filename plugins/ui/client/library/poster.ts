import type { TitleAnswerRow } from '../../../../src/api/library.ts';
import { html } from '../html.ts';
import { words } from '../words/texts.ts';
import { Picture } from './picture.ts';

export function hrefOfTitle(key: string): string {
  return `#/title/${encodeURIComponent(key)}`;
}

/** A colour of a title, from its name alone: the same each time, and others for names that are alike. */
function hueOf(text: string): number {
  let hash = 2166136261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619);
  return (hash >>> 7) % 360;
}

/** What stands for a title: its name in type, and its picture over that as soon as it is there. */
export function Face({
  name,
  kind,
  titleKey,
  poster,
}: {
  name: string;
  kind: TitleAnswerRow['kind'];
  titleKey: string;
  poster: string | undefined;
}) {
  return html`<span class="face ${kind}" aria-hidden="true" style=${{ '--hue': String(hueOf(name)) }}>
    <span class="lettering">${name}</span>
    ${poster !== undefined && html`<${Picture} titleKey=${titleKey} version=${poster} />`}
  </span>`;
}

/** A title as it stands on a wall. */
export function Poster({ title }: { title: TitleAnswerRow }) {
  const { key, kind, files, missing, year, poster } = title;
  const says =
    kind === 'movie' ? (files > 1 ? words.library.versions(files) : '') : words.library.episodes(files);
  return html`<a class="poster" href=${hrefOfTitle(key)}>
    <${Face} name=${title.title} kind=${kind} titleKey=${key} poster=${poster} />
    <span class="caption"><span class="name">${title.title}</span>
    <span class="facts">${[year, says].filter(Boolean).join(' · ')}${missing > 0 && html`<em>${words.library.missing(missing)}</em>`}</span></span>
  </a>`;
}

/** A place on a wall whose title is on its way: as large as it will be. */
export function ComingPoster() {
  return html`<div class="poster ghost" aria-hidden="true"><span class="face"></span><span class="caption"></span></div>`;
}
