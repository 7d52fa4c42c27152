import { Parser } from 'xml2js';
import { BridgeError } from '../../../src/core/errors.ts';
import type { PropertyName, PropertyRequest } from '../../../src/views/propfind.ts';

/** No client sends more than 2 KB; what is larger never reaches the parser. */
export const maxBody = 64 * 1024;

/** Real bodies ask for a dozen properties. */
const maxProperties = 100;
/**
 * Beginnings and ends of that many properties and what stands around them, and a namespace for each. The parser looks
 * for a namespace through all elements around it, and the deeper they lie the longer: in 2,000 of them for 20 seconds.
 */
const maxTags = 300;
const maxNamespaces = 120;
/** Together: what is not known is said of every entry. */
const maxNames = 8192;

/** As xml2js gives an element with `explicitChildren` and `xmlns`. */
interface Element {
  /** Its text. */
  _?: string;
  $ns?: { local: string; uri: string };
  $$?: Element[];
}

/** What a PROPFIND asks for; no body means everything. @throws BridgeError BRIDGE_BAD_REQUEST */
export function readPropfind(body: string | undefined): PropertyRequest {
  if (!body) return { kind: 'allprop', include: [] };
  const root = parse(body, 'propfind');
  const kinds = root.filter((one) => isDav(one, 'allprop', 'propname', 'prop'));
  const [kind] = kinds;
  if (!kind || kinds.length > 1) throw bad('it must ask for allprop, propname or prop');
  if (isDav(kind, 'propname')) return { kind: 'propname' };
  if (isDav(kind, 'prop')) return { kind: 'prop', names: namesIn([kind]) };
  return { kind: 'allprop', include: namesIn(root.filter((one) => isDav(one, 'include'))) };
}

/** A property that is to be changed; without a value it is to be removed. */
export interface PropertyChange extends PropertyName {
  value: string | undefined;
}

/** The properties that a PROPPATCH wants to change, in its order. @throws BridgeError BRIDGE_BAD_REQUEST */
export function readProppatch(body: string | undefined): PropertyChange[] {
  const changes = parse(body ?? '', 'propertyupdate').filter((one) => isDav(one, 'set', 'remove'));
  const props = changes.flatMap((change) =>
    (change.$$ ?? [])
      .filter((one) => isDav(one, 'prop'))
      .map(({ $$ = [] }) => ({ $$: $$.filter(isNamed), isSet: isDav(change, 'set') })),
  );
  const values = props.flatMap(({ $$, isSet }) => $$.map(({ _ = '' }) => (isSet ? _ : undefined)));
  return namesIn(props).map((name, index) => ({ ...name, value: values[index] }));
}

/** Checks that a body is a lock's. @throws BridgeError BRIDGE_BAD_REQUEST */
export function checkLockInfo(body: string): void {
  parse(body, 'lockinfo');
}

function namesIn(elements: readonly Element[]): PropertyName[] {
  const names = elements
    .flatMap((one) => one.$$ ?? [])
    .filter(isNamed)
    .map(({ $ns }) => ({ namespace: $ns?.uri ?? '', name: $ns?.local ?? '' }));
  const length = names.reduce((sum, { namespace, name }) => sum + namespace.length + name.length, 0);
  if (names.length > maxProperties || length > maxNames) throw bad('it asks for too many properties');
  return names;
}

function isNamed({ $ns }: Element): boolean {
  return ($ns?.local ?? '') !== '';
}

function isDav({ $ns }: Element, ...names: string[]): boolean {
  return $ns?.uri === 'DAV:' && names.includes($ns.local);
}

/** Children of the root element, which must have this name. */
function parse(body: string, name: string): Element[] {
  // RFC 4918 section 20.6: nothing outside the body is fetched, and nothing inside it is multiplied.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(body)) throw bad('document types are not read');
  // Namespaces in XML 1.0 section 5: a prefix cannot be taken back; the parser lets it pass.
  if (/\sxmlns:[^\s=]+\s*=\s*(?:""|'')/.test(body)) throw bad('a prefix has no namespace');
  if (countOf(body, '<') > maxTags || countOf(body, 'xmlns') > maxNamespaces)
    throw bad('it has too many elements');
  let root: Element | undefined;
  let failure: unknown;
  const parser = new Parser({
    xmlns: true,
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    charsAsChildren: false,
    emptyTag: () => ({}),
  });
  try {
    parser.parseString(body, (error: Error | null, result: unknown) => {
      failure ??= error;
      root = result as Element;
    });
  } catch (error) {
    failure ??= error;
  }
  if (failure || typeof root !== 'object' || root === null) throw bad('it is not XML');
  if (!isDav(root, name)) throw bad(`it is no ${name}`);
  return root.$$ ?? [];
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function bad(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `the body: ${detail}` });
}
