import t from 'tap';
import { z } from 'zod';
import { startSync } from '../src/api/sync.ts';
import { tableOf } from './fixtures/documents.ts';

/** What docs/api.md says of answers is what the schemas say. */
t.test('the events of a sync, and fields that are in them', async (t) => {
  const rows = tableOf('docs/api.md', 'sync events');
  t.strictSame(
    rows.map(([event]) => event),
    Object.keys(startSync.events),
  );
  for (const [event = '', , data = ''] of rows) {
    const schema = startSync.events[event as keyof typeof startSync.events];
    const one = schema instanceof z.ZodArray ? schema.element : schema;
    const known = Object.keys(one instanceof z.ZodObject ? one.shape : {});
    for (const field of data.split(', ').filter(Boolean)) t.ok(known.includes(field), `${field} of ${event}`);
  }
});
