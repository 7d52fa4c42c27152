/** What an answer of the host turned out to be. `repaired` says that only the second reading worked. */
export type ParsedAnswer =
  | { kind: 'json'; value: unknown; repaired: boolean }
  | { kind: 'html'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'empty' };

/**
 * Reads the body of an answer. The host promises JSON, and sends web pages, bare words (`IP Locked`) and JSON with
 * illegal escapes where a file name holds a back-slash (facts/1fichier-api 1 and 2.11). Never throws.
 */
export function readAnswer(body: string): ParsedAnswer {
  const text = body.replace(/^\uFEFF/, '').trim();
  if (text === '') return { kind: 'empty' };
  if (text.startsWith('<')) return { kind: 'html', text };
  const plain = tryParse(text);
  if (plain) return { kind: 'json', value: plain.value, repaired: false };
  // Only what looks like JSON is worth a second reading; it costs a copy of the body.
  const mended = /^[[{]/.test(text) ? tryParse(repair(text)) : undefined;
  if (mended) return { kind: 'json', value: mended.value, repaired: true };
  return { kind: 'text', text };
}

/**
 * Doubles each back-slash that starts no legal escape, and makes raw control characters spaces (between tokens they
 * are white space anyway). A name that ends in a back-slash swallows its closing quote and cannot be mended.
 */
function repair(text: string): string {
  return text
    .replace(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\/g, (found) => (found === '\\' ? '\\\\' : found))
    .replace(/\p{Cc}/gu, ' ');
}

function tryParse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
