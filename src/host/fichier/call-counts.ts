import type { Log } from '../../core/log.ts';

/** Every verb that may be asked. What is counted under another name counts as `other`. */
export const countedVerbs = [
  'folder/ls',
  'file/ls',
  'file/info',
  'download/get_token',
  'user/info',
  'upload/get_upload_server',
  'folder/mkdir',
  'folder/mv',
  'folder/rm',
  'folder/share',
  'file/mv',
  'file/cp',
  'file/rename',
  'file/rm',
  'remote/request',
  'remote/ls',
  'remote/info',
] as const;

/** Calls of one verb that ended in one way since the start of the process. */
export interface CallCount {
  verb: string;
  /** `ok`, `cancelled`, `failed`, or the code of an error. */
  outcome: string;
  calls: number;
}

/** Counts calls by the line that each of them leaves in the log, whatever the level is. */
export interface CallCounts {
  /** The log to be handed to who makes the calls: it writes every line on. */
  readonly log: Log;
  counts(): CallCount[];
}

/** @param log where lines go */
export function createCallCounts(log: Log): CallCounts {
  const counted = new Map<string, CallCount>();

  function note(values: object, words: string): void {
    if (words !== 'host call') return;
    const { verb: asked, outcome } = values as { verb: string; outcome: string };
    const verb = countedVerbs.find((one) => one === asked) ?? 'other';
    const key = `${verb} ${outcome}`;
    const known = counted.get(key);
    if (known) known.calls++;
    else counted.set(key, { verb, outcome, calls: 1 });
  }

  const noting = (level: 'debug' | 'info' | 'warn' | 'error') => (values: object, words: string) => {
    note(values, words);
    log[level](values, words);
  };
  return {
    log: {
      debug: noting('debug'),
      info: noting('info'),
      warn: noting('warn'),
      error: noting('error'),
      plain: (values, words) => log.plain(values, words),
    },
    counts: () => [...counted.values()],
  };
}
