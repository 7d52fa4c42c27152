import { createSimulator } from '../../test/simulator/simulator.ts';
import { type AccountSize, accountOf } from '../stage/account.ts';
import { runPart, type Shape } from '../stage/part.ts';

/** Where the simulated 1fichier is. */
export interface HostFacts {
  apiUrl: string;
  apiKey: string;
  downloadHost: string;
  /** Pages of its first files, two hundred at most. */
  pages: string[];
}

/** What the host has seen. */
export interface HostTally {
  listings: number;
  tokens: number;
  /** API calls of every kind. */
  all: number;
  /** Requests at the download host. */
  requests: number;
  /** Handed to the network by the download host. */
  bytes: number;
}

export interface HostPart extends Shape {
  /** An account of made-up bytes, or one folder of these real files. */
  options: AccountSize | { films: { name: string; path: string }[] };
  facts: HostFacts;
  /** The other one makes each transfer from now on so fast; 0 = as fast as it goes. */
  question: 'calls since the last time' | { bytesPerSecond: number };
  /** `running`: requests in progress at the download host. */
  answer: HostTally & { running: number };
}

/** A 1fichier without limits, in a process of its own. */
runPart<HostPart>(async (options) => {
  const account =
    'films' in options
      ? { files: options.films.map(({ name, path }) => ({ name, content: { path } })) }
      : accountOf(options);
  const simulator = await createSimulator({ account });
  const { apiUrl, apiKey, downloadHost } = simulator;
  const pages = [...simulator.account.files()].slice(0, 200).map((file) => file.url);
  let bytesPerSecond = 0;
  return {
    facts: { apiUrl, apiKey, downloadHost, pages },
    answer(question) {
      if (typeof question === 'object') bytesPerSecond = question.bytesPerSecond;
      const { calls, tokens, downloadRequests, bytesSent, connectionsNow } = simulator.counters;
      const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
      const listings = calls['folder/ls'] ?? 0;
      const requests = downloadRequests.length;
      simulator.reset();
      if (bytesPerSecond > 0) simulator.faults.download.bytesPerSecond = bytesPerSecond;
      return { listings, tokens, all, requests, bytes: bytesSent, running: connectionsNow };
    },
  };
});
