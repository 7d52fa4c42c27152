import { recognise as recognisePath } from '../naming/recognise.ts';
import type { Recognition } from '../naming/text/recognition.ts';
import { toRecognitionJson } from '../naming/text/recognition-json.ts';
import { type Context, type ExitCode, exitCodes, say } from './context.ts';
import { printable } from './format/printable.ts';
import { askForInput, inputLines } from './line/input.ts';

/** What these paths are taken for: one answer a line, in the order of the input. Needs no settings and no account. */
export async function recognise(
  context: Context,
  paths: readonly string[],
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  const show = (path: string) =>
    say(
      context,
      json ? JSON.stringify(toRecognitionJson(recognisePath(path))) : inWords(recognisePath(path)),
    );
  if (paths.length > 0) {
    paths.forEach(show);
    return exitCodes.done;
  }
  askForInput(context, 'Paths');
  for await (const line of inputLines(context)) if (line.trim() !== '') show(line);
  return exitCodes.done;
}

function inWords(found: Recognition): string {
  const { kind, title, year, season, episodes, date } = found;
  const episode = episodes
    ? ` ${season === undefined ? '' : `S${String(season).padStart(2, '0')}`}${episodes.map((one) => `E${String(one).padStart(2, '0')}`).join('')}`
    : '';
  const name = title ? ` ${title}${year ? ` (${year})` : ''}${episode}${date ? ` ${date}` : ''}` : '';
  const lines = [
    `${kind.padEnd(8)}${name}  <-  ${found.path}`,
    `         ${Math.round(found.confidence * 100)} % sure: ${found.reasons.join('; ')}`,
  ];
  return lines.map(printable).join('\n');
}
