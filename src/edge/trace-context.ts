/** Of a request that others follow on its way (W3C Trace Context): in hexadecimal, so nothing in it needs care. */
export interface TraceContext {
  /** 32 digits, the same for everybody on the way. */
  trace: string;
  /** 16 digits: who asked us. */
  span: string;
}

/** Version, trace, span, flags; later versions may say more behind that. */
const form = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}$/;
const lengthOfOurs = 55;
/** More than a later version is likely to say. */
const maxLength = 512;

/** What a `traceparent` says; undefined where it is none by the letter. */
export function traceContextOf(header: unknown): TraceContext | undefined {
  if (typeof header !== 'string' || header.length < lengthOfOurs || header.length > maxLength)
    return undefined;
  const isLater = !header.startsWith('00');
  if (header.length > lengthOfOurs && !(isLater && header[lengthOfOurs] === '-')) return undefined;
  const [, trace, span] = form.exec(header.slice(0, lengthOfOurs)) ?? [];
  return trace === undefined || span === undefined ? undefined : { trace, span };
}
