import type { ShownSetting } from '../../../../src/api/setup/settings.ts';
import { isFrench, words } from '../words/texts.ts';
import { frenchChoices, frenchDefaults, frenchHelp, frenchSource } from './settings-help-fr.ts';

/** What it means, in the language of the page. */
export const helpOf = ({ path, help }: ShownSetting): string => (isFrench && frenchHelp[path]) || help;

/** A value for a person; of a secret only whether there is one. */
export function valueText(setting: ShownSetting): string {
  const { isSecret, isSet, value } = setting;
  const { settings: texts } = words;
  if (!isSet) return texts.unset;
  if (isSecret) return texts.secret;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : choiceText(setting, String(value));
}

/** A value of a choice, with what it means where the page speaks another language than the files. */
export function choiceText({ path, form }: ShownSetting, value: string): string {
  const { settings: texts } = words;
  if (form.kind === 'flag') return value === 'true' ? texts.yes : texts.no;
  const meaning = form.kind === 'choice' && isFrench ? frenchChoices[path]?.[value] : undefined;
  return meaning === undefined ? value : `${value} (${meaning})`;
}

/** Where the value comes from; of a default, what it is. */
export function originText(setting: ShownSetting): string {
  const { origin, source, usual } = setting;
  const { origins } = words.settings;
  if (origin !== 'default') return origins[origin](isFrench ? frenchSource(source) : source);
  return origins.default((isFrench && frenchDefaults[usual]) || choiceText(setting, usual));
}
