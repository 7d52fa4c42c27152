const many = (count: number, one: string, more: string) =>
  `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

/** Repair, in English. */
export const repairEnglish = {
  title: 'Repair',
  proposals: 'Deletions that wait for your word',
  proposalsNone: 'No deletion waits for a word.',
  accept: 'Take them out',
  refuse: 'Keep them',
  undo: 'Undo',
  accepted: (files: number) => `${many(files, 'file was', 'files were')} taken out.`,
  refused: (files: number) => `${many(files, 'file stays', 'files stay')}.`,
  undone: 'It is as it was.',
  films: (files: number, films: number) =>
    `${many(files, 'file', 'files')}, ${many(films, 'film or episode', 'films or episodes')} among them`,
  decided: 'Decided last',
  states: {
    open: 'open',
    accepted: 'taken out',
    refused: 'kept',
    undone: 'brought back',
    settled: 'settled',
  } as Record<string, string>,
  review: 'Names that say too little',
  reviewNone: 'Every name says enough.',
  fix: 'Fix',
  file: 'File of the account',
  as: 'It is',
  kinds: {
    '': 'as it was read',
    movie: 'a film',
    episode: 'an episode',
    extra: 'an extra',
    ignore: 'nothing for the library',
  } as Record<string, string>,
  name: 'Title',
  year: 'Year',
  season: 'Season',
  episodes: 'Episodes (1, 2)',
  preview: 'Show what would move',
  apply: 'Fix it',
  cancel: 'Cancel',
  moves: (count: number) =>
    count === 0
      ? 'Nothing would stand elsewhere.'
      : `${many(count, 'file stands', 'files stand')} elsewhere then:`,
  fixed: 'It was fixed.',
  putAside: 'Left alone, since reading them did harm',
  twins: 'Several files of one name in one folder',
  twinsHint: 'The host allows it. Each is meant by its own path; rename or remove one in the account.',
  seeOnWall: 'See them in the library',
  fates: { moved: 'moves', written: 'comes', removed: 'goes' } as Record<string, string>,
  plan: {
    title: 'Where everything stands',
    hint: 'What has its place in the library keeps it, so that nothing watched is forgotten. Here is what would stand elsewhere if all were laid out today.',
    show: 'See what would move',
    none: 'Everything stands where it would stand today.',
    count: (count: number) => `${many(count, 'file', 'files')} would stand elsewhere.`,
    first: (count: number) => `The first ${count.toLocaleString('en')}:`,
    apply: (count: number) => `Move ${many(count, 'file', 'files')}`,
    applied: (count: number, failed: number) =>
      `${many(count, 'file was', 'files were')} moved.${failed > 0 ? ` ${many(failed, 'could', 'could')} not be written.` : ''}`,
    undo: 'Undo the last move',
    undone: (count: number) => `${many(count, 'file stands', 'files stand')} where it was.`,
    undoNone: 'There is nothing to undo.',
  },
  trash: {
    title: 'Trash of the account',
    none: 'Nothing lies in the trash.',
    restore: 'Put back',
    restored: 'It is where it was.',
    files: (count: number) => many(count, 'file', 'files'),
    empty: 'Remove all now',
    remove: 'Remove now',
    removeOf: (path: string) => `Remove now: ${path}`,
    sure: (count: number) =>
      `${many(count, 'entry is', 'entries are')} removed at the host for good. Nobody can bring them back.`,
    sureOf: (path: string) =>
      `${path} is removed at the host for good. Nobody can bring it back: this is the one thing that cannot be undone.`,
    goneBefore: 'It did not lie there any more.',
    emptySure: 'Remove for good',
    emptied: (count: number) => `${many(count, 'file was', 'files were')} removed for good.`,
  },
};
