import { z } from 'zod';
import type { LogQuery, ShownLogLine } from './api/log.ts';
import { isToldElsewhere } from './core/log/readable-log.ts';
import type { RecentLines } from './core/log/recent-lines.ts';
import { type LogArea, logAreas } from './core/log.ts';

/** What the log said last, for people who look for something in it. */
export interface RecentLog {
  /** @returns those that fit, the newest first, and the number of the newest line of all */
  read(query: LogQuery): { lines: ShownLogLine[]; newest: number };
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

const lineShape = z.looseObject({
  level: z.enum(levels),
  time: z.iso.datetime(),
  msg: z.string().default(''),
  area: z.enum(logAreas).optional(),
});

/** @param redacted takes out of a text what nobody may see: the lines were made without it, and this holds it twice */
export function createRecentLog(
  lines: Pick<RecentLines, 'after' | 'newest'>,
  redacted: (text: string) => string,
): RecentLog {
  return {
    read({ level, text = '', area, limit, after }) {
      const needle = text.toLowerCase();
      // Most lines are left out by what stands in them, without being read.
      const isPlain = !/["\\\p{Cc}]/u.test(needle);
      const lowest = levels.indexOf(level);
      const found: ShownLogLine[] = [];
      // A number that is not reached yet is of the process before.
      for (const { seq, text: raw } of lines.after(after > lines.newest() ? 0 : after)) {
        if (needle !== '' && isPlain && !raw.toLowerCase().includes(needle)) continue;
        const line = shownLine(seq, redacted(raw));
        if (levels.indexOf(line.level) < lowest || (area !== undefined && line.area !== area)) continue;
        // Of requests and calls that went well, the page's own among them, would nothing else be seen.
        if (level !== 'debug' && area === undefined && isToldElsewhere(line.words, line.values)) continue;
        if (needle !== '' && !says(line, needle)) continue;
        found.push(line);
        if (found.length === limit) break;
      }
      return { lines: found, newest: lines.newest() };
    },
  };
}

/** A line that was cut is no JSON any more, and is shown as it is. */
function shownLine(id: number, text: string): ShownLogLine {
  const read = lineShape.safeParse(parsed(text));
  if (!read.success) {
    const [, level = 'info'] = /^\{"level":"(\w{1,10})"/.exec(text) ?? [];
    const known = levels.find((one) => one === level) ?? 'info';
    return { id, at: 0, level: known, area: 'server', words: text, values: {} };
  }
  const { level, time, msg: words, area, ...values } = read.data;
  const of: LogArea = area ?? (words === 'request' ? 'requests' : 'server');
  return { id, at: Date.parse(time), level, area: of, words, values };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function says({ words, values }: ShownLogLine, needle: string): boolean {
  return `${words} ${JSON.stringify(values)}`.toLowerCase().includes(needle);
}
