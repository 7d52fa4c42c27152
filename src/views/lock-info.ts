import { Parser } from 'xml2js';
import { BridgeError } from '../core/errors.ts';
import { xmlText } from './xml.ts';

/** What the body of a LOCK asks for (RFC 4918 section 14.11). */
export interface LockInfo {
  scope: 'exclusive' | 'shared';
  /**
   * What the client says of its owner, as XML that can stand in any answer of ours: besides `D:` for `DAV:`, each
   * element names its own namespace. Empty where nothing was said.
   */
  owner: string;
}

/** Real bodies are 300 bytes. */
const maxLockInfoChars = 16 * 1024;
/** The parser looks for a namespace through all elements around it, and the deeper they lie the longer. */
const maxTags = 100;

/** As xml2js gives an element with `explicitChildren`, `charsAsChildren` and `xmlns`. */
interface Element {
  '#name'?: string;
  $ns?: { local: string; uri: string };
  $?: Record<string, { name: string; value: string; prefix: string; local: string; uri: string }>;
  $$?: Element[];
  _?: string;
}

/** Reads the body of a LOCK. @throws BridgeError BRIDGE_BAD_REQUEST */
export function readLockInfo(body: string): LockInfo {
  const root = rootOf(body);
  if (!isDavElement(root, 'lockinfo')) throw badInfo('it is no lockinfo');
  const inside = (name: string) => (root.$$ ?? []).filter((one) => isDavElement(one, name));
  const scopes = inside('lockscope')
    .flatMap((one) => one.$$ ?? [])
    .flatMap((one) => (['exclusive', 'shared'] as const).filter((scope) => isDavElement(one, scope)));
  const [scope] = scopes;
  if (!scope || scopes.length > 1) throw badInfo('its scope is exclusive or shared');
  const types = inside('locktype').flatMap((one) => one.$$ ?? []);
  if (!types.some((one) => isDavElement(one, 'write'))) throw badInfo('its type is write');
  return { scope, owner: inside('owner').slice(0, 1).map(content).join('').trim() };
}

function rootOf(body: string): Element {
  if (body.length > maxLockInfoChars || body.split('<').length > maxTags) throw badInfo('it is too long');
  // RFC 4918 section 20.6: nothing outside the body is fetched, and nothing inside it is multiplied.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(body)) throw badInfo('document types are not read');
  // Namespaces in XML 1.0 section 5: a prefix cannot be taken back; the parser lets it pass.
  if (/\sxmlns:[^\s=]+\s*=\s*(?:""|'')/.test(body)) throw badInfo('a prefix has no namespace');
  let root: Element | undefined;
  let failure: unknown;
  const keepFirst = (error: unknown) => {
    failure ??= error;
  };
  const parser = new Parser({
    xmlns: true,
    explicitRoot: false,
    explicitChildren: true,
    preserveChildrenOrder: true,
    charsAsChildren: true,
    includeWhiteChars: true,
    emptyTag: () => ({}),
  });
  try {
    parser.parseString(body, (error: Error | null, result: Element) => {
      keepFirst(error);
      root = result;
    });
  } catch (error) {
    keepFirst(error);
  }
  if (failure || typeof root !== 'object' || root === null) throw badInfo('it is not XML');
  return root;
}

function isDavElement({ $ns }: Element, name: string): boolean {
  return $ns?.uri === 'DAV:' && $ns.local === name;
}

/** What stands in an element, in its order. */
function content({ $$ = [] }: Element): string {
  return $$.map((one) => (one['#name'] === '__text__' ? xmlText(one._ ?? '') : alone(one))).join('');
}

/** An element with its namespace, whatever stood around it. */
function alone(element: Element): string {
  const { local = '', uri = '' } = element.$ns ?? {};
  const attributes = Object.values(element.$ ?? {})
    .filter(({ name }) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .map((one, index) => {
      if (one.prefix === '' || one.prefix === 'xml') return ` ${one.name}="${attribute(one.value)}"`;
      return ` xmlns:a${index}="${attribute(one.uri)}" a${index}:${one.local}="${attribute(one.value)}"`;
    })
    .join('');
  const [name, namespace] = uri === 'DAV:' ? [`D:${local}`, ''] : [local, ` xmlns="${attribute(uri)}"`];
  return `<${name}${namespace}${attributes}>${content(element)}</${name}>`;
}

/** As XML 1.0 section 3.3.3 has it, a reader would take these signs for spaces. */
function attribute(value: string): string {
  return xmlText(value).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;');
}

function badInfo(detail: string): BridgeError {
  return new BridgeError('BRIDGE_BAD_REQUEST', { detail: `the body of the lock: ${detail}` });
}
