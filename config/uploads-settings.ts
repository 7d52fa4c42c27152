import { integer } from './kinds.ts';

/** What is done with the account itself. */
export const uploadsSettings = {
  trashDays: integer({
    env: 'PASSERELLE_UPLOADS_TRASH_DAYS',
    fallback: 7,
    min: 0,
    max: 3650,
    help: 'What Passerelle removes from the account lies in its folder `/.passerelle-trash` for so many days and can be taken back; 0 = it is removed at once',
  }),
};
