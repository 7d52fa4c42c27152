import type { Recognition } from '../naming/text/recognition.ts';

/** Where Plex looks for it: in the folder of a show (facts/media-servers 2.5). */
export const plexmatchName = '.plexmatch';

/** What Plex is told of a show that it would else have to guess; undefined where no id is known, and a guess is as good. */
export function plexmatch({ title, year, ids = {} }: Recognition): string | undefined {
  const known = (['tmdb', 'tvdb', 'imdb'] as const).filter((provider) => ids[provider]);
  if (known.length === 0) return undefined;
  const lines = [
    ...(title ? [`title: ${title.replace(/\s+/g, ' ')}`] : []),
    ...(year ? [`year: ${year}`] : []),
    ...known.map((provider) => `${provider}id: ${ids[provider]}`),
  ];
  return `${lines.join('\n')}\n`;
}
