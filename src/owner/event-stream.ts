import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** One event as it came: data is JSON text. */
export interface RawEvent {
  event: string;
  data: string;
}

/** Events of a body, as our own server writes them: one `event` and one `data` line each; comments are left out. */
export async function* readEvents(body: Readable): AsyncGenerator<RawEvent> {
  const decoder = new StringDecoder('utf8');
  let text = '';
  for await (const chunk of body) {
    text += decoder.write(chunk as Buffer);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(text.slice(0, end).split('\n').map(fieldOf));
      text = text.slice(end + 2);
      const [event, data] = [fields.get('event'), fields.get('data')];
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}
