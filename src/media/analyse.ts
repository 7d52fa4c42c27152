import { createRequire, flushCompileCache } from 'node:module';
import { constants, setPriority } from 'node:os';
import mediaInfoFactory from 'mediainfo.js';

/**
 * The process that reads a file's header, started for one file by `inspect.ts` and gone afterwards: what MediaInfo
 * takes of memory is given back whole, and a file that was made to hurt it hurts nobody else. Bytes come from the parent.
 */

/** What the parent says: the file first, then bytes for each wish. */
export type ToAnalysis = { sizeBytes: number; headBytes: number; maxBytes: number } | { bytes: Uint8Array };

/** What it is told: a place where bytes are wanted, or the end. `isHarm`: the parser broke on this very file. */
export type FromAnalysis =
  | { position: number; length: number }
  | { report: string }
  | { failure: string; isHarm?: boolean };

/** One piece: smaller ones let MediaInfo stop earlier, larger ones cost fewer messages. */
const pieceBytes = 64 * 1024;
/** The end of a stream without an index, where its last time stands. */
const streamEndBytes = 1024 * 1024;
/** A parser that takes more has been led astray. */
const maxMemoryBytes = 256 * 1024 * 1024;

class TooMuchMemory extends Error {}

/**
 * MediaInfo's read loop (mediainfo.js `analyzeData`) with bounds: the beginning is read up to `headBytes` and no
 * further in one go, whatever MediaInfo would like (measured: 38 MB of a Matroska film, all of a transport stream),
 * and `maxBytes` in all. A stream without an index is then given its end, which tells how long it lasts.
 */
async function analyse(
  { sizeBytes, headBytes, maxBytes }: Extract<ToAnalysis, { sizeBytes: number }>,
  read: (position: number, length: number) => Promise<Uint8Array>,
): Promise<string> {
  const require = createRequire(import.meta.url);
  const locateFile = () => require.resolve('mediainfo.js/MediaInfoModule.wasm');
  const mediaInfo = await mediaInfoFactory({ format: 'JSON', locateFile });
  const { mediainfoModule } = mediaInfo as unknown as { mediainfoModule: { HEAPU8: Uint8Array } };
  mediaInfo.openBufferInit(sizeBytes, 0);
  let [position, runStart, taken] = [0, 0, 0];
  let lastJump = -1;
  let isStream = false;
  let hasEnd = false;
  while (position < sizeBytes && taken < maxBytes) {
    if (runStart < headBytes && position >= headBytes) {
      const end = Math.max(position, sizeBytes - streamEndBytes);
      if (!isStream || hasEnd) break;
      hasEnd = true;
      [position, runStart] = [end, end];
      // -1 moves the place and keeps what was learned (mediainfo.js, POSITION_ONLY).
      mediaInfo.openBufferInit(-1, position);
    }
    const bytes = await read(position, Math.min(pieceBytes, sizeBytes - position));
    if (bytes.length === 0) break;
    if (position === 0) isStream = isProgramStream(bytes);
    taken += bytes.length;
    const isOver = mediaInfo.openBufferContinue(bytes, bytes.length);
    if (mediainfoModule.HEAPU8.byteLength > maxMemoryBytes)
      throw new TooMuchMemory('its parser took too much memory');
    const jump = mediaInfo.openBufferContinueGotoGet();
    if (jump === -1) {
      lastJump = -1;
      position += bytes.length;
      if (isOver) break;
    } else {
      if (jump === lastJump || jump < 0 || jump >= sizeBytes) break;
      [position, runStart, lastJump] = [jump, jump, jump];
      mediaInfo.openBufferInit(isOver ? sizeBytes : -1, position);
    }
  }
  mediaInfo.openBufferFinalize();
  return mediaInfo.inform();
}

/** A transport stream (0x47 every 188 bytes, or 4 later on discs) or a program stream: no index says how long it is. */
function isProgramStream(bytes: Uint8Array): boolean {
  const isTransport = [0, 4].some((lead) => {
    const packet = 188 + lead;
    return [0, 1, 2].every((i) => bytes[lead + i * packet] === 0x47);
  });
  return isTransport || (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 1 && bytes[3] === 0xba);
}

const send = (message: FromAnalysis) => process.send?.(message);
let give: ((bytes: Uint8Array) => void) | undefined;

// The next process like this one finds what was compiled; at the end it would be too late, for this one is killed.
flushCompileCache();
// Players come first.
setPriority(constants.priority.PRIORITY_LOW);
process.on('disconnect', () => process.exit());
process.on('message', (message: ToAnalysis) => {
  if ('bytes' in message) return give?.(message.bytes);
  const read = (position: number, length: number) =>
    new Promise<Uint8Array>((resolve) => {
      give = resolve;
      send({ position, length });
    });
  analyse(message, read).then(
    (report) => send({ report }),
    (error: unknown) => {
      const isMemory = error instanceof TooMuchMemory;
      // A trap of WebAssembly leaves nothing to go on with.
      const isHarm = isMemory || (error instanceof Error && error.name === 'RuntimeError');
      send({ failure: isMemory ? error.message : String(error), isHarm });
    },
  );
});
