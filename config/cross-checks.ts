import { resolve } from 'node:path';
import type { Fault } from './faults.ts';
import type { Settings } from './settings.ts';

type SourceOf = (path: string) => string;

/** Settings that are right by themselves and cannot be together. */
export function clashesOf(
  settings: Settings,
  isRight: (path: string) => boolean,
  sourceOf: SourceOf,
): Fault[] {
  return [
    ...ttlClashes(settings, isRight, sourceOf),
    ...tlsClashes(settings, isRight, sourceOf),
    ...portClashes(settings, isRight, sourceOf),
    ...loops(settings, isRight, sourceOf),
  ];
}

const ownNames = ['localhost', '127.0.0.1', '[::1]'];

/** A gateway that would ask itself for ever. */
function loops({ gateways }: Settings, isRight: (path: string) => boolean, sourceOf: SourceOf): Fault[] {
  if (!isRight('gateways')) return [];
  return gateways.flatMap(({ host, port, url }, index) => {
    const { hostname, port: asked } = new URL(url);
    if (Number(asked) !== port || !(ownNames.includes(hostname) || hostname === host)) return [];
    return [
      {
        path: 'gateways',
        source: sourceOf('gateways'),
        wrong: `entry ${index + 1}: url is the gateway itself`,
        right: 'write the address of the media server into url',
      },
    ];
  });
}

/** Two that listen at one port of one address. Port 0 is any that is free. */
function portClashes(
  { server, gateways }: Settings,
  isRight: (path: string) => boolean,
  sourceOf: SourceOf,
): Fault[] {
  if (!isRight('gateways') || !isRight('server.port') || !isRight('server.host')) return [];
  const all = [{ what: 'Passerelle itself', ...server }, ...gateways.map((one, at) => named(one, at))];
  return all.flatMap((one, index) => {
    const first = all
      .slice(0, index)
      .find(({ port, host }) => port !== 0 && port === one.port && isOneHost(host, one.host));
    if (!first) return [];
    const entry = `entry ${index}, port`;
    const wrong = `${one.port} is the port of ${first.what}`;
    return [{ path: 'gateways', entry, source: sourceOf('gateways'), wrong, right: 'give each its own' }];
  });
}

const named = <T extends object>(one: T, at: number) => ({ what: `entry ${at + 1}`, ...one });
const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '[::]', '']);
const isOneHost = (a: string, b: string) => a === b || everywhere.has(a) || everywhere.has(b);

/** A certificate without its key is none. */
function tlsClashes({ server }: Settings, isRight: (path: string) => boolean, sourceOf: SourceOf): Fault[] {
  const names = ['tlsCert', 'tlsKey'] as const;
  const [set] = names.filter((name) => server[name] !== undefined);
  const [missing] = names.filter((name) => server[name] === undefined);
  if (!set || !missing || !isRight(`server.${missing}`)) return [];
  const source = sourceOf(`server.${set}`);
  return [
    {
      path: `server.${missing}`,
      source,
      wrong: `is missing, and server.${set} is set`,
      right: 'set both or none',
    },
  ];
}

function ttlClashes({ links }: Settings, isRight: (path: string) => boolean, sourceOf: SourceOf): Fault[] {
  const [low, high] = ['links.minTtlMs', 'links.maxTtlMs'] as const;
  if (!isRight(low) || !isRight(high) || links.minTtlMs <= links.maxTtlMs) return [];
  const wrong = `${links.minTtlMs} is more than ${high}, which is ${links.maxTtlMs}`;
  return [{ path: low, source: sourceOf(low), wrong, right: `must be at most ${high}` }];
}

