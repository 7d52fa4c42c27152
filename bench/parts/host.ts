import { type Content, keepChecksum, openContent, sizeOf } from '../../test/simulator/content.ts';
import { resetCounters } from '../../test/simulator/counters.ts';
import { type AccountFolder, createSimulator } from '../../test/simulator/simulator.ts';
import { whirlpoolInPieces } from '../../test/simulator/whirlpool.ts';
import { type AccountSize, accountOf } from '../stage/account.ts';
import { runPart, type Shape } from '../stage/part.ts';

/** Where the simulated 1fichier is. */
export interface HostFacts {
  apiUrl: string;
  apiKey: string;
  downloadHost: string;
  uploadHost: string;
  /** Pages of its first files, two hundred at most. */
  pages: string[];
}

/** What the host has seen. */
export interface HostTally {
  /** Of folders, by either verb. */
  listings: number;
  tokens: number;
  /** Nodes that were asked for, to send a file to. */
  nodes: number;
  /** API calls of every kind. */
  all: number;
  /** Requests at the download host. */
  requests: number;
  /** Handed to the network by the download host. */
  bytes: number;
}

export interface HostPart extends Shape {
  /** An account of made-up bytes (`isHashed`: with their real checksums, ten seconds a GB), one folder of these real files, or this very one, at a host that sets limits. */
  options:
    | (AccountSize & { isHashed?: true })
    | { films: { name: string; path: string }[] }
    | { account: AccountFolder };
  facts: HostFacts;
  /**
   * As from an address that it has not seen before; or each transfer from now on so fast, 0 = as fast as it goes; or the
   * Whirlpools, by SHA-256, of all that will be sent: see `UploadFaults.known`.
   */
  question:
    | 'calls since the last time'
    | 'forget what the limits remember'
    | { bytesPerSecond: number }
    | { uploadBytesPerSecond: number }
    | { known: [sha256: string, whirlpool: string][] };
  /** `running`: requests in progress at the download host. */
  answer: HostTally & { running: number };
}

/** A 1fichier in a process of its own; without limits, unless it is told the whole account. */
runPart<HostPart>(async (options) => {
  const simulator = await createSimulator({
    account:
      'account' in options
        ? options.account
        : 'films' in options
          ? folderOf(options.films)
          : accountOf(options),
    limits: 'account' in options ? 'lenient' : 'none',
  });
  const { apiUrl, apiKey, downloadHost, uploadHost, counters, faults } = simulator;
  if ('isHashed' in options) for (const { content } of simulator.account.files()) await hash(content);
  const pages = [...simulator.account.files()].slice(0, 200).map((file) => file.url);
  return {
    facts: { apiUrl, apiKey, downloadHost, uploadHost, pages },
    answer(question) {
      if (typeof question === 'object') {
        if ('known' in question) faults.upload.known = new Map(question.known);
        else if ('bytesPerSecond' in question) pace(faults.download, question.bytesPerSecond);
        else pace(faults.upload, question.uploadBytesPerSecond);
      }
      const { calls, tokens, downloadRequests, bytesSent, connectionsNow } = counters;
      const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
      const listings = (calls['folder/ls'] ?? 0) + (calls['file/ls'] ?? 0);
      const nodes = calls['upload/get_upload_server'] ?? 0;
      const requests = downloadRequests.length;
      if (question === 'forget what the limits remember') simulator.reset();
      else resetCounters(counters);
      return { listings, tokens, nodes, all, requests, bytes: bytesSent, running: connectionsNow };
    },
  };
});

function pace(faults: { bytesPerSecond?: number }, bytesPerSecond: number): void {
  if (bytesPerSecond > 0) faults.bytesPerSecond = bytesPerSecond;
  else delete faults.bytesPerSecond;
}

async function hash(content: Content): Promise<void> {
  const [whirlpool, reader] = [await whirlpoolInPieces(), await openContent(content)];
  const scratch = Buffer.alloc(1 << 20);
  for (let at = 0; at < sizeOf(content); at += scratch.length)
    whirlpool.update(await reader.read(at, Math.min(scratch.length, sizeOf(content) - at), scratch));
  await reader.close();
  keepChecksum(content, whirlpool.digest('hex'));
}

function folderOf(films: readonly { name: string; path: string }[]): AccountFolder {
  return { files: films.map(({ name, path }) => ({ name, content: { path } })) };
}
