/** A line of the log as it was written. */
export interface RecentLine {
  /** Counts every line of this process: a later one has a larger number. */
  seq: number;
  /** One JSON object, without its end; cut where it was very long. */
  text: string;
}

/** The last lines of the log, in a piece of memory that never grows. */
export interface RecentLines {
  /** @param line with its end, as it goes to the destination: nothing of it is made anew */
  write(line: string): void;
  /** A line that stands in `source` as bytes, its end with it. */
  copy(source: Buffer, start: number, end: number): void;
  /** Those that are still here and came after `seq`, the newest first. */
  after(seq: number): Generator<RecentLine>;
  /** The number of the newest; 0 before the first. */
  newest(): number;
}

export interface RecentLinesOptions {
  maxBytes?: number;
  maxLines?: number;
}

/** About three thousand lines of requests. */
const usualBytes = 1024 * 1024;
const usualLines = 4096;
/** One line must not push all others out. */
const maxLineShare = 1 / 16;
/** What a character of UTF-16 takes at most. */
const bytesOfCharacter = 3;

/**
 * Lines as bytes in a ring: texts that are kept would each live long enough for the collector to carry them about,
 * which a line per request must not cost. Nothing is allocated before the first line.
 */
export function createRecentLines({
  maxBytes = usualBytes,
  maxLines = usualLines,
}: RecentLinesOptions = {}): RecentLines {
  const maxLineBytes = Math.floor(maxBytes * maxLineShare);
  let bytes: Buffer | undefined;
  const [starts, ends] = [new Uint32Array(maxLines), new Uint32Array(maxLines)];
  /** Of the newest, and of the oldest that is still here. */
  let [last, first] = [0, 1];
  let at = 0;

  /** Lets the oldest go that lie from here on, up to `end`. */
  function free(start: number, end: number): void {
    while (first <= last) {
      const slot = first % maxLines;
      if ((starts[slot] as number) >= end || (ends[slot] as number) <= start) return;
      first++;
    }
  }

  /** Room for a line behind the newest, from `at` on; the oldest go for it. */
  function makeRoom(room: number): Buffer {
    bytes ??= Buffer.allocUnsafe(maxBytes);
    if (at + room > maxBytes) {
      // What lies behind is the oldest, and goes before the newest of this round.
      free(at, maxBytes);
      at = 0;
    }
    free(at, at + room);
    if (last - first + 1 === maxLines) first++;
    return bytes;
  }

  /** So many bytes from `at` on are the newest line. */
  function added(length: number): void {
    last++;
    starts[last % maxLines] = at;
    at += length;
    ends[last % maxLines] = at;
  }

  const lines: RecentLines = {
    write(line) {
      const length = line.endsWith('\n') ? line.length - 1 : line.length;
      const isLong = bytesOfCharacter * length > maxLineBytes;
      const room = isLong ? maxLineBytes : bytesOfCharacter * length;
      // Writes whole characters, as many as fit.
      added(makeRoom(room).write(isLong ? line.slice(0, maxLineBytes) : line, at, room));
    },

    copy(source, start, end) {
      const length = end - start;
      if (length > maxLineBytes) lines.write(source.toString('utf8', start, end));
      else added(source.copy(makeRoom(length), at, start, end));
    },

    *after(seq) {
      for (let one = last; one >= first && one > seq; one--) {
        const slot = one % maxLines;
        yield { seq: one, text: bytes?.toString('utf8', starts[slot], ends[slot]).replace(/\n$/, '') ?? '' };
      }
    },

    newest: () => last,
  };
  return lines;
}
