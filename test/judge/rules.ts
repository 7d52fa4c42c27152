import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Another text for a stretch of a file. */
export interface Edit {
  from: number;
  to: number;
  instead: string;
}

/** A part of `src/naming` that can be switched off: a pattern that then matches nothing, or a function that finds nothing. */
export interface Rule {
  /** `markers.shapes[3]`, `markers.findSceneNumber`: file, what it stands in, and which of its patterns. */
  id: string;
  file: string;
  off: Edit;
  /** Has the rule tell `globalThis.seenPattern` or `seenAnswer` what it finds. */
  seen: Edit;
  /** How it is written, on one line. */
  text: string;
}

export const namingFolder = join(import.meta.dirname, '../../src/naming');

/**
 * Every rule, found in the text of the files: nothing is to be written there for it, and nothing is slower for it. Rules
 * are the regular expressions, and the functions for whose answer there is a plain "nothing".
 */
export function readRules(folder: string = namingFolder): Rule[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .flatMap((name) => rulesIn(join(folder, name), readFileSync(join(folder, name), 'utf8')));
}

export function rulesIn(file: string, code: string): Rule[] {
  const stem = basename(file, '.ts');
  const owners = [...code.matchAll(/^(export )?(?:async )?(?:function(\*)?|const) (\w+)/gm)];
  const patterns = patternsIn(code);
  return owners.flatMap(({ 0: head, 1: outward = '', 2: star = '', 3: name = '', index }, at) => {
    const end = owners[at + 1]?.index ?? code.length;
    const id = `${stem}.${name}`;
    const nothing = nothingOf(code.slice(index, end));
    const own = patterns.filter(({ from }) => from >= index && from < end);
    const ofPatterns = own.map(({ from, to, flags }, nth): Rule => {
      const one = own.length > 1 || nothing ? `${id}[${nth}]` : id;
      const text = code.slice(from, to);
      const off = { from, to, instead: `/(?!)/${flags}` };
      const seen = { from, to, instead: `globalThis.seenPattern('${one}', ${text})` };
      return { id: one, file, off, seen, text: text.replace(/\s+/g, ' ') };
    });
    if (!nothing) return ofPatterns;
    const off = { from: index + nothing.at, to: index + nothing.at, instead: ` ${nothing.statement}` };
    const around = `function ${name}(...all) { return globalThis.seenAnswer('${id}', ${name}Itself(...all)); }`;
    const seen = {
      from: index,
      to: index + head.length,
      instead: `${outward}${around}\nfunction${star} ${name}Itself`,
    };
    return [{ id, file, off, seen, text: `function ${name}` }, ...ofPatterns];
  });
}

/** Where the body of a function begins, and what makes it find nothing; undefined for what has no such answer. */
function nothingOf(code: string): { at: number; statement: string } | undefined {
  if (!/^(?:export )?function/.test(code)) return undefined;
  const close = closingOf(code, code.indexOf('('));
  const head = /^\)(?:: ([\s\S]*?))? \{\n/.exec(code.slice(close));
  if (!head) return undefined;
  const [all, type = 'void'] = head;
  const at = close + all.length - 1;
  if (/\bundefined$/.test(type)) return { at, statement: 'return undefined;' };
  if (type === 'boolean') return { at, statement: 'return false;' };
  if (type.endsWith('[]')) return { at, statement: 'return [];' };
  if (type === 'void' || type === 'Generator<undefined, void>') return { at, statement: 'return;' };
  return undefined;
}

interface Pattern {
  from: number;
  to: number;
  flags: string;
}

