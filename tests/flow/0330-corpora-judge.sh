#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# check-corpora itself, on small sets of our own: what it sends is kept, what is
# stated wrongly is said, what is argued is not agreed, and a stale argument or
# a lost byte ends it badly.
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

DIR=$TEST_TMP/sets
FACTS=$TEST_TMP/facts
mkdir -p "$DIR/mime-own/data" "$DIR/reply-own/data" "$DIR/thread-own/data"
cp "$TOP"/tests/corpus/mime/*.eml "$DIR/mime-own/data"

# stated LINE...: what is stated of the replies
stated() {
	printf '%b\n' 'file\tcheck\tindex\tvalue' "$@" >"$DIR/reply-own/expected.tsv"
}

replies() {
	printf 'De acuerdo.\n\nEl lun, 2 nov 2026 a las 9:00, Ana Soto (<ana@muni.example>) escribió:\n> Propongo el martes.\n> ¿Les parece?\n' \
		>"$DIR/reply-own/data/one.txt"
	printf 'Sin cita.\n' >"$DIR/reply-own/data/two.txt"
	stated 'one.txt\tvisible_equals\t\tDe acuerdo.' 'two.txt\tvisible_equals\t\tSin cita.' \
		'two.txt\tfragment_count\t\t1' 'one.txt\tfragment_count\t\t2' 'gone.txt\tvisible_equals\t\tx'
}

threads() {
	local i
	for i in 1 2 3; do
		printf 'From ana@x.example Mon Nov  2 09:0%d:00 2026\nFrom: ana@x.example\nMessage-ID: <%d@x.example>\n' $i $i
		[ $i -ne 2 ] || printf 'References: <1@x.example>\n'
		printf 'Subject: Un tema\n\nFrom aquí %d.\n\n' $i
	done >"$DIR/thread-own/data/box.mbox"
	printf '%b\n' 'file\talgorithm\tthread_list(numbers=message order in mbox; IMAP THREAD syntax)\tafter_later_steps\tsession_steps' \
		'box.mbox\tREFERENCES\t(1 2)(3)\t\t' >"$DIR/thread-own/expected.tsv"
}

judge() {
	"$TOP/tests/corpora/judge" "$FACTS" "$TEST_TMP/argued.tsv" "$TOP/tests/corpora/read" "$DIR/reply-own" 2>&1
}

# facts FILE OWN STATE: one message by hand
facts() {
	printf '%s\t0\tparse\tok\n%s\t0\ttext\t%s\n%s\t0\town\t%s\n' "$1" "$1" "$2" "$1" "$2" >>"$FACTS/reply-own.tsv"
	printf 'reply-own\t%s\t0\tpost\t%s\n' "$1" "$3" >>"$FACTS/whole.tsv"
}

replies
threads
out=$("$TOP/tests/corpora/run" "$DIR" 2>"$TEST_TMP/err")
tap_ok $? 'the whole way: it ends well' "$out"$'\n'"$(tail -n 5 "$TEST_TMP/err")"
n=$(find "$DIR/mime-own/data" -type f | wc -l)
tap_is 'a set that states nothing counts its messages' "$(grep ' mime-own ' <<<"$out")" \
	"corpus mime-own cases $n agreed $n argued 0 na 0"
tap_is 'replies, and one that is elsewhere' "$(grep ' reply-own ' <<<"$out")" \
	'corpus reply-own cases 4 agreed 3 argued 0 na 1'
tap_is 'threads of a box' "$(grep ' thread-own ' <<<"$out")" 'corpus thread-own cases 3 agreed 3 argued 0 na 0'
tap_is 'every message is kept' "$(grep '^intake' <<<"$out")" \
	"intake messages $((n + 5)) kept $((n + 5)) crashed 0 refused 0 lost 0"
tap_is 'the share of the replies' "$(grep '^share' <<<"$out")" 'share reply 100.0 bar 95 with_argued 100.0'

# by hand: 20 agree, one differs
mkdir -p "$FACTS"
lines=()
for i in $(seq 20); do
	: >"$DIR/reply-own/data/f$i.txt"
	facts "f$i.txt" 'Hola.' kept
	lines+=("f$i.txt\tvisible_equals\t\tHola.")
done
facts wrong.txt 'Otra cosa.' kept
: >"$DIR/reply-own/data/wrong.txt"
stated "${lines[@]}" 'wrong.txt\tvisible_equals\t\tHola.'
printf 'set\tfile\tcheck\treason\n' >"$TEST_TMP/argued.tsv"
out=$(judge)
tap_ok $? '20 of 21 reach the bar' "$out"
tap_is 'the one that differs is said' "$(grep '^differs' <<<"$out")" \
	'differs reply-own wrong.txt: visible_equals: stated Hola., ours Otra cosa.'
printf 'reply-own\twrong.txt\tvisible_equals\tno reason\n' >>"$TEST_TMP/argued.tsv"
out=$(judge)
tap_ok $? 'argued: it ends well' "$out"
tap_is 'argued is not agreed' "$(grep '^corpus' <<<"$out")" 'corpus reply-own cases 21 agreed 20 argued 1 na 0'
printf 'reply-own\tf1.txt\tvisible_equals\tnothing differs\n' >>"$TEST_TMP/argued.tsv"
tap_ok "$(judge >/dev/null && echo 1 || echo 0)" 'a stale argument is an error'
sed -i '$d' "$TEST_TMP/argued.tsv"
: >"$DIR/reply-own/data/lost.txt"
facts lost.txt 'Hola.' 'lost bytes'
tap_ok "$(judge >/dev/null && echo 1 || echo 0)" 'a lost byte is one too'
sed -i '$d' "$FACTS/whole.tsv"
facts wrong2.txt 'Otra cosa.' kept
: >"$DIR/reply-own/data/wrong2.txt"
stated "${lines[@]}" 'wrong.txt\tvisible_equals\t\tHola.' 'wrong2.txt\tvisible_equals\t\tHola.'
tap_ok "$(judge >/dev/null && echo 1 || echo 0)" '20 of 22 do not reach it'
tap_end
