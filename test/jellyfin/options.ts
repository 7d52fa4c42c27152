import { parseArgs } from 'node:util';

export interface Options {
  /** Of Jellyfin. */
  url: string;
  key: string;
  /** Where the tree is written; Jellyfin must be able to read it. */
  dir: string | undefined;
  /** What Jellyfin calls that folder, if it has another name there. */
  seenAs: string | undefined;
  /** Which part alone is looked at; both when undefined. */
  only: 'tree' | 'gateway' | undefined;
  /** Checks of the gateway whose names contain one of these, with commas between them; all when undefined. */
  checks: string | undefined;
  /** Where pictures of the browser are put. */
  pictures: string | undefined;
  /** New films at one time, that Jellyfin is to look into. */
  newFilms: number;
  films: number;
  batches: number;
  /** What Jellyfin waits after it was told, while this runs; its own setting is put back at the end. */
  delaySeconds: number;
}

export const help = `npm run test:jellyfin -- --url http://127.0.0.1:8096 --key KEY

Looks at a tree of Passerelle with the eyes of a Jellyfin that runs (12 or newer), of which you have the key of an
administrator, and then at that Jellyfin through a gateway. It adds libraries and users there and removes them at the
end; use a server that you can spare. Both must run on this machine.

  --only PART     tree or gateway
  --checks WORD   checks of the gateway with this word, or one of several with commas between them, in their names
  --pictures DIR  where pictures of the browser are put

  --dir DIR       where the tree is written; Jellyfin must be able to read it (default: the folder for temporary files)
  --seen-as DIR   what Jellyfin calls that folder
  --new-films N   new films at one time, that Jellyfin looks into ahead of their first play (50)
  --films N       films for the time from upload to seen (20)
  --batches N     batches of several folders each, of which none may be lost (50)
  --delay N       seconds that Jellyfin waits after it was told, while this runs (5; of itself it waits 60)`;

/** @throws Error with words for a person */
export function readOptions(args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ url: text, key: text, dir: text, 'seen-as': text, only: text, checks: text, pictures: text },
      ...{ films: text, 'new-films': text, batches: text, delay: text },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const { url, key, dir } = values;
  if (values.help || url === undefined || key === undefined) return undefined;
  const count = (name: 'films' | 'new-films' | 'batches' | 'delay', otherwise: number) => {
    const number = Number(values[name] ?? otherwise);
    if (!Number.isInteger(number) || number < 0) throw new Error(`--${name} takes a number`);
    return number;
  };
  const { only, checks, pictures } = values;
  if (only !== undefined && only !== 'tree' && only !== 'gateway')
    throw new Error('--only takes tree or gateway');
  return {
    ...{ only, checks, pictures },
    ...{ url: url.replace(/\/$/, ''), key, dir, seenAs: values['seen-as'] },
    ...{
      films: count('films', 20),
      newFilms: count('new-films', 50),
      batches: count('batches', 50),
      delaySeconds: count('delay', 5),
    },
  };
}
