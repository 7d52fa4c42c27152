import { shellWord } from '../../core/shell-word.ts';

/** Why something of the account is in no tree, and what a person can do about it. */
export const leftOutReasons = {
  image: [
    'a disc image: no media server plays one through a STRM file',
    'put the film into the account as a video, such as MKV',
  ],
  piece: [
    'a piece of a video, or one that was not whole when it was uploaded, by what stands behind its extension',
    'upload the whole video; if it is whole, rename it at the host so that it ends in its extension',
  ],
  unnamed: [
    'large, and its name ends in nothing that media servers know as a video',
    'rename it at the host so that it ends in what it is, such as .mkv',
  ],
  said: ['you said that it is to be left out', 'passerelle fix <path> --clear takes that back'],
  sample: ['a sample', 'if it is the film: passerelle fix <path> --as movie --title ...'],
  clip: [
    'a clip of a disc that is neither its film nor an episode',
    'if it is one: passerelle fix <path> --as movie --title ...',
  ],
  alone: [
    'an extra, and no film or show beside it or above it that it belongs to',
    'move it into the folder of its film, or say what it is: passerelle fix <path> --as movie --title ...',
  ],
  noPlace: [
    'an extra of a kind for which the media servers of these trees have no place',
    'nothing; or say that it is something else: passerelle fix <path> --as movie --title ...',
  ],
  settings: ['the settings have it in no tree', 'look at roots and kinds of library.trees'],
  replaced: [
    'the host lists it no more, and another file has its name or its place',
    'nothing: it leaves the library by itself',
  ],
  deep: ['it lies deeper than 200 folders', 'move it further up at the host'],
  lost: [
    'where its folder lies is not known: it is said to lie in itself, or was moved while it was listed',
    'the next sync looks again; if it stays so, move the folder at the host',
  ],
  waiting: ['not in the tree yet', 'the next sync puts it there; passerelle sync'],
  away: ['its tree is not there, or refuses', 'mount it; the next sync goes on'],
  conflict: [
    'a file that is not ours stands at its path',
    'move that file away, then passerelle sync --full',
  ],
  unwritten: [
    'its file could not be written; the log names the path and why',
    'look at the rights of the folder and the length of the path, then passerelle sync --full',
  ],
  unknown: ['nobody knows why', 'please report it, with what passerelle recognise <path> says'],
  address: [
    'its page stands on a domain that is none of the host, or it has none that can be read',
    'copy it within the account, so that it gets a page of its own',
  ],
  entry: ['the host lists it in a form that cannot be read', 'rename it at the host'],
  inside: ['the host says that this folder lies in itself', 'move the folder at the host'],
  repeated: [
    'the host names an entry twice, maybe in the place of another',
    'nothing is taken for missing here; the next sync looks again',
  ],
  unlisted: [
    'the host counts more entries in this folder than it names',
    'nothing is taken for missing here; the next sync looks again',
  ],
  untold: [
    'the host says neither which files are in this folder nor how many',
    'nothing is taken for missing here; the next sync looks again',
  ],
  cut: [
    'the folder holds more than the host lists at once, and asking by date did not give all of it',
    'move files into several folders',
  ],
  tooDeep: ['a folder deeper than 200 folders; what lies in it is not listed', 'move it further up'],
  tooMany: ['the account names more folders than one crawl lists', 'raise sync.maxFolders'],
  failed: ['the folder could not be listed', 'the next sync tries again; the log says more'],
} as const satisfies Record<string, readonly [why: string, remedy: string]>;

/** A word for scripts; the texts may change. */
export type LeftOutReason = keyof typeof leftOutReasons;

/** What is said of a reason. @param path of what is left out, to be typed as it stands */
export function explainReason(reason: LeftOutReason, path: string): { why: string; remedy: string } {
  const [why, remedy] = leftOutReasons[reason];
  return { why, remedy: remedy.replace('<path>', () => shellWord(path)) };
}
