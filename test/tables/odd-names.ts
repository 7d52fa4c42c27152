/** Names that a disk or a media server might trip over. */
export function oddNames(): string[] {
  const plain = [
    'CON',
    'con',
    'Nul',
    'COM1',
    'aux.mkv',
    'Subs',
    'Metadata',
    'sample film',
    'Sample',
    'Extras',
    'lost+found',
  ];
  const odd = [
    'trailing. . .',
    ' leading',
    '..',
    '...hidden',
    'a\u0000b',
    'a\tb',
    'a"b\'c',
    '100%',
    '#1 %2F',
    'a\\b',
    'a|b',
    '<b>',
    'x?*',
  ];
  const twins = [
    'Été',
    'été',
    'E\u0301te\u0301',
    'ÉTÉ',
    'Ｆｕｌｌ：width？',
    'Full:width?',
    'Straße',
    'STRASSE',
    'İstanbul',
    'i̇stanbul',
  ];
  const scripts = [
    'فيلم عربي',
    'שלום',
    '新幹線大爆破',
    '👨‍👩‍👧‍👦🎬',
    '\u202ertl',
    'a\u200bb',
    'ab',
    '\ud800lone',
    'zalgo\u0301\u0302\u0303',
  ];
  const long = [
    'é'.repeat(127),
    'é'.repeat(120),
    '🎬'.repeat(60),
    `${'x'.repeat(240)}1`,
    `${'x'.repeat(240)}2`,
    '.'.repeat(50),
    '漢'.repeat(80),
  ];
  const tails = [
    'm3u',
    'x.m3u8',
    'My Film-trailer',
    'Show.S01E02',
    '1x01',
    '(2001)',
    '[tmdbid-1]',
    'S01',
    '$HOME `id`',
    '%00',
    'a;b&c',
  ];
  const mixed = [...plain, ...odd].flatMap((a) => ['🎬', 'É', ' - '].map((b) => `${a}${b}${a}`));
  return [...plain, ...odd, ...twins, ...scripts, ...long, ...tails, ...mixed].filter(
    (name) => !name.includes('/'),
  );
}