/** Settings that are right, and together do most likely not what was meant. */
export function doubtsOf(settings: Settings, sourceOf: SourceOf): string[] {
  const { library, cache, delivery, fichier } = settings;
  const doubts = [
    ...baseUrlDoubts(settings).map((words) => ['server.baseUrl', words]),
    ...rootDoubts(library.roots).map((words) => ['library.roots', words]),
    ...treeDoubts(settings).map((words) => ['library.trees', words]),
    ...inboxDoubts(settings).map((words) => ['inbox', words]),
    ...notifyDoubts(settings).map((words) => ['notify', words]),
    ...twice(settings.notify, (row) =>
      [row.kind, new URL(row.url).href, 'fs' in row && row.fs, 'to' in row && row.to].join(' '),
    ).map((words) => ['notify', `${words}, which is told everything twice`]),
    ...twice(settings.gateways, ({ kind, url }) => `${kind} ${new URL(url).href}`).map((words) => [
      'gateways',
      words,
    ]),
    ...(settings.auth.password !== undefined && settings.auth.password === settings.auth.user
      ? [['auth.password', 'it is the name of the user as well, and the first that is tried']]
      : []),
    ...(cache.totalMiB > 0 && cache.fileMiB > cache.totalMiB
      ? [['cache.fileMiB', `one file may fill more than cache.totalMiB, which is ${cache.totalMiB}`]]
      : []),
    ...(delivery.viewerConnections > fichier.connections
      ? [
          [
            'delivery.viewerConnections',
            `there are only ${fichier.connections} for all (fichier.connections)`,
          ],
        ]
      : []),
  ];
  return doubts.map(([path = '', words]) => `${path} (${sourceOf(path)}): ${words}`);
}

/** Players would be sent to this port without the TLS that it speaks. */
function baseUrlDoubts({ server }: Settings): string[] {
  if (server.tlsCert === undefined || server.baseUrl === undefined) return [];
  const { protocol, port } = new URL(server.baseUrl);
  return protocol === 'http:' && Number(port) === server.port
    ? ['it begins with http://, and this port speaks https (server.tlsCert)']
    : [];
}

/** Entries of a list that are one and the same. */
function twice<T>(rows: readonly T[], identity: (row: T) => string): string[] {
  const keys = rows.map(identity);
  return keys.flatMap((key, index) => {
    const first = keys.indexOf(key);
    return first === index ? [] : [`entry ${index + 1} is the same server as entry ${first + 1}`];
  });
}

function rootDoubts(roots: readonly string[]): string[] {
  return roots.flatMap((root, index) => {
    if (roots.indexOf(root) !== index) return [`${root} stands twice`];
    const outer = roots.find((other) => other !== root && isWithin(root, other));
    return outer === undefined ? [] : [`${root} lies in ${outer}, which is indexed with all below it`];
  });
}

/** A tree of folders that are not indexed stays empty. */
function treeDoubts({ library }: Settings): string[] {
  return library.trees.flatMap(({ roots = [] }, index) =>
    roots
      .filter((root) => !library.roots.some((one) => isWithin(root, one) || isWithin(one, root)))
      .map((root) => `entry ${index + 1}: ${root} is not in library.roots, so nothing of it is indexed`),
  );
}

/** What is sent beside the roots is in the account, and in no tree. */
function inboxDoubts({ library, inbox }: Settings): string[] {
  return inbox.flatMap(({ to }, index) =>
    library.roots.some((root) => isWithin(to, root))
      ? []
      : [
          `entry ${index + 1}: ${to} is not in library.roots, so nothing of what is sent there is in the library`,
        ],
  );
}

/** A server whose map covers none of the trees is never told of anything. */
function notifyDoubts({ library, notify }: Settings): string[] {
  const dirs = (library.trees.length > 0 ? library.trees : [library]).map(({ dir }) => resolve(dir));
  return notify.flatMap((row, index) => {
    const keys = 'pathMap' in row && row.pathMap !== undefined ? Object.keys(row.pathMap) : undefined;
    if (
      keys === undefined ||
      dirs.some((dir) => keys.some((key) => isWithin(dir, key) || isWithin(key, dir)))
    )
      return [];
    return [
      `entry ${index + 1}: pathMap names ${keys.join(', ') || 'nothing'}, and the STRM files lie in ${dirs.join(', ')}`,
    ];
  });
}

function isWithin(path: string, folder: string): boolean {
  const base = folder.replace(/\/+$/, '');
  return path === folder || path === base || path.startsWith(`${base}/`);
}
