import { type Signal, signal } from '@preact/signals-core';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ApiRefusal, callApi, NoAnswer, returns } from './door.ts';
import { spokenError, spokenRemedy } from './words/spoken.ts';
import { words } from './words/texts.ts';

/** What was asked for, as far as it is there. */
export interface AskedFor<T> {
  value: T | undefined;
  fault: string | undefined;
  isLoading: boolean;
}

/** What a person is told of something that went wrong. */
export function faultText(error: unknown): string {
  if (error instanceof ApiRefusal)
    return [spokenError(error), spokenRemedy(error)].filter(Boolean).join('. ');
  if (error instanceof NoAnswer) return words.unreachable;
  return error instanceof Error ? `${words.failed}: ${error.message}` : words.failed;
}

/**
 * Asks for this address while it is shown, again when `version` is another one, and when the server is there again;
 * keeps what was there meanwhile, and what it said last while nobody answers.
 */
export function useAsked<T>(path: string | undefined, version: unknown = 0): Signal<AskedFor<T>> {
  const asked = useMemo(
    () => signal<AskedFor<T>>({ value: undefined, fault: undefined, isLoading: true }),
    [],
  );
  const heard = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (path === undefined) return undefined;
    const leave = new AbortController();
    asked.value = { ...asked.value, isLoading: true };
    callApi<T>('GET', path, undefined, leave.signal)
      .then((value) => {
        heard.current = path;
        asked.value = { value, fault: undefined, isLoading: false };
      })
      .catch((error: unknown) => {
        if (leave.signal.aborted) return;
        // That nobody answers is told above all of it.
        if (error instanceof NoAnswer && heard.current === path)
          asked.value = { ...asked.value, isLoading: false };
        else asked.value = { value: undefined, fault: faultText(error), isLoading: false };
      });
    return () => leave.abort();
  }, [path, version, returns.value]);
  return asked;
}

/** Something that can be done about what is told. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

/** What was done last, for everybody to read and for a screen reader to say. */
export const notice = signal<{ text: string; isFault: boolean; action?: NoticeAction } | undefined>(
  undefined,
);
let forgetting: ReturnType<typeof setTimeout> | undefined;

const shownMs = 5000;
/** What went wrong, and what can be undone, is read with more time. */
const shownLongMs = 15_000;

export function tell(
  text: string,
  { isFault = false, action }: { isFault?: boolean; action?: NoticeAction } = {},
): void {
  notice.value = { text, isFault, ...(action && { action }) };
  clearTimeout(forgetting);
  forgetting = setTimeout(
    () => {
      notice.value = undefined;
    },
    isFault || action ? shownLongMs : shownMs,
  );
}

/** Does something and tells how it ended. @returns what it gave; undefined where it failed */
export async function attempt<T>(
  work: () => Promise<T>,
  done?: (result: T) => string,
  action?: NoticeAction,
): Promise<T | undefined> {
  try {
    const result = await work();
    if (done) tell(done(result), action && { action });
    return result;
  } catch (error) {
    tell(faultText(error), { isFault: true });
    return undefined;
  }
}
