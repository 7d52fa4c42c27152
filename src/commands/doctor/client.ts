import { explainClient } from '../../api/doctor.ts';
import { withApi } from '../api.ts';
import { type Context, type ExitCode, exitCodes, say, sayAll } from '../context.ts';
import { printable } from '../format/printable.ts';
import { ruleLines } from '../format/rules.ts';
import { duration } from '../format/time.ts';
import { widthOfStream } from '../format/width.ts';

export interface DoctorClientOptions {
  /** A stream address, as a STRM file holds it. */
  client: string;
  /** The User-Agent to ask about; all families when absent. */
  agent?: string;
  /** The address of the player; private and elsewhere when absent. */
  address?: string;
  json?: boolean;
}

/** Says for a stream address which rule of `delivery.mode: auto` fires for which client, and why. Calls nobody. */
export async function doctorClient(context: Context, options: DoctorClientOptions): Promise<ExitCode> {
  const { client: url, agent, address, json = false } = options;
  return withApi(context, { command: 'doctor --client' }, async (api) => {
    const body = { url, ...(agent !== undefined && { agent }), ...(address !== undefined && { address }) };
    const { name, mode, linkForMs, rows } = await api.call(explainClient, { body }, context.signal);
    if (json) {
      for (const row of rows) say(context, JSON.stringify(row));
      return exitCodes.done;
    }
    say(context, printable(name));
    say(
      context,
      linkForMs === undefined
        ? 'no link is at hand'
        : linkForMs === 0
          ? 'a link is at hand; whether it still lives is not known, and is looked at before a film depends on it'
          : `a link is at hand, seen to be good for ${duration(linkForMs)} more`,
    );
    if (mode !== 'auto')
      say(context, `delivery.mode is ${mode}: everybody is treated alike, and these rules rest`);
    sayAll(context, ruleLines(rows, widthOfStream(context.out)));
    return exitCodes.done;
  });
}
