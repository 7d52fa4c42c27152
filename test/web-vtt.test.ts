import t from 'tap';
import { isWebVttSource, webVtt, webVttBytes } from '../src/views/web-vtt.ts';
import { watchTurns } from './fixtures/longest-turn.ts';

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

const times = '00:00:01,000 --> 00:00:02,000\n';
const said = (start: string) => `Dialogue: 0,${start},0:00:02.00,D,,0,0,0,,`;

/** Many cues, many lines of one cue, one line of nothing but marks. */
const large: Record<string, string> = {
  'cues.srt': `${times}One<b>two</b>\n\n`,
  'lines.srt': 'a\n',
  'tags.srt': '<b>a</b>',
  'signs.srt': '&',
  'brackets.srt': '<{',
  'letters.srt': '\u{1f3ac}',
  'cues.ass': `${said('0:00:01.00')}One\n`,
  'ends.ass': '\\N',
};

t.test('a subtitle of two million signs is told without holding up anybody', async (t) => {
  for (const [name, sign] of Object.entries(large)) {
    const before = name.endsWith('.ass') ? said('0:00:01.00') : times;
    const text = before + sign.repeat(2_000_000 / sign.length);
    // The first time its code is compiled.
    for (const size of [50_000, text.length]) {
      const turns = watchTurns();
      const { body } = await webVttBytes(name, Buffer.from(text.slice(0, size)));
      const longestMs = turns.stop();
      t.ok(longestMs < 100, `${name}: ${longestMs} ms in one turn`);
      t.equal(body.includes('\ufffd'), false, `${name}: no sign is cut in two`);
    }
  }
});

t.test(
  'cues of a script are told in the order of their times, those of one time as they stand',
  async (t) => {
    const starts = Array.from({ length: 3000 }, (_, n) => (n * 7919) % 60);
    const lines = starts.map((second, n) => `${said(`0:00:${String(second).padStart(2, '0')}.00`)}line ${n}`);
    const told = [...webVtt('a.ass', lines.join('\n')).matchAll(/line (\d+)/g)].map(([, n]) => Number(n));
    const right = starts.map((second, n) => ({ second, n })).sort((a, b) => a.second - b.second || a.n - b.n);
    t.same(
      told,
      right.map(({ n }) => n),
    );
  },
);
