import { BridgeError } from '../../core/errors.ts';

/** One condition of a list: a token that must cover the resource or a version that it must be, or must not. */
export type IfCondition = { isNot: boolean } & ({ token: string } | { etag: string });

/** Conditions that must hold together. */
export interface IfList {
  /** The address that they are of, as the client wrote it; undefined = of what is asked for. */
  resource: string | undefined;
  conditions: readonly IfCondition[];
}

/** What is known of a resource. */
export interface ResourceState {
  /** As in the header ETag; a resource that is not there has none. */
  etag?: string | undefined;
  /** Of the locks that cover it. */
  tokens: readonly string[];
}

/** No client sends more than the tokens of a few locks. */
const maxIfChars = 8192;

/** RFC 4918 section 10.4.8: the token of no lock, so that `Not` before it always holds. */
const noLock = 'DAV:no-lock';

/**
 * Reads the header If (RFC 4918 section 10.4.2), in one go over it.
 * @throws BridgeError BRIDGE_BAD_REQUEST
 */
export function parseIf(header: string): IfList[] {
  if (header.length > maxIfChars) throw badIf('it is too long');
  let at = 0;
  const lists: IfList[] = [];
  let resource: string | undefined;

  function skip(): void {
    while (header[at] === ' ' || header[at] === '\t') at++;
  }

  /** What stands between this place, which is a sign of its own, and the next `end`. */
  function until(end: string): string {
    const from = at + 1;
    const to = header.indexOf(end, from);
    if (to === -1) throw badIf(`${header[at]} has no end`);
    at = to + 1;
    return header.slice(from, to);
  }

  function address(): string {
    const text = until('>');
    if (text === '' || /[\s<"]/.test(text)) throw badIf('an address cannot be read');
    return text;
  }

  function entityTag(): string {
    at++;
    const weak = header.startsWith('W/', at) ? 'W/' : '';
    at += weak.length;
    if (header[at] !== '"') throw badIf('an entity tag stands in quotes');
    const tag = `${weak}"${until('"')}"`;
    if (header[at] !== ']') throw badIf('[ has no end');
    at++;
    return tag;
  }

  function condition(): IfCondition {
    const isNot = header.slice(at, at + 3).toLowerCase() === 'not';
    if (isNot) at += 3;
    skip();
    if (header[at] === '<') return { isNot, token: address() };
    if (header[at] === '[') return { isNot, etag: entityTag() };
    throw badIf('a list holds <tokens> and ["entity tags"]');
  }

  function list(): IfCondition[] {
    at++;
    const conditions: IfCondition[] = [];
    for (skip(); header[at] !== ')'; skip()) {
      if (at >= header.length) throw badIf('( has no end');
      conditions.push(condition());
    }
    at++;
    if (conditions.length === 0) throw badIf('a list is empty');
    return conditions;
  }

  for (skip(); at < header.length; skip()) {
    if (header[at] === '<') {
      // Lists of what is asked for and lists of other addresses do not stand beside each other.
      if (lists.length > 0 && resource === undefined) throw badIf('an address stands behind a list');
      resource = address();
      skip();
    }
    if (header[at] !== '(') throw badIf('a list stands in ( and )');
    lists.push({ resource, conditions: list() });
  }
  if (lists.length === 0) throw badIf('it holds no list');
  return lists;
}

/**
 * Whether one of the lists holds (RFC 4918 section 10.4.3), and every token in the header: to name one is to send it,
 * whatever comes of its list (section 10.4.1). Entity tags are compared weakly, as section 10.4.4 allows: what stands
 * between may make them weak.
 * @param stateOf asked once for each address, in their order, until a list holds; undefined = of what is asked for
 */
export async function evaluateIf(
  lists: readonly IfList[],
  stateOf: (resource: string | undefined) => ResourceState | Promise<ResourceState>,
): Promise<{ holds: boolean; tokens: string[] }> {
  const states = new Map<string | undefined, ResourceState>();
  let holds = false;
  for (const { resource, conditions } of lists) {
    const state = states.get(resource) ?? (await stateOf(resource));
    states.set(resource, state);
    holds = conditions.every((one) => isMet(one, state) !== one.isNot);
    if (holds) break;
  }
  return { holds, tokens: tokensIn(lists) };
}

function tokensIn(lists: readonly IfList[]): string[] {
  const all = lists.flatMap(({ conditions }) =>
    conditions.flatMap((one) => ('token' in one && one.token !== noLock ? [one.token] : [])),
  );
  return [...new Set(all)];
}

function isMet(condition: IfCondition, { etag, tokens }: ResourceState): boolean {
  if ('token' in condition) return condition.token !== noLock && tokens.includes(condition.token);
  return etag !== undefined && strong(condition.etag) === strong(etag);
}

function strong(etag: string): string {
  return etag.replace(/^W\//, '');
}

function badIf(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `the header If: ${detail}` });
}
