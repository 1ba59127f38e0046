#!/usr/bin/env bash
# Makes what the public says and what the floor plays: 8 kHz mono WAV files. Needs espeak-ng and sox.
#
#   make-voices.sh FOLDER
set -euo pipefail
folder=$1
mkdir -p "$folder"
exec 9> "$folder/.lock"
flock 9
# made anew when this script has changed
mark=$(sha256sum < "${BASH_SOURCE[0]}")
[ "$(cat "$folder/.complete" 2> /dev/null || true)" != "$mark" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { # NAME WORDS-PER-MINUTE TEXT
  espeak-ng -v en-us -s "$2" -w "$work/$1.wav" "$3"
  sox -q "$work/$1.wav" -r 8000 -c 1 -b 16 "$folder/$1.wav" silence 1 0.02 0.5% gain -n -3
}
tone() { # NAME EFFECTS...
  local name=$1
  shift
  sox -q -n -r 8000 -c 1 -b 16 "$work/$name.wav" "$@"
}

say hello 150 "Hello?"
say hello-name 160 "Miller residence, hello?"
say hello-long 165 "Good afternoon, this is Martin speaking, may I ask who is calling please?"
say greeting-long 165 "Hello, this is the mailbox of Anna and Martin Miller. We can not take your call right now. \
Please leave your name, your number and what it is about after the tone, and one of us will call you back soon."
say greeting-short 165 "This is 5 5 5, 0 1 4 2. Leave a message after the tone."
say pause-first 150 "Hello,"
say screening 170 "The person you are calling is using a screening service. Please say your name and why you call."
say agent 170 "Thank you for waiting. I am looking at your file now. Would a smaller payment each month help you?"
say sorry 185 "Example Services, 5 5 5, 0 1 9 9. No one is free. Press 9 to opt out. Goodbye."
say opted-out 170 "Thank you. This number will not be called again."
say opt-out-later 170 "We could not note that now. Please call 5 5 5, 0 1 9 9."
say drop 170 "Hello, this is Robin Smith with Example Services. Please call me back at 5 5 5, 0 1 9 9."
say inbound-menu 170 "This is Example Services. To speak with someone, press 1. So that we never call this number, \
press 9."
say inbound-language 170 "Example Services. For English, press 1. Para espanol, marque 2. So that we never call this number, \
press 9."
say inbound-closed 170 "This is Example Services. We are closed now. To leave a message, press 4. So that we never call this \
number, press 9."
say inbound-speak 170 "Please speak after the tone, and press any key when you are done."
say inbound-message-kept 170 "Thank you. Somebody will listen to it."
say inbound-place 170 "You are number"
say inbound-minutes 170 "in line. The wait in minutes is about"
say inbound-offer 170 "To be called back and keep your place, press 3."
say inbound-call-back 170 "Thank you. We call you back when it is your turn."
say inbound-call-back-not 170 "We could not note that now. Please stay on the line."
say inbound-busy 170 "We are sorry that no one is free. Please call again."
say client 200 "Acme Bank."
say recording 190 "This call is recorded."

# a phone that says nothing for ten seconds is taken for dead: this one talks for minutes
sox -q "$folder/agent.wav" "$work/agent-long.wav" repeat 60
mv "$work/agent-long.wav" "$folder/agent.wav"

tone beep synth 0.5 sine 1000 gain -6
tone line-noise synth 6 pinknoise gain -38
tone pause trim 0 0.9
# special information tones, as a network plays them before "not in service"
tone first synth 0.276 sine 913.8 gain -6
tone second synth 0.276 sine 1370.6 gain -6
tone third synth 0.380 sine 1776.7 gain -6
cp "$work/beep.wav" "$work/line-noise.wav" "$folder/"
sox -q "$work/first.wav" "$work/second.wav" "$work/third.wav" "$folder/special-tones.wav"
# a machine that says "Hello" first and goes on after a pause: the hard case for a detector
sox -q "$folder/pause-first.wav" "$work/pause.wav" "$folder/greeting-long.wav" "$folder/greeting-pause.wav"
echo "$mark" > "$folder/.complete"
