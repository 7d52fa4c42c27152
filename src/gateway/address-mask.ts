import { isFileId } from '../delivery/address.ts';
import type { Signer } from '../delivery/signature.ts';

/**
 * Takes our signed addresses out of what a media server says: file and signature become dashes, as many as there were,
 * so that lengths stay, and nothing else is touched. Who may play gets an address in the answer to PlaybackInfo, where
 * all apps look for it (facts/gateway 2.3); in lists a server shows the path of every item to everybody (10.3).
 */
export interface AddressMask {
  /** @returns the same buffer where nothing of ours is in it */
  whole(text: Buffer): Buffer;
  /** For what comes in pieces. */
  begin(): MaskedRun;
}

/** One text in pieces, cut anywhere; never holds back more than {@link maxHeld} bytes. */
export interface MaskedRun {
  /** What may be passed on by now: a piece without a beginning of an address at its end is passed on at once. */
  push(piece: Buffer): Buffer;
  /** The rest. */
  end(): Buffer;
}

/** A slash, as it is, as some write it into JSON, and as it stands in a query. */
const slash = String.raw`(?:\\?/|\\u002[fF]|%2[fF])`;
const addresses = new RegExp(
  String.raw`stream(${slash})([\w-]{1,128})(${slash})([\w-]{16})(?=${slash}|$)`,
  'g',
);
/** Of an address, prefix, slashes, file and signature: 6 + 128 + 16 and four slashes of at most 6. */
const maxHeld = 192;

export function createAddressMask(signer: Pick<Signer, 'verify'>): AddressMask {
  /** @param isEnd whether nothing comes after it: a signature at the very end is one, too */
  function masked(text: Buffer, isEnd: boolean): Buffer {
    if (!text.includes('stream')) return text;
    const plain = text.toString('latin1');
    let copy: Buffer | undefined;
    addresses.lastIndex = 0;
    for (let found = addresses.exec(plain); found; found = addresses.exec(plain)) {
      const [all, first = '', fileId = '', second = '', signature = ''] = found;
      const end = found.index + all.length;
      if (!isEnd && end === plain.length) break;
      if (!isFileId(fileId) || !signer.verify(fileId, signature)) continue;
      copy ??= Buffer.from(text);
      const start = found.index + 'stream'.length + first.length;
      copy.fill('-', start, start + fileId.length);
      copy.fill('-', start + fileId.length + second.length, end);
    }
    return copy ?? text;
  }

  return {
    whole: (text) => masked(text, true),

    begin() {
      let held: Buffer = Buffer.alloc(0);
      return {
        push(piece) {
          const text = masked(held.length === 0 ? piece : Buffer.concat([held, piece]), false);
          const from = heldFrom(text);
          held = text.subarray(from);
          return text.subarray(0, from);
        },
        end: () => masked(held, true),
      };
    },
  };
}

/** Where that begins which may be the first part of an address: it holds nothing but what addresses are made of. */
function heldFrom(text: Buffer): number {
  let from = text.length;
  while (from > 0 && text.length - from < maxHeld && isOfAddress(text[from - 1] ?? 0)) from -= 1;
  return from;
}

function isOfAddress(byte: number): boolean {
  const isLetter = (byte | 32) >= 97 && (byte | 32) <= 122;
  const isDigit = byte >= 48 && byte <= 57;
  return isLetter || isDigit || [45, 47, 37, 92, 95].includes(byte);
}
