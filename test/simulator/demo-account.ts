import { mediaFile } from '../media/index.ts';
import type { AccountFolder, FileSpec } from './tree.ts';

const twoLanguages = 'h264-two-languages.mkv';
const hevc = 'hevc.mkv';
const moovFirst = 'h264-moov-first.mp4';
const moovLast = 'h264-moov-last.mp4';
const stream = 'h264.mpegts';

/**
 * A small library with what real ones hold: French and English release names, one film in two versions, accents,
 * look-alike characters left by uploads, side-car texts, extras, twins and things that are no film at all. Every film
 * plays. The dates lie on both sides of a change to summer time.
 */
export function demoAccount(): AccountFolder {
  return { folders: [films(), series(), other()] };
}

function films(): AccountFolder {
  return {
    name: 'Films',
    createdAt: Date.UTC(2023, 10, 4, 9, 30),
    files: [
      real('Le.Gendarme.se.marie.1968.FRENCH.1080p.BluRay.x264.mkv', twoLanguages, winter(1)),
      real('Le.Gendarme.se.marie.1968.FRENCH.1080p.BluRay.x264.fr.srt', 'subtitles.fr.srt', winter(1)),
      real('Night.of.the.Living.Dead.1968.MULTi.1080p.BluRay.x265-GRP.mkv', hevc, winter(2)),
      real('Night of the Living Dead (1968) [720p] [English].mp4', moovFirst, winter(3)),
      real('La Règle du jeu (1939) VF 1080p WEB-DL.mp4', moovLast, summer(1)),
      // Uploads by rclone leave full-width look-alikes where the host refuses the real character.
      real('Qui a peur de Virginia Woolf？ ＂Version longue＂ 1966 1080p.mkv', twoLanguages, summer(2)),
      { ...real('Metropolis.1927.RESTORED.720p.HDTV.ts', stream, summer(3)), domain: 'dfichiers.com' },
    ],
  };
}

function series(): AccountFolder {
  return {
    name: 'Séries',
    createdAt: Date.UTC(2024, 1, 1, 20),
    folders: [
      {
        name: 'Les Brigades du Tigre',
        createdAt: Date.UTC(2024, 1, 1, 20, 1),
        folders: [
          {
            name: 'Saison 1',
            createdAt: Date.UTC(2024, 1, 1, 20, 2),
            files: [
              real('Les.Brigades.du.Tigre.S01E01.FRENCH.DVDRip.x264.mkv', twoLanguages, winter(4)),
              real('Les.Brigades.du.Tigre.S01E02.FRENCH.DVDRip.x264.mkv', hevc, winter(5)),
              real('Les Brigades du Tigre - 1x03 - Visite incognito.mp4', moovLast, summer(4)),
              real('Les.Brigades.du.Tigre.S01E04.FRENCH.DVDRip.x264.ts', stream, summer(5)),
              real('Les.Brigades.du.Tigre.S01E04.FRENCH.DVDRip.x264.fr.ass', 'subtitles.fr.ass', summer(5)),
            ],
          },
          { name: 'Saison 2', createdAt: Date.UTC(2024, 1, 1, 20, 3) },
        ],
      },
    ],
  };
}

function other(): AccountFolder {
  const twin = 'Nosferatu.1922.1080p.BluRay.x264.mp4';
  return {
    name: 'Divers',
    createdAt: Date.UTC(2024, 4, 20, 6),
    files: [
      text('sauvegarde-compta.dat', 'Nothing that a media server would know.\n', summer(6)),
      real('Metropolis.1927.sample.mp4', moovFirst, summer(6)),
      real('Metropolis.1927-trailer.mp4', moovFirst, summer(7)),
      // Two files of one name in one folder are allowed at the host.
      real(twin, moovFirst, winter(6)),
      real(twin, moovLast, summer(8)),
    ],
  };
}

function real(name: string, file: string, date: number): FileSpec {
  return { name, content: { path: mediaFile(file).path }, date };
}

function text(name: string, words: string, date: number): FileSpec {
  return { name, content: Buffer.from(words), date };
}

function winter(day: number): number {
  return Date.UTC(2024, 0, day, 21, 15);
}

function summer(day: number): number {
  return Date.UTC(2024, 6, day, 22, 30);
}
