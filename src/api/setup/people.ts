import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

/** Somebody who is to be told. A file of this machine is named in no token: what it holds would be sent away. */
const recipientWish = z.strictObject({
  kind: z.enum(['ntfy', 'gotify', 'discord', 'email']),
  url: z
    .string()
    .max(2000)
    .describe('ntfy: with the topic; Discord: of a webhook; e-mail: `smtp://` or `smtps://`'),
  token: z.string().max(2000).optional().describe('`user:password` of a mail server'),
  to: z.string().max(320).optional().describe('E-mail: whom it goes to'),
  from: z.string().max(320).optional().describe('E-mail: whom it comes from'),
});

export type RecipientWish = z.infer<typeof recipientWish>;

export const listEnteredPeople = endpoint({
  method: 'GET',
  path: '/settings/people',
  summary:
    'People who are told what needs somebody, as they are entered; without what is secret of their addresses',
  tag: 'settings',
  status: 200,
  answer: z.object({
    people: z.array(
      z.object({
        name: z
          .string()
          .describe('As in the log and in `/notify`: the kind, its server, and a mark of the rest'),
        kind: z.string(),
        hasToken: z.boolean(),
      }),
    ),
    fixedBy: z.string().optional().describe('Where they come from, where they are not changed here'),
  }),
  errors: ['BRIDGE_NOT_FOUND'],
});

export type EnteredPeople = z.infer<(typeof listEnteredPeople)['answer']>;

const errors = ['BRIDGE_NOT_FOUND', 'BRIDGE_SETTING_FIXED', 'BRIDGE_DISK', 'BRIDGE_BAD_REQUEST'] as const;

export const addRecipient = endpoint({
  method: 'POST',
  path: '/settings/people',
  summary: 'Enter somebody, in the place of another of the same kind and address; it counts at once',
  tag: 'settings',
  body: recipientWish,
  status: 200,
  answer: listEnteredPeople.answer,
  errors,
});

export const removeRecipient = endpoint({
  method: 'POST',
  path: '/settings/people/remove',
  summary: 'Take somebody out at once, by the name in the list',
  tag: 'settings',
  body: z.strictObject({ name: z.string().max(500) }),
  status: 200,
  answer: listEnteredPeople.answer,
  errors,
});
