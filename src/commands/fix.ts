import { listOverrides, maxMoves, putOverride, removeOverride } from '../api/overrides.ts';
import { readOverride } from '../library/override.ts';
import { asAccountPath, withApi } from './api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from './context.ts';
import { fixedTotal, moveLines } from './format/moves.ts';
import { overrideLines } from './format/overrides.ts';
import { widthOfStream } from './format/width.ts';

export interface FixCommandOptions {
  as?: string;
  title?: string;
  year?: string;
  season?: string;
  episode?: string;
  date?: string;
  edition?: string;
  id?: string[];
  clear?: boolean;
  list?: boolean;
  json?: boolean;
}

/** Says what a file or a folder of the account is, takes it back, or lists what was said. */
export async function fix(
  context: Context,
  path: string | undefined,
  options: FixCommandOptions,
): Promise<ExitCode> {
  const { clear = false, list = false, json = false, ...said } = options;
  const wrong = (words: string): ExitCode => {
    context.err.write(`passerelle: ${words}\n`);
    return exitCodes.wrongUse;
  };
  if (list) return listFixes(context, json);
  if (path === undefined) return wrong('name a path of the account, or --list');
  const override = clear ? undefined : readOverride(overrideOf(said));
  if (override && 'wrong' in override) return wrong(`not understood: ${override.wrong}`);
  return withApi(context, { command: 'fix' }, async (api) => {
    const what = { path: asAccountPath(path) };
    // What is said is said: no signal.
    const fixed = override
      ? await api.call(putOverride, { body: { ...what, ...override }, query: { moves: maxMoves } })
      : await api.call(removeOverride, { query: { ...what, moves: maxMoves } });
    const { targets, files, moves, moved } = fixed;
    if (json) {
      say(context, JSON.stringify({ targets, files, moves }));
      return exitCodes.done;
    }
    sayAll(context, moveLines(moves));
    say(context, fixedTotal(files, moved));
    return exitCodes.done;
  });
}

async function listFixes(context: Context, json: boolean): Promise<ExitCode> {
  return withApi(context, { command: 'fix --list' }, async (api) => {
    const { overrides: all } = await api.call(listOverrides, {}, context.signal);
    if (json) for (const one of all) say(context, JSON.stringify(one));
    else sayAll(context, overrideLines(all, { width: widthOfStream(context.out) }));
    return exitCodes.done;
  });
}

/** Options as the object that is checked; what is no number stays text, and is told as wrong. */
function overrideOf(said: Omit<FixCommandOptions, 'clear' | 'list' | 'json'>): Record<string, unknown> {
  const { as, title, year, season, episode, date, edition, id = [] } = said;
  const ids = Object.fromEntries(id.map((one) => idOf(one)));
  return {
    ...(as !== undefined && { as }),
    ...(title !== undefined && { title }),
    ...(year !== undefined && { year: numberOf(year) }),
    ...(season !== undefined && { season: numberOf(season) }),
    ...(episode !== undefined && { episodes: episode.split(/[,+ ]+/).map(numberOf) }),
    ...(date !== undefined && { date }),
    ...(edition !== undefined && { edition }),
    ...(id.length > 0 && { ids }),
  };
}

/** `tmdb-603`, `tmdb:603`, `imdb-tt0133093`, `tt0133093`. */
function idOf(text: string): [string, string] {
  if (/^tt\d+$/.test(text)) return ['imdb', text];
  const [provider = '', value = ''] = text.split(/[-:=]/);
  return [provider.toLowerCase(), value];
}

function numberOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}
