import type { Writable } from 'node:stream';
import { diskTrouble } from '../../core/files/folder-check.ts';
import { type ExitCode, exitCodes } from '../context.ts';

/** What becomes of what a command writes. */
export interface OutputWatch {
  /** Aborts when nobody reads it any more, or it cannot be written. */
  unread: AbortSignal;
  /**
   * When all has left this process: says what could not be written, which is a failure. A reader that has seen enough
   * (`passerelle ls | head`) is none.
   * @returns the code to end with, which is the command's own where it has failed already
   */
  end(code: ExitCode): Promise<ExitCode>;
}

export function watchOutput(out: Writable, err: Writable): OutputWatch {
  const unread = new AbortController();
  let fault: Error | undefined;
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') fault ??= error;
    unread.abort();
  });
  // There is nobody else who could be told.
  err.on('error', () => {});

  return {
    unread: unread.signal,
    async end(code) {
      await new Promise<void>((resolve) => void out.write('', () => resolve()));
      // A stream tells whoever wrote before it tells everybody.
      await new Promise(setImmediate);
      if (!fault) return code;
      const { why, remedy } = diskTrouble('standard output', fault);
      err.write(`passerelle: What it says could not be written: ${why}\n${remedy}\n`);
      return code === exitCodes.done ? exitCodes.failed : code;
    },
  };
}
