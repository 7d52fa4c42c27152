import type { SimulatedFile, SimulatedFolder } from '../simulator/simulator.ts';
import type { Dice } from './dice.ts';
import type { World } from './world.ts';

const titles = ['Alien.1979', 'Brazil.1985', 'Été.2001', 'ALIEN (1979)', 'Heat'];
const tags = ['', '.1080p', '.2160p', '.MULTi.1080p.BluRay', '.FRENCH', '.cd1', '.cd2'];
const shows = ['Show', 'The.Show', 'show', 'Été'];
const folderNames = ['Films', 'Show', 'Season 1', 'Saison 2', 'Alien (1979)', 'Subs', 'Trailers', 'X'];

function nameOf(dice: Dice): string {
  const ending = dice.oneOf(['.mkv', '.mkv', '.mkv', '.mp4', '.avi']);
  const film = `${dice.oneOf(titles)}${dice.oneOf(tags)}`;
  switch (dice.oneOf(['film', 'film', 'film', 'episode', 'episode', 'odd', 'subtitle', 'trailer'] as const)) {
    case 'film':
      return film + ending;
    case 'episode':
      return `${dice.oneOf(shows)}.S0${dice.below(2) + 1}E0${dice.below(4) + 1}${dice.oneOf(tags.slice(0, 5))}${ending}`;
    case 'odd':
      return `${dice.oneOf(['clip', 'Clip', 'a.b', 'x'])} ${dice.below(3)}${ending}`;
    case 'subtitle':
      return `${film}${dice.oneOf(['', '.fr', '.en.forced'])}.srt`;
    case 'trailer':
      return `${film}-trailer${ending}`;
  }
}

function upload(world: World, folder: SimulatedFolder, name: string, dice: Dice): void {
  const content = name.endsWith('.srt')
    ? Buffer.from(`1\n00:00:01,000 --> 00:00:02,000\nBonjour ${dice.below(1000)}\n`)
    : { sizeBytes: 1000 + dice.below(1000), seed: dice.below(1000) };
  world.account.addFile(folder, { name, content });
}

/** Removed files, newest last: one may come back with its id. */
export type Removed = { file: SimulatedFile; folder: SimulatedFolder }[];

/** What people do in their account. Every step looks for itself what there is; where there is nothing, it does nothing. */
export function accountSteps(world: World, removed: Removed) {
  const { account } = world;
  const files = () => world.files();
  const folders = () => world.folders();
  const inner = () => folders().filter((folder) => folder !== account.root);
  const remove = (file: SimulatedFile) => {
    removed.push({ file, folder: file.folder });
    account.removeFile(file);
  };
  const below = (folder: SimulatedFolder) => new Set(world.folders(folder));

  return {
    upload: (dice: Dice) => upload(world, dice.oneOf(folders()), nameOf(dice), dice),
    'upload many'(dice: Dice) {
      for (let n = 0; n < 4; n++) upload(world, dice.oneOf(folders()), nameOf(dice), dice);
    },
    'upload anew'(dice: Dice) {
      const file = dice.maybe(files());
      if (!file) return;
      const { name, folder } = file;
      remove(file);
      upload(world, folder, name, dice);
    },
    'upload a double'(dice: Dice) {
      const file = dice.maybe(files());
      if (file) upload(world, file.folder, file.name, dice);
    },
    rename(dice: Dice) {
      const file = dice.maybe(files());
      if (file) account.rename(file, nameOf(dice));
    },
    move(dice: Dice) {
      const file = dice.maybe(files());
      if (file) account.move(file, dice.oneOf(folders()));
    },
    delete(dice: Dice) {
      const file = dice.maybe(files());
      if (file) remove(file);
    },
    'come back'(dice: Dice) {
      const one = dice.maybe(removed);
      if (!one) return;
      removed.splice(removed.indexOf(one), 1);
      const folder = folders().includes(one.folder) ? one.folder : account.root;
      one.file.folder = folder;
      folder.files.set(one.file.id, one.file);
    },
    'make a folder'(dice: Dice) {
      const parent = dice.oneOf(folders());
      if (account.pathOf(parent).split('/').length > 4) return;
      const name = dice.oneOf(folderNames);
      account.addFolder(`${account.pathOf(parent)}/${name}`);
    },
    'rename a folder'(dice: Dice) {
      const folder = dice.maybe(inner());
      if (folder) account.rename(folder, dice.oneOf(folderNames));
    },
    'move a folder'(dice: Dice) {
      const folder = dice.maybe(inner());
      if (!folder) return;
      const inside = below(folder);
      const to = dice.maybe(folders().filter((one) => !inside.has(one)));
      if (to) account.move(folder, to);
    },
    'delete a folder'(dice: Dice) {
      const folder = dice.maybe(inner());
      if (!folder) return;
      for (const file of world.files(folder)) remove(file);
      account.removeFolder(folder);
    },
  };
}

export type AccountSteps = ReturnType<typeof accountSteps>;
