// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 section 2.2 has no place for them
const special = /[&<>"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const impossible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A text as it may stand in XML, in an element or in an attribute. */
export function xmlText(text: string): string {
  if (!special.test(text)) return text;
  return text
    .replace(impossible, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A decoded name as one segment of an address. */
export function hrefSegment(name: string): string {
  return encodeURIComponent(name.toWellFormed());
}

/** An absolute path from decoded names, without a slash at the end. */
export function hrefOf(prefix: string, names: readonly string[]): string {
  return names.reduce((path, name) => `${path}/${hrefSegment(name)}`, prefix);
}
