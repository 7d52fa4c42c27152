import type { Language } from './language.ts';
import { french } from './words-fr.ts';
import { dutch, english, german } from './words-germanic.ts';
import { italian, portuguese, spanish } from './words-romance.ts';

export const languages: readonly Language[] = [french, english, german, spanish, italian, portuguese, dutch];
