import t from 'tap';
import { viewOf } from '../src/gateway/client-views.ts';
import { canPlay, readWish } from '../src/gateway/device-profile.ts';
import { isObject, type Json, type JsonObject } from '../src/gateway/lossless-json.ts';
import { mediaStreams, sourceFields, subtitleBeside } from '../src/gateway/media-streams.ts';
import { tellMedia } from '../src/gateway/tell-media.ts';
import type { MediaFacts } from '../src/library/media-facts.ts';
import { recorded } from './fixtures/gateway.ts';

/** What is told of a film that the server has not looked into, beside what a real one found in the same film. */

/** Of the film in the recordings, as its header says. */
const warm: MediaFacts = {
  container: 'matroska',
  durationMs: 300_023,
  video: [{ codec: 'h264', width: 640, height: 360, aspect: 1.778, frameRate: 25, bitDepth: 8 }],
  audio: [
    { codec: 'aac', channels: 1, language: 'fre', isDefault: true },
    { codec: 'aac', channels: 1, language: 'eng', isDefault: false },
  ],
  subtitles: [
    { format: 'srt', language: 'fre', isForced: false },
    { format: 'srt', language: 'eng', isForced: false },
  ],
  chapters: [],
};

/** What apps read in a stream, as far as a header says it. */
const compared =
  'Type Index Codec Language VideoRange VideoRangeType AudioSpatialFormat IsExternal IsTextSubtitleStream SupportsExternalStream IsForced IsHearingImpaired IsInterlaced IsOriginal Width Height BitDepth Channels ChannelLayout AverageFrameRate RealFrameRate TimeBase'.split(
    ' ',
  );
const picked = (stream: Json) =>
  Object.fromEntries(isObject(stream) ? compared.map((name) => [name, stream[name]]) : []);

/** Fields without which an app of the Kotlin SDK takes no answer. */
const demanded =
  'Type Index IsDefault IsForced IsHearingImpaired IsOriginal IsInterlaced IsExternal IsTextSubtitleStream SupportsExternalStream'.split(
    ' ',
  );

function recordedSource(name: string): JsonObject {
  const body: Json = JSON.parse(JSON.stringify(recorded(name).response.body));
  const [source] = isObject(body) && Array.isArray(body.MediaSources) ? body.MediaSources : [];
  if (!isObject(source)) throw new Error('no source');
  return source;
}

t.test('tracks are told as the server tells them once it has looked, each with its number', async (t) => {
  const real = recordedSource('playbackinfo-web').MediaStreams;
  const told = mediaStreams(warm, [subtitleBeside({ tags: 'fr.srt' })]);
  if (!Array.isArray(real)) return t.fail('no streams');
  t.strictSame(told.map(picked), real.map(picked));
  for (const stream of told) for (const name of demanded) t.ok(name in stream, name);
  t.strictSame(told.map(({ DisplayTitle }) => DisplayTitle).slice(0, 2), [
    'French - SUBRIP - External',
    '360p H264 SDR',
  ]);
});

t.test('files beside a film come first in the order of the numbers', async (t) => {
  const beside = ['en.forced.srt', 'fr.sdh.ass'].map((tags) => subtitleBeside({ tags }));
  const told = mediaStreams(
    { ...warm, subtitles: [...warm.subtitles, { format: 'pgs', isForced: true }] },
    beside,
  );
  t.strictSame(
    told.map(({ Index, Type, Codec, IsExternal, IsForced, IsHearingImpaired, IsTextSubtitleStream }) =>
      [Index, Type, Codec, IsExternal, IsForced, IsHearingImpaired, IsTextSubtitleStream].join(' '),
    ),
    [
      '0 Subtitle subrip true true false true',
      '1 Subtitle ass true false true true',
      '2 Video h264 false false false false',
      '3 Audio aac false false false false',
      '4 Audio aac false false false false',
      '5 Subtitle subrip false false false true',
      '6 Subtitle subrip false false false true',
      '7 Subtitle PGSSUB false true false false',
    ],
  );
});

t.test(
  'a server that has just looked lists its subtitles alone: they stay, and the film is told behind',
  async (t) => {
    const listed = [
      { Type: 'Subtitle', Index: 0, IsExternal: true, Codec: 'subrip', DeliveryUrl: '/Videos/x/Subtitles/0' },
      { Type: 'Subtitle', Index: 1, IsExternal: true, Codec: 'ass', Path: '/a person’s own.ass' },
    ];
    const source: JsonObject = {
      Container: 'mkv',
      RunTimeTicks: 5,
      Bitrate: 6,
      MediaStreams: listed,
      SupportsDirectPlay: false,
    };
    const known = { name: 'A.mkv', sizeBytes: 1e6, facts: warm, subtitles: [{ tags: 'fr.srt' }] };
    tellMedia(source, known, readWish(new URLSearchParams(), {}), viewOf('Jellyfin Web'));
    t.match(source, { Container: 'mkv', RunTimeTicks: 5, Bitrate: 6, SupportsDirectPlay: true });
    const streams = Array.isArray(source.MediaStreams) ? source.MediaStreams.filter(isObject) : [];
    t.match(streams.slice(0, 2), listed);
    t.strictSame(
      streams.map(({ Index, Type }) => `${Index} ${Type}`),
      ['0 Subtitle', '1 Subtitle', '2 Video', '3 Audio', '4 Audio', '5 Subtitle', '6 Subtitle'],
    );
    const probed = structuredClone(source);
    tellMedia(source, { ...known, facts: undefined }, readWish(new URLSearchParams(), {}), viewOf(''));
    t.strictSame(source, probed, 'what it has looked into is left alone');
  },
);

