/**
 * What a terminal would obey or show in another order: control characters (C0, DEL, C1), separators of lines and
 * paragraphs, the marks that turn the direction of writing, and halves of characters.
 */
const obeyed = /[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}\p{Surrogate}]/gu;

/** Accents piled up without end leave their line. */
const piledUp = /(\p{Nonspacing_Mark}{6})\p{Nonspacing_Mark}+/gu;

/**
 * A name or a text of somebody else (file names, User-Agents, answers of other programs) as it may stand on a terminal and
 * on one line: what a terminal would obey is written out, `\x1b` or `\u202e`.
 */
export function printable(text: string): string {
  return text.replace(piledUp, '$1').replace(obeyed, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
