const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day';
const month = `(?<month>${months.join('|')})`;
const time = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)';
/** The three forms of RFC 9110 section 5.6.7. */
const dateForms = [
  new RegExp(`^${day}, (?<date>\\d\\d) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^${longDay}, (?<date>\\d\\d)-${month}-(?<year>\\d\\d) ${time} GMT$`),
  new RegExp(`^${day} ${month} (?<date>[ \\d]\\d) ${time} (?<year>\\d{4})$`),
];

/** Whole seconds; undefined for what is no date and so must be ignored. Date.parse would take nearly any text. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (!text) return undefined;
  for (const form of dateForms) {
    const parts = form.exec(text)?.groups as Record<string, string> | undefined;
    if (!parts) continue;
    const { year = '', month = '', date, hour, minute, second } = parts;
    const midnight = Date.UTC(fullYear(year), months.indexOf(month), Number(date));
    // 31 Feb would count as 3 Mar.
    if (new Date(midnight).getUTCDate() !== Number(date)) return undefined;
    return midnight / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  }
  return undefined;
}

/** Two digits are of this century, unless that is more than 50 years ahead (RFC 9110 section 5.6.7). */
function fullYear(digits: string): number {
  if (digits.length === 4) return Number(digits);
  const now = new Date().getUTCFullYear();
  const year = now - (now % 100) + Number(digits);
  return year > now + 50 ? year - 100 : year;
}
