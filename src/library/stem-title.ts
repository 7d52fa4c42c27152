/** What tells two files of one name apart, and what servers find a title by: for programs. */
const marks = / (?:~[0-9a-z]{6,}|[[{](?:tmdb|imdb|tvdb)(?:id)?[-=][^\]}]*[\]}])(?= |$)/gi;

/** A title as it stands in a path of the tree, for a person: `Movies/Alien (1979)/Alien (1979) - 1080p` -> `Alien (1979) - 1080p`. */
export function titleIn(stem: string): string {
  return stem.slice(stem.lastIndexOf('/') + 1).replace(marks, '');
}
