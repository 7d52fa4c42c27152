import { runPart, type Shape } from '../stage/part.ts';
import { openRaw, type RawStream } from '../stage/raw-stream.ts';

export interface JumperPart extends Shape {
  options: Record<string, never>;
  facts: Record<string, never>;
  question: { url: string; start: number; agent: string };
  answer: { status: number; firstByteMs: number };
}

/** So much is played after a jump; then the buffer of the player is full, and it lets the connection wait. */
const playedBytes = 1 << 20;

/**
 * Players that jump within films, one player an address. As real ones do, it opens the connection for the new place
 * while the old one is still open, and closes the old one when the first byte has come.
 */
runPart<JumperPart>(async () => {
  const open = new Map<string, RawStream>();
  return {
    facts: {},
    answer: ({ url, start, agent }) =>
      new Promise((resolve, reject) => {
        const begin = performance.now();
        let status = 0;
        let bytes = 0;
        let firstByteMs = Number.NaN;
        const headers = { 'user-agent': agent, range: `bytes=${start}-` };
        const stream = openRaw(
          { url, headers },
          {
            head(code) {
              status = code;
            },
            bytes(count) {
              if (bytes === 0) {
                firstByteMs = performance.now() - begin;
                open.get(url)?.drop();
                open.set(url, stream);
              }
              bytes += count;
              if (bytes < playedBytes) return true;
              resolve({ status, firstByteMs });
              return false;
            },
            over: (error) => reject(error ?? new Error(`the connection ended after ${bytes} bytes`)),
          },
        );
      }),
  };
});
