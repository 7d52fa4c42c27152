import t from 'tap';
import { z } from 'zod';
import type { Endpoint } from '../src/api/endpoint.ts';
import { followEvents } from '../src/api/live.ts';
import { startSync } from '../src/api/sync.ts';
import { tableOf } from './fixtures/documents.ts';

/** What docs/api.md says of answers is what the schemas say. */
const tables: [table: string, events: NonNullable<Endpoint['events']>][] = [
  ['sync events', startSync.events],
  ['live events', followEvents.events],
];
for (const [table, events] of tables)
  t.test(`the ${table}, and fields that are in them`, async (t) => {
    const rows = tableOf('docs/api.md', table);
    t.strictSame(
      rows.map(([event]) => event),
      Object.keys(events),
    );
    for (const [event = '', , data = ''] of rows) {
      const schema = events[event];
      const one = schema instanceof z.ZodArray ? schema.element : schema;
      const known = Object.keys(one instanceof z.ZodObject ? one.shape : {});
      for (const field of data.split(', ').filter(Boolean))
        t.ok(known.includes(field), `${field} of ${event}`);
    }
  });
