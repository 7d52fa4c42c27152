#!/bin/sh
# Makes every file of this folder again. Needs ffmpeg with libx264 and libx265; takes under a minute.
# One thread and the bitexact flags make two runs of one ffmpeg give the same bytes; another ffmpeg may give others.
set -eu
cd "$(dirname "$0")"

ffmpeg() {
  command ffmpeg -hide_banner -loglevel error -nostdin -y "$@"
}

# testsrc2 burns a running time into the picture, so a jump can be checked by eye.
seconds=66
picture="testsrc2=size=320x180:rate=10:duration=$seconds"
french="sine=frequency=440:sample_rate=24000:duration=$seconds"
english="sine=frequency=660:sample_rate=24000:duration=$seconds"
exact='-fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 -threads 1'
# A key frame every 2 s, so a jump lands near the place that was asked for.
h264='-c:v libx264 -preset slower -crf 36 -pix_fmt yuv420p -g 20 -keyint_min 20 -sc_threshold 0'
hevc='-c:v libx265 -preset medium -crf 38 -pix_fmt yuv420p -x265-params keyint=20:min-keyint=20:scenecut=0:pools=none:frame-threads=1:info=0:log-level=error'
aac='-c:a aac -b:a 16k -ac 1'

# Side-car texts: a line every 6 s.
subtitles() { # <language word> -> SubRip on standard output
  awk -v word="$1" -v seconds="$seconds" 'BEGIN {
    for (at = 0; at < seconds; at += 6)
      printf "%d\n00:%02d:%02d,000 --> 00:%02d:%02d,500\n%s %d s\n\n", ++n, at/60, at%60, (at+4)/60, (at+4)%60, word, at
  }'
}
subtitles 'Sous-titre à' > subtitles.fr.srt
subtitles 'Subtitle at' > subtitles.en.srt
ffmpeg -i subtitles.fr.srt -fflags +bitexact -map_metadata -1 subtitles.fr.ass

# MKV as release groups make it: index (cues) at the end, two languages, two embedded text subtitles.
ffmpeg -f lavfi -i "$picture" -f lavfi -i "$french" -f lavfi -i "$english" -i subtitles.fr.srt -i subtitles.en.srt \
  -map 0:v -map 1:a -map 2:a -map 3:s -map 4:s $h264 $aac -c:s srt $exact \
  -metadata:s:a:0 language=fra -metadata:s:a:1 language=eng \
  -metadata:s:s:0 language=fra -metadata:s:s:1 language=eng -disposition:a:0 default h264-two-languages.mkv

ffmpeg -f lavfi -i "$picture" -f lavfi -i "$french" $hevc $aac $exact -metadata:s:a:0 language=fra hevc.mkv

ffmpeg -f lavfi -i "$picture" -f lavfi -i "$french" $h264 $aac $exact -movflags +faststart h264-moov-first.mp4
ffmpeg -f lavfi -i "$picture" -f lavfi -i "$english" $h264 $aac $exact h264-moov-last.mp4

# Not called .ts, because TypeScript and the linter would read it as a program.
ffmpeg -f lavfi -i "$picture" -f lavfi -i "$french" $h264 $aac $exact -f mpegts -mpegts_flags +resend_headers h264.mpegts
