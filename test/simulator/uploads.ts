import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Content, keepChecksum } from './content.ts';
import type { Counters } from './counters.ts';
import { takeOne, type UploadFaults } from './faults.ts';
import { MalformedForm, type PartHead, type PartTaker } from './multipart.ts';
import { randomText } from './random.ts';
import type { Account, SimulatedFile } from './tree.ts';
import { whirlpoolInPieces } from './whirlpool.ts';

/** One file of an upload, as the report tells of it. */
export interface Uploaded {
  file: SimulatedFile;
  whirlpool: string;
  /** Key for removing a file without an account; empty for files of one. */
  remove: string;
}

/** An upload that is over. */
interface Report {
  files: Uploaded[];
  at: number;
}

/** Larger ones are laid on the disk. */
const inMemoryBytes = 1 << 20;
const reportLifeMs = 7_200_000;
const digits = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export interface UploadParts {
  account: Account;
  random: () => number;
  clock: { now(): number };
  counters: Counters;
  faults: { upload: UploadFaults };
}

/** What the nodes share: ids, the bytes that were sent, and the reports of what became of them. */
export interface Uploads {
  /** An id of ten signs, good for one upload. */
  newId(): string;
  /** Whether this id has not been used; it is used now. */
  useId(id: string): boolean;
  /** Takes the parts of a form; what was begun and not ended leaves nothing behind. */
  take(owned: boolean): PartTaker & { done(): Uploaded[]; giveUp(): Promise<void> };
  /** Keeps bytes that were fetched or sent, for a new file. */
  store(): Promise<Store>;
  /** Tells that an upload is over. */
  report(id: string, files: Uploaded[]): void;
  /** What became of an upload, for two hours. */
  reportOf(id: string): Report | undefined;
  /** Removes what lies on the disk. */
  close(): Promise<void>;
}

/** Bytes on their way into the account. */
export interface Store {
  add(piece: Buffer): Promise<void>;
  sizeBytes(): number;
  /** The content, and its Whirlpool. */
  end(): Promise<{ content: Content; whirlpool: string }>;
  giveUp(): Promise<void>;
}

export function createUploads({ account, random, clock, counters, faults }: UploadParts): Uploads {
  const unused = new Set<string>();
  const reports = new Map<string, Report>();
  let folder: Promise<string> | undefined;
  let count = 0;

  /** Bytes whose checksum is known are counted, and given up. */
  function storeOfKnown(known: ReadonlyMap<string, string>): Store {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    return {
      sizeBytes: () => sizeBytes,
      async add(piece) {
        hash.update(piece);
        sizeBytes += piece.length;
      },
      async end() {
        const content: Content = { sizeBytes, seed: 0 };
        const whirlpool = known.get(hash.digest('hex')) ?? '';
        keepChecksum(content, whirlpool);
        return { content, whirlpool };
      },
      giveUp: async () => undefined,
    };
  }

  async function store(): Promise<Store> {
    if (faults.upload.known) return storeOfKnown(faults.upload.known);
    const hash = await whirlpoolInPieces();
    const pieces: Buffer[] = [];
    let [sizeBytes, path] = [0, ''];
    let handle: FileHandle | undefined;
    return {
      sizeBytes: () => sizeBytes,
      async add(piece) {
        hash.update(piece);
        sizeBytes += piece.length;
        if (!handle) {
          pieces.push(Buffer.from(piece));
          if (sizeBytes <= inMemoryBytes) return;
          folder ??= mkdtemp(join(tmpdir(), 'simulated-host-'));
          path = join(await folder, String(count++));
          handle = await open(path, 'w');
          for (const early of pieces.splice(0)) await handle.appendFile(early);
          return;
        }
        await handle.appendFile(piece);
      },
      async end() {
        await handle?.close();
        const content: Content = handle ? { path } : Buffer.concat(pieces);
        const whirlpool = hash.digest('hex');
        keepChecksum(content, whirlpool);
        return { content, whirlpool };
      },
      async giveUp() {
        await handle?.close();
        if (handle) await rm(path, { force: true });
      },
    };
  }

  return {
    newId() {
      const id = randomText(random, digits, 10);
      unused.add(id);
      return id;
    },
    useId: (id) => unused.delete(id),
    store,
    take(owned) {
      const sent: { name: string; content: Content; whirlpool: string }[] = [];
      const fields = new Map<string, string>();
      let head: PartHead | undefined;
      let storing: Store | undefined;
      return {
        async begin(next) {
          head = next;
          if (head.filename !== undefined) storing = await store();
          else fields.set(head.name, '');
        },
        async bytes(piece) {
          if (storing) return storing.add(piece);
          const text = (fields.get(head?.name ?? '') ?? '') + piece.toString('utf8');
          if (text.length > 4096) throw new MalformedForm('a long field');
          fields.set(head?.name ?? '', text);
        },
        async end() {
          if (storing && storing.sizeBytes() > 0 && head?.name === 'file[]' && head.filename)
            sent.push({ name: head.filename, ...(await storing.end()) });
          else await storing?.giveUp();
          storing = undefined;
        },
        giveUp: async () => storing?.giveUp(),
        done() {
          if (sent.length === 0) throw new MalformedForm('no file');
          // A folder that is not there is the root, without a word.
          const wanted = account.find(Number(fields.get('did') ?? 0));
          const into = wanted?.kind === 'folder' ? wanted : account.root;
          return sent.map(({ name, content, whirlpool }) => {
            const stored = takeOne(faults.upload.storedName)?.name(name) ?? name;
            const file = owned
              ? account.addFile(into, { name: stored, content })
              : account.addOthers({ name: stored, content });
            counters.uploads++;
            return { file, whirlpool, remove: owned ? '' : randomText(random, digits, 5) };
          });
        },
      };
    },
    report: (id, files) => void reports.set(id, { files, at: clock.now() }),
    reportOf(id) {
      const report = reports.get(id);
      return report && clock.now() - report.at < reportLifeMs ? report : undefined;
    },
    async close() {
      if (folder) await rm(await folder, { recursive: true, force: true });
    },
  };
}