/** Regular expressions, also those that `new RegExp` makes; not what stands in texts and comments. */
function patternsIn(code: string): Pattern[] {
  const found: Pattern[] = [];
  let doneTo = 0;
  for (const { at, to, kind } of tokensOf(code)) {
    if (at < doneTo) continue;
    if (kind === 'pattern') {
      found.push({ from: at, to, flags: /[a-z]*$/.exec(code.slice(at, to))?.[0] ?? '' });
    } else if (code.startsWith('new RegExp(', at)) {
      doneTo = closingOf(code, at + 'new RegExp'.length) + 1;
      const flags = /,\s*'([a-z]*)',?\s*\)$/.exec(code.slice(at, doneTo))?.[1] ?? '';
      found.push({ from: at, to: doneTo, flags });
    }
  }
  return found;
}

/** Where the bracket closes that opens here. */
function closingOf(code: string, open: number): number {
  let depth = 0;
  for (const { at, kind } of tokensOf(code, open)) {
    if (kind !== 'sign') continue;
    const sign = code[at] as string;
    if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign) && --depth === 0) return at;
  }
  throw new Error('a bracket is never closed');
}

interface Token {
  at: number;
  to: number;
  kind: 'comment' | 'text' | 'pattern' | 'sign' | 'space';
}

/** Comments, texts and regular expressions as one piece each, everything else character by character. */
function* tokensOf(code: string, start = 0): Generator<Token, void> {
  // What was before comments and spaces tells a division from a regular expression.
  let before = '';
  for (let at = start; at < code.length; ) {
    const token = tokenAt(code, at, before);
    if (token.kind !== 'comment' && token.kind !== 'space')
      before = token.kind === 'sign' ? before.slice(-10) + code[at] : '"';
    else if (token.kind === 'space' && /\w$/.test(before)) before += ' ';
    yield token;
    at = token.to;
  }
}

const beforePattern = /(?:[([{,;:=!&|?+~<>]|(?<!\w)return ?|^)$/;

function tokenAt(code: string, at: number, before: string): Token {
  const sign = code[at] as string;
  if (/\s/.test(sign)) return { at, to: at + 1, kind: 'space' };
  if (code.startsWith('//', at)) return { at, to: endOr(code.indexOf('\n', at), code), kind: 'comment' };
  if (code.startsWith('/*', at)) return { at, to: endOr(code.indexOf('*/', at), code) + 2, kind: 'comment' };
  if (sign === "'" || sign === '"' || sign === '`') return { at, to: textEnd(code, at, sign), kind: 'text' };
  if (sign === '/' && beforePattern.test(before)) return { at, to: patternEnd(code, at), kind: 'pattern' };
  return { at, to: at + 1, kind: 'sign' };
}

function textEnd(code: string, at: number, sign: string): number {
  for (let i = at + 1; i < code.length; i++) {
    if (code[i] === '\\') i++;
    else if (sign === '`' && code.startsWith('${', i)) i = closingOf(code, i + 1);
    else if (code[i] === sign) return i + 1;
  }
  return code.length;
}

function patternEnd(code: string, at: number): number {
  let inClass = false;
  for (let i = at + 1; i < code.length; i++) {
    if (code[i] === '\\') i++;
    else if (code[i] === '[') inClass = true;
    else if (code[i] === ']') inClass = false;
    else if (code[i] === '/' && !inClass) return i + 1 + (/^[a-z]*/.exec(code.slice(i + 1))?.[0].length ?? 0);
  }
  return code.length;
}

function endOr(end: number, code: string): number {
  return end < 0 ? code.length : end;
}

/** The rules that a person means: by their whole ids, or by what these end with (`findSceneNumber`). */
export function rulesNamed(words: readonly string[], rules: readonly Rule[] = readRules()): Rule[] {
  return words.flatMap((word) => {
    const exact = rules.filter(({ id }) => id === word);
    const meant = exact.length > 0 ? exact : rules.filter(({ id }) => id.endsWith(`.${word}`));
    if (meant.length > 0) return meant;
    const near = rules.filter(({ id }) => id.toLowerCase().includes(word.toLowerCase())).slice(0, 8);
    throw new Error(
      `There is no rule "${word}"${near.length > 0 ? `; there is ${near.map(({ id }) => id).join(', ')}` : ''} (--rules lists them)`,
    );
  });
}
