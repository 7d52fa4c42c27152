import { createSimulator } from '../../test/simulator/simulator.ts';
import { type AccountSize, accountOf } from '../stage/account.ts';
import { runPart, type Shape } from '../stage/part.ts';

/** Where the simulated 1fichier is. */
export interface HostFacts {
  apiUrl: string;
  apiKey: string;
  downloadHost: string;
  /** Pages of its first files, a hundred at most. */
  pages: string[];
}

export interface HostPart extends Shape {
  options: AccountSize;
  facts: HostFacts;
  question: 'calls since the last time';
  answer: { listings: number; tokens: number; all: number };
}

/** A 1fichier without limits, in a process of its own. */
runPart<HostPart>(async (size) => {
  const simulator = await createSimulator({ account: accountOf(size) });
  const { apiUrl, apiKey, downloadHost, account } = simulator;
  const pages = [...account.files()].slice(0, 100).map((file) => file.url);
  return {
    facts: { apiUrl, apiKey, downloadHost, pages },
    answer() {
      const { calls, tokens } = simulator.counters;
      const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
      const listings = calls['folder/ls'] ?? 0;
      simulator.reset();
      return { listings, tokens, all };
    },
  };
});
