import { kindNames, unfitFields } from '../../library/override-fields.ts';
import { isGiven, type OptionRule } from './usage.ts';

export const overrideKinds = ['movie', 'episode', 'extra', 'ignore'];

/** What `fix` may say of a path. */
export const overrideOptions = [
  '--as',
  '--title',
  '--year',
  '--season',
  '--episode',
  '--date',
  '--edition',
  '--id',
];

/** `fix` lists, takes back, or says something that its kind has. */
export const saysSomething: OptionRule = ({ list, clear, ...said }, [path]) => {
  if (list) return path === undefined ? [] : ['--list lists everything; leave the path out'];
  if (path === undefined) return ['name a path of the account, or --list'];
  const kind = String(said.as ?? '');
  const unfit = (unfitFields[kind] ?? [])
    .map((field) => `--${field === 'episodes' || field === 'ids' ? field.slice(0, -1) : field}`)
    .filter((option) => isGiven(said, option));
  if (unfit.length > 0) return unfit.map((option) => `${kindNames[kind]} has no ${option}`);
  const saysNothing = !clear && !overrideOptions.some((option) => isGiven(said, option));
  return saysNothing ? [`say what it is: ${overrideOptions.join(', ')}; or --clear`] : [];
};
