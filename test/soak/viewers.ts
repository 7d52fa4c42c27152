import { type Agent, type Dispatcher, request } from 'undici';
import type { Clock } from '../../src/core/clock.ts';
import { fillSeeded, type SimulatedFile } from '../simulator/simulator.ts';

/** The User-Agents of the day, as the players send them. */
export const agents = [
  'Lavf/60.16.100',
  'VLC/3.0.24 LibVLC/3.0.24',
  'Kodi/21.0 (Linux; Android 11)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  'mpv/0.38.0',
  'rclone/v1.66.0',
] as const;

/** One wish of a viewer. */
export interface Wish {
  from: number;
  /** Bytes that are read before the viewer is content; Infinity = to the end. */
  wants: number;
  /** The viewer goes in the middle of it, whatever has come. */
  leaves: boolean;
}

/** How a wish ended. `bytes` came, all of them right unless it is `wrong`. */
export type Ending =
  | { is: 'served' | 'left'; bytes: number }
  | { is: 'wrong'; bytes: number; why: string }
  | { is: 'refused'; bytes: number; code: string; retryAfterMs: number }
  | { is: 'short'; bytes: number; code: string }
  /** Sent on, and not served by the host itself, however often it came back; `dead` times the link gave nothing. */
  | { is: 'sentOn'; bytes: number; status: number; tries: number; dead: number };

export interface ViewerParts {
  dispatcher: Agent;
  clock: Clock;
  /** Changes with every byte at any viewer. */
  progress: { bytes: number };
}

/** A player that was sent on and found nothing comes back so often, a moment later. */
const comesBack = 2;
const comesBackMs = 3000;

export function createViewer({ dispatcher, clock, progress }: ViewerParts) {
  const scratch = Buffer.allocUnsafe(1 << 20);

  /** Reads an answer and holds every byte against the film. */
  async function read(answer: Dispatcher.ResponseData, file: SimulatedFile, wish: Wish, at: number) {
    const { seed } = file.content as { seed: number };
    const stop = Math.min(file.sizeBytes, wish.from + wish.wants);
    let position = at;
    let wrong: string | undefined;
    let failed: string | undefined;
    try {
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        for (let done = 0; done < chunk.length; done += scratch.length) {
          const piece = chunk.subarray(done, done + scratch.length);
          const right = fillSeeded(scratch.subarray(0, piece.length), seed, position + done);
          if (!piece.equals(right)) wrong ??= `other bytes behind ${position + done}`;
        }
        position += chunk.length;
        progress.bytes += chunk.length;
        if (position >= stop) break;
      }
    } catch (error) {
      failed = (error as { code?: string }).code ?? (error as Error).name;
    }
    if (position > file.sizeBytes) wrong ??= 'more bytes than the film has';
    return { position, wrong, failed, isContent: position >= stop };
  }

  async function ask(url: string, agent: string, from: number, signal: AbortSignal) {
    const headers = { 'user-agent': agent, ...(from > 0 ? { range: `bytes=${from}-` } : {}) };
    return request(url, { dispatcher, headers, signal });
  }

  return async function see(url: string, agent: string, file: SimulatedFile, wish: Wish): Promise<Ending> {
    const gone = new AbortController();
    const leave = wish.leaves ? leaveSoon(gone, wish.wants) : undefined;
    let position = wish.from;
    let dead = 0;
    const count = () => position - wish.from;
    try {
      for (let tries = 1; ; tries++) {
        let answer = await ask(url, agent, position, gone.signal);
        const isSentOn = answer.statusCode === 302;
        if (isSentOn) {
          await answer.body.dump();
          const sent = await ask(answer.headers.location as string, agent, position, gone.signal).catch(
            () => {
              gone.signal.throwIfAborted();
            },
          );
          if (sent) answer = sent;
        }
        // What the host itself gives to a player that was sent on may be no part, or another one.
        const isPart = answer.statusCode === 206 && startOf(answer) === position;
        const isFilm = isPart || (answer.statusCode === 200 && position === 0);
        if (isSentOn && !isFilm) {
          dead++;
          answer.body.on('error', () => undefined).destroy();
        } else if (answer.statusCode === 200 || answer.statusCode === 206) {
          if (!isFilm) {
            answer.body.on('error', () => undefined).destroy();
            return { is: 'wrong', bytes: count(), why: 'another part than was asked for' };
          }
          const seen = await read(answer, file, wish, position);
          position = seen.position;
          if (seen.wrong) return { is: 'wrong', bytes: count(), why: seen.wrong };
          if (seen.isContent) return { is: 'served', bytes: count() };
          if (wish.leaves && gone.signal.aborted) return { is: 'left', bytes: count() };
          if (!isSentOn) return { is: 'short', bytes: count(), code: seen.failed ?? 'ended early' };
        } else {
          const { code = 'no code' } = (await answer.body.json().catch(() => ({}))) as { code?: string };
          const retryAfterMs = Number(answer.headers['retry-after'] ?? 0) * 1000;
          return { is: 'refused', bytes: count(), code, retryAfterMs };
        }
        if (tries > comesBack)
          return { is: 'sentOn', bytes: count(), status: answer.statusCode, tries, dead };
        await clock.sleep(comesBackMs);
      }
    } catch (error) {
      if (wish.leaves && gone.signal.aborted) return { is: 'left', bytes: count() };
      const code = (error as { code?: string }).code ?? (error as Error).name;
      return { is: 'short', bytes: count(), code };
    } finally {
      if (leave) clearImmediate(leave.next);
      gone.abort();
    }
  };
}

/** Where the bytes of a partial answer begin. */
function startOf({ headers }: Dispatcher.ResponseData): number {
  return Number(/^bytes (\d+)-/.exec(String(headers['content-range'] ?? ''))?.[1] ?? Number.NaN);
}

/** Goes after a number of turns of the event loop: before the answer, or somewhere in it. */
function leaveSoon(gone: AbortController, wants: number) {
  const timer: { next?: NodeJS.Immediate } = {};
  let turns = wants % 60;
  const turn = () => {
    if (turns-- <= 0) gone.abort();
    else timer.next = setImmediate(turn);
  };
  timer.next = setImmediate(turn);
  return timer;
}
