const names =
  /^(?:f1|formul[ae][ ._-]?(?:1|one|e)|moto[ ._]?(?:gp|[23])|wrc|nascar|indycar|nba|nfl|nhl|mlb|ligue[ ._][12]|premier[ ._]league|la[ ._]liga|serie[ ._]a|bundesliga|(?:champions|europa)[ ._]league|ligue[ ._]des[ ._]champions|top[ ._]14|pro[ ._]d2|rugby|tennis|roland[ ._-]garros|wimbledon|(?:atp|wta)|tour[ ._]de[ ._]france|giro|vuelta|coupe[ ._](?:du[ ._]monde|de[ ._]france)|(?:fifa[ ._])?world[ ._]cup|(?:uefa[ ._])?euro|(?:six|6)[ ._]nations|tournoi[ ._]des[ ._](?:six|6)[ ._]nations|jeux[ ._]olympiques|jo)(?=[ ._-])/i;
/** Any word but the tags of broadcasts. */
const word = /(?<![a-z0-9])(?!(?:ppv|ws|full|vf|en|fr)(?![a-z]))[a-z][a-z0-9]/i;

/**
 * Whether this is one event of many of its season (`F1.2024.GP.Monaco`): then what follows the year names it, where a film has
 * nothing but tags there.
 *
 * @param yearEnd index behind the year in the folded name
 * @param tagAt index of the first release tag, -1 = none
 */
export function isSportEvent(folded: string, yearEnd: number, tagAt: number): boolean {
  return names.test(folded) && word.test(folded.slice(yearEnd, tagAt > yearEnd ? tagAt : undefined));
}
