/** What went wrong and what to do, as two sentences; the first may end by itself, such as in a question. */
export function withRemedy({ message, remedy }: { message: string; remedy: string }): string {
  return `${message}${/[.?!]$/.test(message) ? '' : '.'} ${remedy}`;
}
