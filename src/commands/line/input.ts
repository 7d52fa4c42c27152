import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Context } from '../context.ts';

type Input = Pick<Context, 'stdin' | 'err' | 'signal' | 'unread'>;

/** Says at a terminal what is waited for: a command that reads there would look as if it hung. */
export function askForInput({ stdin, err }: Pick<Context, 'stdin' | 'err'>, what: string): void {
  if (stdin.isTTY) err.write(`${what}, one a line; Ctrl-D ends\n`);
}

/** All that comes on standard input. @throws the signal's reason */
export async function inputText({ stdin, signal }: Input): Promise<string> {
  // A terminal, or a pipe that is open still, says nothing of a signal, and would keep the process for as long.
  const leave = () => void stdin.destroy();
  signal.addEventListener('abort', leave, { once: true });
  try {
    signal.throwIfAborted();
    return await text(stdin);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The same line by line, for as long as somebody reads what is said of them. @throws the signal's reason */
export async function* inputLines({ stdin, signal, unread }: Input): AsyncGenerator<string> {
  const ends = unread ? AbortSignal.any([signal, unread]) : signal;
  const lines = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY, signal: ends });
  try {
    for await (const line of lines) {
      if (ends.aborted) break;
      yield line;
    }
    signal.throwIfAborted();
  } finally {
    lines.close();
    stdin.destroy();
  }
}
