/**
 * A form as the upload nodes read it, piece by piece. They are known to be strict: Content-Disposition comes first in a
 * part, `name` and `filename` stand in quotes, and a field has no type of its own (facts/writes, rule 7).
 */

/** What a part says of itself. */
export interface PartHead {
  name: string;
  /** Undefined for a field. The last segment, where it is a path. */
  filename?: string;
}

/** Whom the form is handed to. Each may return a promise, for which the reader waits. */
export interface PartTaker {
  begin(head: PartHead): void | Promise<void>;
  bytes(piece: Buffer): void | Promise<void>;
  end(): void | Promise<void>;
}

/** The form is none that a node reads: "Pas de fichier trouvé dans l'envoi". */
export class MalformedForm extends Error {}

const headEnd = Buffer.from('\r\n\r\n');
const maxHeadBytes = 8192;

/** The boundary of a Content-Type, which the nodes know without quotes alone. */
export function boundaryOf(contentType: string | undefined): string {
  const found = /^multipart\/form-data;\s*boundary=([^\s;"]+)$/.exec(contentType ?? '');
  if (!found?.[1]) throw new MalformedForm('no boundary');
  return found[1];
}

/** Reads a whole form; throws {@link MalformedForm}, or whatever `source` or `taker` throw. */
export async function readForm(
  source: AsyncIterable<Buffer>,
  boundary: string,
  taker: PartTaker,
): Promise<void> {
  const line = Buffer.from(`\r\n--${boundary}`);
  // The first boundary has no line before it.
  let left: Buffer = Buffer.from('\r\n');
  let state: 'before' | 'bytes' | 'after' | 'head' | 'over' = 'before';
  for await (const piece of source) {
    left = left.length === 0 ? piece : Buffer.concat([left, piece]);
    for (let goesOn = true; goesOn; ) {
      goesOn = false;
      if (state === 'before' || state === 'bytes') {
        const at = left.indexOf(line);
        const sure = at === -1 ? Math.max(0, left.length - line.length) : at;
        if (state === 'bytes' && sure > 0) await taker.bytes(left.subarray(0, sure));
        left = left.subarray(at === -1 ? sure : at + line.length);
        if (at === -1) continue;
        if (state === 'bytes') await taker.end();
        [state, goesOn] = ['after', true];
      } else if (state === 'after' && left.length >= 2) {
        const mark = left.subarray(0, 2).toString('latin1');
        if (mark !== '--' && mark !== '\r\n') throw new MalformedForm('no line after a boundary');
        left = left.subarray(2);
        [state, goesOn] = [mark === '--' ? 'over' : 'head', true];
      } else if (state === 'head') {
        const at = left.indexOf(headEnd);
        if (at > maxHeadBytes || (at === -1 && left.length > maxHeadBytes))
          throw new MalformedForm('a long head');
        if (at === -1) continue;
        await taker.begin(headOf(left.subarray(0, at).toString('utf8')));
        // What follows may be the boundary at once: its line break belongs to it.
        left = left.subarray(at + headEnd.length);
        [state, goesOn] = ['bytes', true];
      }
    }
  }
  if (state !== 'over') throw new MalformedForm('no end');
}

function headOf(text: string): PartHead {
  const [disposition = '', ...more] = text.split('\r\n');
  const found = /^content-disposition: *form-data; *name="([^"]*)"(?:; *filename="([^"]*)")?$/i.exec(
    disposition,
  );
  const [, name, path] = found ?? [];
  if (name === undefined) throw new MalformedForm(`a part that begins with ${disposition}`);
  if (path === undefined && more.length > 0) throw new MalformedForm('a field with a type');
  return path === undefined ? { name } : { name, filename: path.slice(path.lastIndexOf('/') + 1) };
}
