/** Words of releases, and the forms of names in which they stand behind the number of an episode. */

export const technicalWords = [
  '480p 576p 720p 720i 1080p 1080i 2160p 4K UHD 8K 1280x720 1920x1080 HD SD FHD FullHD HDLight 4KLight mHD 3D HSBS',
  'BluRay Blu-Ray BDRip BRRip BDRemux REMUX DVDRip DVDSCR DVD DVD5 DVD9 R5 WEB WEB-DL WEBDL WEBRip WEB-Rip HDTV PDTV',
  'TVRip SATRip DSR DVB HDRip HDTS CAM TS TC x264 x265 h264 h265 H.264 H.265 HEVC AVC AV1 VP9 XviD DivX MPEG2 VC-1',
  '10bit 10bits 10-bit 8bit 12bit Hi10P HDR HDR10 HDR10Plus HDR10+ DV DoVi SDR HLG 25fps 50fps 60fps 23.976fps',
  'AAC AAC2.0 AC3 E-AC3 EAC3 DTS DTS-HD DTS-HDMA DTSX DD DD5.1 DDP DDP5.1 DD+5.1 TrueHD Atmos FLAC MP3 Opus PCM LPCM',
  '2.0 5.1 7.1 2CH 6CH 8CH MULTI MULTi TRUEFRENCH FRENCH VOSTFR VOST VFF VFQ VFI VF VF2 VOF VO SUBFRENCH FASTSUB STFR',
  'GERMAN iTA ENG FR EN SUBBED DUBBED Dual-Audio DUAL REPACK PROPER RERIP REAL iNTERNAL INTERNAL LIMITED CUSTOM NFO',
  'READNFO UNCUT UNRATED EXTENDED REMASTERED HYBRID COMPLETE iNTEGRALE AMZN NF DSNP HMAX HULU ATVP iP MAX PCOK PMTP CR',
].flatMap((line) => line.split(' '));

export const beforeNumber = [
  'Show ',
  'Show.',
  'Show - ',
  '[Grp] Show - ',
  'Show "Uncut" ',
  "Show 'Uncut' ",
  'Show \u00abUncut\u00bb ',
  'Show \u201cVersion longue\u201d ',
  'Show \u201eVF\u201c ',
  'Show [Uncut] ',
  'Show (Extended) ',
  'Show {x} ',
  '"Show" ',
  'Show.FRENCH.',
  'Show VOSTFR ',
  'Show 1080p ',
  'Show.2005.',
  'Show (2005) ',
];

export const episodeNumbers = [
  'S01E02',
  '1x02',
  'Episode 2',
  '- 02 -',
  'S01E02-E03',
  '2024-05-06',
  's01.e02',
];

export const afterNumber: readonly ((word: string) => string)[] = [
  (word) => ` ${word}`,
  (word) => `.${word}`,
  (word) => `_${word}`,
  (word) => ` - ${word}`,
  (word) => ` [${word}]`,
  (word) => ` (${word})`,
  (word) => ` "${word}"`,
  (word) => ` \u00ab${word}\u00bb`,
  (word) => ` ${word} ${word}`,
  (word) => ` ${word}-GRP`,
  (word) => ` ${word} AMZN`,
  (word) => ` AMZN ${word}`,
  (word) => ` ${word.toLowerCase()} web-dl`,
];
