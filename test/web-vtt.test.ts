import t from 'tap';
import { isWebVttSource, webVtt } from '../src/views/web-vtt.ts';

/** Subtitles as browsers read them. */

t.test('each kind of subtitle is told in WebVTT', async (t) => {
  const table: [what: string, name: string, text: string, right: string[]][] = [
    [
      'numbers go, commas become points',
      'a.srt',
      '1\n00:00:01,000 --> 00:00:04,500\nOne\ntwo\n\n2\n00:00:06,000 --> 00:00:10,500\nThree\n',
      ['00:00:01.000 --> 00:00:04.500\nOne\ntwo', '00:00:06.000 --> 00:00:10.500\nThree'],
    ],
    [
      'places of the picture go',
      'a.srt',
      '0:00:01.5 --> 0:00:02,5 X1:10 Y1:20\nOne',
      ['00:00:01.500 --> 00:00:02.500\nOne'],
    ],
    [
      'marks of letters stay, others go, signs are told as such',
      'a.srt',
      '00:00:01,000 --> 00:00:02,000\n{\\an8}<I>Tom</I> & <font color="red">Jerry</font> --> 1 < 2',
      ['00:00:01.000 --> 00:00:02.000\n<i>Tom</i> &amp; Jerry --&gt; 1 &lt; 2'],
    ],
    ['a cue without words is none', 'a.srt', '00:00:01,000 --> 00:00:02,000\n\n\n3\n', []],
    [
      'what is no cue is left out',
      'a.srt',
      'Made by X\n\n00:00:01,000 --> 00:00:02,000\nOne',
      ['00:00:01.000 --> 00:00:02.000\nOne'],
    ],
    [
      'a script: its words, in order',
      'a.ass',
      '[Events]\nFormat: Layer, Start\nDialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,Two, three\\NFour\n' +
        'Dialogue: 0,0:00:01.00,0:00:02.25,Default,,0,0,0,,{\\i1}One\\hmore\nComment: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,No',
      ['00:00:01.000 --> 00:00:02.250\nOne more', '00:00:05.000 --> 00:00:06.000\nTwo, three\nFour'],
    ],
    ['a script with fields that lack', 'a.ssa', 'Dialogue: 0,0:00:05.00,0:00:06.00,Default', []],
  ];
  for (const [what, name, text, cues] of table)
    t.equal(webVtt(name, text), `${['WEBVTT', ...cues].join('\n\n')}\n`, what);
  t.equal(webVtt('a.vtt', 'WEBVTT\n'), 'WEBVTT\n');
  t.same(['a.srt', 'a.SSA', 'a.sup', 'a.mkv', 'a'].map(isWebVttSource), [true, true, false, false, false]);
});
