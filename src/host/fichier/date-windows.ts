import { hourMs } from '../../core/durations.ts';
import type { HostFile } from '../host.ts';

/** The host's service began in 2009: nothing was sent before. */
export const firstSentAt = Date.UTC(2009, 0, 1);
/** Whether the host's bounds include their second is unknown: windows overlap by this much on both sides. */
export const overlapMs = 1000;
/** A window this small cannot be halved any more. */
export const minWindowMs = 4 * overlapMs;
/** The hour that comes twice in October is one text for two instants. */
const doubtMs = hourMs + overlapMs;

/** The moment that halves these files, strictly inside the window. */
export function middleOf(files: readonly HostFile[], after: number, before: number): number {
  const times = files
    .map((file) => file.sentAt)
    .filter((time): time is number => time !== undefined && time > after && time < before)
    .sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? Math.floor((after + before) / 2);
  const margin = Math.min(minWindowMs / 2, (before - after) / 4);
  return Math.min(Math.max(median, after + margin), before - margin);
}

/** Whether a file was certainly sent at another time than was asked for. Milliseconds UTC. */
export function isOutside({ sentAt }: HostFile, window: { sentAfter: number; sentBefore: number }): boolean {
  if (sentAt === undefined) return false;
  return sentAt < window.sentAfter - doubtMs || sentAt > window.sentBefore + doubtMs;
}
