import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** Where an element of an array stands in a text: from the first byte of it to behind its last. */
export interface JsonElement {
  start: number;
  end: number;
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [open, close] = [new Set([0x7b, 0x5b]), new Set([0x7d, 0x5d])];
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** Looked through in one turn of the event loop. */
const turnBytes = 256 * 1024;

/**
 * The elements of an array that is a property of the outermost object, found without taking the whole text apart: that
 * of some megabytes would hold everybody up.
 * @param text JSON in UTF-8; where it is none, what is found is no JSON either
 * @param max elements; where there are more nothing is found
 */
export async function jsonElements(
  text: Buffer,
  property: string,
  max: number,
): Promise<JsonElement[] | undefined> {
  const name = Buffer.from(`"${property}"`);
  const found: JsonElement[] = [];
  let depth = 0;
  let start = -1;
  let isWanted = false;
  let isIn = false;
  let nextTurn = turnBytes;
  for (let at = 0; at < text.length; at++) {
    if (at >= nextTurn) {
      nextTurn = at + turnBytes;
      await yieldToEventLoop();
    }
    const byte = text[at] ?? 0;
    if (blanks.has(byte)) continue;
    if (isIn && depth === 2 && (byte === comma || close.has(byte))) {
      if (start !== -1) found.push({ start, end: at });
      if (byte !== comma) return found.length > max ? undefined : found;
      start = -1;
      continue;
    }
    if (isIn && depth === 2 && start === -1) start = at;
    if (byte === quote) {
      const end = endOfString(text, at);
      if (end === -1) return undefined;
      if (depth === 1) isWanted = text.subarray(at, end + 1).equals(name);
      at = end;
    } else if (open.has(byte)) {
      isIn = isIn || (isWanted && depth === 1 && byte === 0x5b);
      depth += 1;
    } else if (close.has(byte)) depth -= 1;
    // Between a name and its value stands nothing but a colon.
    if (byte !== quote && byte !== colon) isWanted = false;
  }
  return undefined;
}

/** @param at of its first quote @returns that of its last; -1 where there is none */
function endOfString(text: Buffer, at: number): number {
  for (let end = text.indexOf(quote, at + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === backslash && end - 1 - escapes > at) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}
