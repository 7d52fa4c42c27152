import { integer } from './kinds.ts';

/** What is done with the account itself. */
export const uploadsSettings = {
  parallel: integer({
    env: 'PASSERELLE_UPLOADS_PARALLEL',
    isLive: true,
    fallback: 2,
    min: 1,
    max: 14,
    help: 'Files that are sent to the host at a time',
  }),
  spoolMiB: integer({
    env: 'PASSERELLE_UPLOADS_SPOOL_MIB',
    isLive: true,
    fallback: 20_480,
    min: 1,
    max: 10_000_000,
    help: 'What is sent over WebDAV lies in dataDir until the host has it: so much of it at most, in MiB',
  }),
  resumeHours: integer({
    env: 'PASSERELLE_UPLOADS_RESUME_HOURS',
    isLive: true,
    fallback: 24,
    min: 1,
    max: 720,
    help: 'An upload that broke can be gone on with for so many hours after something of it came last; then what is here of it is removed',
  }),
  trashDays: integer({
    env: 'PASSERELLE_UPLOADS_TRASH_DAYS',
    isLive: true,
    fallback: 7,
    min: 0,
    max: 3650,
    help: 'What Passerelle removes from the account lies in its folder `/.passerelle-trash` for so many days and can be taken back; 0 = it is removed at once',
  }),
};
