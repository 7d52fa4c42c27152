/** Text without direct links, stream signatures and keys, for logs and for people. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/https?:\/\/[^\s"']+\/p\d{5,}[^\s"']*/gi, '<direct link>')
    .replace(/(\/stream\/[^/\s]+\/)[^/\s]+/g, '$1***')
    .replace(/(Bearer|Basic) +[\w+/=.-]+/gi, '$1 ***');
}
