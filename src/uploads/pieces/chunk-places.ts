import type { HeldChunk, HeldUploads } from '../../catalog/held-uploads.ts';
import { badChunk, bytesOf, mustFitFile } from './chunk-names.ts';

/** Where numbered chunks lie until all are here: one behind the other, as they come. */
export interface ChunkPlaces {
  /**
   * One that comes again, and is as long, lies where it lay.
   * @param name a number
   * @throws BridgeError BRIDGE_BAD_REQUEST where others are named by their bytes, BRIDGE_TOO_LARGE
   */
  of(id: string, name: string, sizeBytes: number): Promise<HeldChunk>;
  forget(id: string): void;
}

interface GivenPlaces {
  byNumber: Map<number, HeldChunk>;
  /** Never given twice: of two that come at one time neither knows whether the other is whole. */
  nextByte: number;
}

/** More cannot be under way; those of others that are over go. */
const maxUploads = 200;

export function createChunkPlaces(heldUploads: Pick<HeldUploads, 'chunks'>): ChunkPlaces {
  const given = new Map<string, GivenPlaces>();

  async function placesOf(id: string): Promise<GivenPlaces> {
    const known = given.get(id);
    if (known) return known;
    const chunks = await heldUploads.chunks(id);
    // Somebody else may have been quicker.
    const meanwhile = given.get(id);
    if (meanwhile) return meanwhile;
    const byNumber = new Map<number, HeldChunk>();
    for (const chunk of chunks) {
      if (chunk.name === undefined) throw badChunk('others of this file are named by their bytes');
      byNumber.set(Number(chunk.name), chunk);
    }
    const last = chunks.at(-1);
    const places = { byNumber, nextByte: last ? last.lastByte + 1 : 0 };
    given.set(id, places);
    for (const oldest of given.keys()) if (given.size > maxUploads) given.delete(oldest);
    return places;
  }

  return {
    async of(id, name, sizeBytes) {
      const places = await placesOf(id);
      const before = places.byNumber.get(Number(name));
      if (before && bytesOf(before) === sizeBytes) return { ...before, name };
      const firstByte = places.nextByte;
      const chunk = { firstByte, lastByte: firstByte + sizeBytes - 1, name };
      mustFitFile(chunk.lastByte);
      places.byNumber.set(Number(name), chunk);
      places.nextByte = chunk.lastByte + 1;
      return chunk;
    },
    forget: (id) => void given.delete(id),
  };
}
