/** What speaks for a number being an episode (facts/naming 7). */
export interface NumberContext {
  /** Season of the folder above. */
  season?: number;
  /** The file lies under a category of series or anime. */
  series: boolean;
  /** The file lies under a category of films. */
  films: boolean;
  /** The name or its folders say anime: numbers count through. */
  anime: boolean;
  /** The file lies in a section of a show (`Arc 3`). */
  section: boolean;
  /** The name carries a year in brackets: then a number is part of a film's title. */
  bracketedYear: boolean;
  /** Title of the folder above: its own numbers count nothing (`Apollo 13`, `11 Minutes - 07`). */
  title?: string;
}
