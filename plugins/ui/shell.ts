import { createHash } from 'node:crypto';
import { xmlText } from '../../src/views/xml.ts';
import type { PageAssets } from './assets.ts';

/** Languages of the page; the first is for who wants none of them. */
const pageLanguages = ['en', 'fr'] as const;
export type PageLanguage = (typeof pageLanguages)[number];

/** The page as it is sent, the same for everybody: what it shows it asks for when somebody has logged in. */
export interface PageShell {
  html: Buffer;
  etag: string;
  /** What a browser may do for it: nothing that did not come from here. */
  contentSecurity: string;
}

/** Of a text that stands in the page: nothing else that does is taken. */
const hashSource = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing that could end the line or the whole policy. */
const hostSource = /^[\w.*:[\]-]+$/;

const originSource = /^https?:\/\/[\w.[\]:-]+$/;

/** What is there before any script or style has come: `client/main.ts` shows the same until it knows more. */
const moment: Readonly<Record<PageLanguage, string>> = { en: 'One moment…', fr: 'Un instant…' };

const noScript: Readonly<Record<PageLanguage, string>> = {
  en: 'This page needs JavaScript. Without it there are <a href="browse/">plain listings</a>.',
  fr: 'Cette page a besoin de JavaScript. Sans lui, il y a des <a href="browse/">listes simples</a>.',
};

/**
 * @param basePath of the base URL, without a slash at its end
 * @param mediaHosts hosts of download servers, `*.example.org`: a film may be redirected there
 */
export function pageShell(
  { build, first, later, opening, style, packages }: PageAssets,
  language: PageLanguage,
  basePath: string,
  mediaHosts: readonly string[],
): PageShell {
  const below = `${basePath}/ui/${build}/`;
  const imports = Object.fromEntries([...packages].map(([name, path]) => [name, below + path]));
  const importMap = JSON.stringify({ imports }).replaceAll('<', '\\u003c');
  const at = (path: string) => xmlText(below + path);
  const preload = (path: string) => `<link rel="modulepreload" href="${at(path)}">`;
  const html = Buffer.from(`<!doctype html>
<html lang="${language}" data-base="${xmlText(basePath)}">
<head>
<meta charset="utf-8">
<title>Passerelle</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f4f5f7" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#101418" media="(prefers-color-scheme: dark)">
<link rel="icon" type="image/svg+xml" href="${at('icon.svg')}">
<style>${opening}</style>
<script type="importmap">${importMap}</script>
</head>
<body>
<div id="app"><main class="login waiting" aria-busy="true"><div class="brand big"><span class="mark" aria-hidden="true"></span><h1>Passerelle</h1></div><p class="hint">${moment[language]}</p></main></div>
<link rel="stylesheet" href="${at(style)}">
${first.map(preload).join('\n')}
<script type="module" src="${at('main.ts')}"></script>
<template>${later.map(preload).join('')}</template>
<noscript>${noScript[language]}</noscript>
</body>
</html>
`);
  return {
    html,
    etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`,
    contentSecurity: [
      "default-src 'none'",
      `script-src 'self' ${hashSource(importMap)}`,
      `style-src 'self' ${hashSource(opening)}`,
      "img-src 'self'",
      "connect-src 'self'",
      `media-src 'self' ${mediaHosts.filter((host) => hostSource.test(host)).join(' ')}`.trim(),
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  };
}

/** The same for a page that tries these addresses: the guide asks which of them leads back to us. */
export function withTried(
  { etag, contentSecurity }: PageShell,
  origins: readonly string[],
): Pick<PageShell, 'etag' | 'contentSecurity'> {
  const known = origins.filter((origin) => originSource.test(origin)).join(' ');
  if (known === '') return { etag, contentSecurity };
  const digest = createHash('sha256').update(known).digest('base64url').slice(0, 8);
  return {
    etag: etag.replace(/"$/, `-${digest}"`),
    contentSecurity: contentSecurity.replace("connect-src 'self'", `connect-src 'self' ${known}`),
  };
}

/** The language that a browser wants, by the order and the weights of its header; at most the first 20 that it names. */
export function languageOf(acceptLanguage: string | undefined): PageLanguage {
  const wanted = (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',', 20)
    .map((part, at) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.map((one) => /^ *q *= *([\d.]{1,5}) *$/.exec(one)?.[1]).find(Boolean);
      return { language: range.split('-')[0], weight: weight === undefined ? 1 : Number(weight), at };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.at - b.at);
  for (const { language } of wanted) {
    const known = pageLanguages.find((one) => one === language);
    if (known) return known;
  }
  return pageLanguages[0];
}
