import type { Figure } from '../figure.ts';
import { installed } from '../stage/installed.ts';
import { openProbing } from '../stage/probing.ts';
import { afterLeases, seenBefore } from './probes-again.ts';
import { firstProbes } from './probes-first.ts';

/** So often is a film seen for the first time. */
const copies = 3;

/** Jellyfin probes a film at every play, before its client gets an answer: each time links, bytes and a wait. */
export const probes: Figure = {
  name: 'probes',
  about: 'ffprobe with the arguments of Jellyfin, delivery auto, one film packed in four ways',
  async measure(stage) {
    if (!(await installed('-version', 'ffprobe')) || !(await installed('-version', 'ffmpeg'))) return [];
    const probing = await openProbing(stage, copies);
    const first = await firstProbes(probing);
    const again = await seenBefore(probing);
    return [...first, ...again, ...(await afterLeases(probing))];
  },
};
