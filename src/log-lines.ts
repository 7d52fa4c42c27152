import { pino } from 'pino';

/** Lines wait for so many others, or for so long. */
const gatheredChars = 65_536;
const waitMs = 500;

/**
 * A destination for the log on a file descriptor that gathers lines: a line per request must not cost a system call
 * each. pino's own `minLength` would do the same, but measures all that it holds anew at every line.
 */
export function createLogLines(fd: number) {
  const target = pino.destination({ dest: fd, sync: false, maxWrite: 4 * gatheredChars });
  let lines = '';
  const pass = () => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    target.write(text);
  };
  const flushSync = () => {
    pass();
    target.flushSync();
  };
  setInterval(pass, waitMs).unref();
  process.once('exit', flushSync);
  return {
    write(line: string): void {
      lines += line;
      if (lines.length >= gatheredChars) pass();
    },
    /** What was gathered is out when this returns. */
    flushSync,
  };
}