t.test('run time, container and bitrate are those of the film', async (t) => {
  const known = { name: 'A.mkv', sizeBytes: 99_300_000, facts: warm, subtitles: [] };
  t.match(sourceFields(known), {
    Container: 'mkv',
    RunTimeTicks: 3_000_230_000,
    Bitrate: 2_647_797,
    DefaultAudioStreamIndex: 1,
    DefaultSubtitleStreamIndex: -1,
  });
  t.strictSame(sourceFields({ ...known, name: 'A.MP4', facts: undefined }), { Container: 'mp4' });
  t.equal(recordedSource('playbackinfo-web').RunTimeTicks, 3_000_230_000, 'as the server says');
});

t.test('whether an app plays a film is what it says itself', async (t) => {
  const { DeviceProfile } = JSON.parse(
    JSON.stringify({
      DeviceProfile: {
        DirectPlayProfiles: [
          { Container: 'mp4,m4v', Type: 'Video', VideoCodec: 'h264,vp9', AudioCodec: 'aac,mp3' },
          { Container: 'mkv', Type: 'Video', VideoCodec: 'h264,hevc', AudioCodec: 'aac,flac' },
          { Container: 'mp3', Type: 'Audio' },
        ],
        CodecProfiles: [
          {
            Type: 'VideoAudio',
            Conditions: [{ Condition: 'Equals', Property: 'IsSecondaryAudio', Value: 'false' }],
          },
          {
            Type: 'Video',
            Codec: 'hevc',
            Conditions: [
              { Condition: 'EqualsAny', Property: 'VideoRangeType', Value: 'SDR|HDR10' },
              { Condition: 'LessThanEqual', Property: 'VideoBitDepth', Value: '8' },
              { Condition: 'EqualsAny', Property: 'VideoProfile', Value: 'main' },
            ],
          },
        ],
      },
    }),
  );
  const video = (change: object) => ({ ...warm, video: [{ codec: 'hevc', ...change }] });
  const table: [what: string, facts: MediaFacts, plays: boolean, isFirstAudio?: boolean][] = [
    ['as it lists', warm, true],
    ['another track', warm, false, false],
    ['a container that it does not list', { ...warm, container: 'avi' }, false],
    ['a sound that it does not list', { ...warm, audio: [{ codec: 'eac3', isDefault: true }] }, false],
    ['no sound', { ...warm, audio: [] }, true],
    ['hevc', video({ bitDepth: 8 }), true],
    ['10 bits', video({ bitDepth: 10 }), false],
    ['HDR that it takes', video({ hdr: 'hdr10' }), true],
    ['HDR that it does not take', video({ hdr: 'dolbyvision' }), false],
  ];
  for (const [what, facts, plays, isFirstAudio = true] of table)
    t.equal(canPlay(DeviceProfile, facts, isFirstAudio), plays, what);
  t.equal(canPlay(undefined, warm, true), true, 'who says nothing');
  t.equal(canPlay({ DirectPlayProfiles: [] }, warm, true), true, 'Findroid');
  const odd: JsonObject[] = [
    {},
    { DirectPlayProfiles: 'x' },
    { DirectPlayProfiles: [null, 1], CodecProfiles: 3 },
  ];
  for (const profile of odd) t.type(canPlay(profile, warm, true), 'boolean');
});

t.test('what an app wants is read from its query before its body', async (t) => {
  const body = {
    EnableDirectPlay: true,
    MediaSourceId: 'b',
    AudioStreamIndex: '2',
    UserId: 'u',
    DeviceProfile: {},
  };
  t.match(readWish(new URLSearchParams('enableDirectPlay=False&mediasourceid=q'), body), {
    wantsDirectPlay: false,
    mediaSourceId: 'q',
    audioIndex: 2,
    userId: 'u',
    profile: {},
  });
  for (const odd of [undefined, null, [], 'x', { DeviceProfile: 'x', UserId: 3, MediaSourceId: null }])
    t.match(readWish(new URLSearchParams(), odd), {
      wantsDirectPlay: true,
      mediaSourceId: undefined,
      audioIndex: undefined,
      userId: undefined,
      profile: undefined,
    });
});
