#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# An archive comes into a group: what archives get wrong, the same again makes
# nothing, a broken-off import goes on, any order gives the same threads, and
# nobody is sent anything. With CORPORA, real archives as well.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

BOX=$TEST_TMP/box
THREADS="$TOP/tests/load/threads_agree"
mkdir "$BOX"

# the programs of this build, not the installed ones
export CABILDO_LIBEXECDIR=$BUILD

# import LIST FILE...: the last line.
import() {
	site_cabildo import "$@" 2>"$TEST_TMP/err" | tail -n 1
}

# The threads of a list as sets of ids, to be compared.
partition() {
	flow_sql "SELECT string_agg(msgid, ' ' ORDER BY msgid) FROM post p JOIN list l ON l.id = p.list_id
		WHERE l.name = '$1' GROUP BY thread_id ORDER BY 1" | sha256sum
}

# msg N [HEADER...]: message N of the archive; its separator has its own date.
msg() {
	local n=$1
	shift
	printf 'From ana en example.org  Mon Mar  2 20:08:%02d 2009\n' "$n"
	printf 'From: ana en example.org (Ana Pérez)\nDate: Mon, 2 Mar 2009 20:08:%02d +0000\n' "$n"
	[ $# -eq 0 ] || printf '%s\n' "$@"
	printf '\nTexto %d.\n' "$n"
}

odd_archive() {
	{
		msg 1 'Message-ID: <a1@x>' 'Subject: Uno'
		printf '\nFrom aquí en adelante.\n>From citada.\n\n'
		# answered before it comes, and twice in the file
		msg 2 'Message-ID: <a2@x>' 'In-Reply-To: <a4@x>' 'Subject: Re: Dos' && echo
		msg 3 'Message-ID: <a3@x>' 'Subject: Otro' && echo
		msg 3 'Message-ID: <a3@x>' 'Subject: Otro' && echo
		# the empty line is lost
		msg 4 'Message-ID: <a4@x>' 'References: <a1@x>' 'Subject: Dos'
		# neither ids nor references: the subject
		msg 5 'Subject: =?utf-8?Q?Reuni=C3=B3n?=' && echo
		msg 6 'Subject: Re: =?utf-8?Q?reuni=C3=B3n?=' && echo
		# the id of another message
		msg 7 'Message-ID: <a1@x>' 'Subject: Ajeno' && echo
		# no usable date; Latin-1 that nobody declared; NUL
		printf 'From x@y.z Tue Mar  3 10:11:12 2009\nFrom: x@y.z\nDate: mañana\n'
		printf 'Message-ID: <a8@x>\nSubject: Fecha\n\nSe\361or\000a\n\n'
		printf 'From x@y.z Tue Mar  3 10:11:12 2009\nMessage-ID: <a9@x>\nFrom: x@y.z\nDate: \n'
		printf 'Subject: Sin fecha\n\nnada\n'
	} >"$BOX/odd.mbox"
}

col() {
	flow_sql "SELECT $2 FROM post WHERE msgid = '$1'"
}

odd() {
	odd_archive
	local want='messages 10 posts 8 duplicates 1 rejected 1 threads 5'
	tap_is 'a dry run says what would come' "$(import agenda "$BOX/odd.mbox" --dry-run)" "$want"
	tap_is 'and writes nothing' "$(flow_sql 'SELECT count(*) FROM post')" 0
	tap_is 'an archive comes in' "$(import agenda "$BOX/odd.mbox")" "$want"
	tap_run 'what is rejected is named with file and place' grep -qE \
		"odd\.mbox: offset $(grep -aboE '^From .*20:08:07 2009' "$BOX/odd.mbox" | cut -d: -f1): its Message-ID" \
		"$TEST_TMP/err"
	tap_is 'a text keeps its lines' "$(col a1@x body)" \
		$'Texto 1.\n\nFrom aquí en adelante.\nFrom citada.'
	tap_is 'a thread is one, answered before or after' "$(flow_sql "SELECT count(DISTINCT thread_id)
		FROM post WHERE msgid IN ('a1@x', 'a2@x', 'a4@x')")" 1
	tap_is 'without ids the subject threads' "$(flow_sql "SELECT count(DISTINCT thread_id), count(*)
		FROM post WHERE lower(subject) = 'reunión'")" '1	2'
	tap_is 'undeclared Latin-1 is read' "$(col a8@x body)" 'Señora'
	tap_is 'an impossible date is the separator'\''s' \
		"$(col a8@x "sent_at AT TIME ZONE 'UTC', sent_guessed")" '2009-03-03 10:11:12	t'
	tap_is 'an address of a page is an address' "$(col a3@x author_addr)" ana@example.org
	tap_is 'its name too' "$(col a3@x author_name)" 'Ana Pérez'
	want='messages 10 posts 0 duplicates 9 rejected 1 threads 0'
	tap_is 'the same again makes nothing' "$(import agenda "$BOX/odd.mbox")" "$want"
	tap_is 'a dry run knows' "$(import agenda "$BOX/odd.mbox" --dry-run)" "$want"
	tap_is 'nobody is sent anything' "$(flow_sql 'SELECT (SELECT count(*) FROM outbound),
		(SELECT count(*) FROM notice), (SELECT count(*) FROM hold)')" '0	0	0'
	tap_is 'the group'\''s counts are right' "$(flow_sql "SELECT post_count, thread_count,
		(SELECT count(*) FROM thread t WHERE t.list_id = l.id AND moved_to IS NULL)
		FROM list l WHERE name = 'agenda'")" '8	5	5'
}

# Other shapes of archives: packed, Maildir, single files.
shapes() {
	local d=$BOX/maildir
	mkdir -p "$d"/{cur,new,tmp}
	gzip -c "$BOX/odd.mbox" >"$BOX/odd.mbox.gz"
	tap_is 'a packed archive' "$(import dos "$BOX/odd.mbox.gz" | cut -d' ' -f1-4)" 'messages 10 posts 8'
	msg 1 'Message-ID: <m1@x>' 'Subject: M' | tail -n +2 >"$d/cur/1:2,S"
	msg 2 'Message-ID: <m2@x>' 'Subject: M' 'In-Reply-To: <m1@x>' | tail -n +2 >"$d/new/2"
	msg 3 'Message-ID: <m3@x>' 'Subject: M' | tail -n +2 >"$d/tmp/3"
	tap_is 'a Maildir' "$(import tres "$d")" 'messages 2 posts 2 duplicates 0 rejected 0 threads 1'
	head -c 300 "$BOX/odd.mbox.gz" >"$BOX/cut.gz"
	site_cabildo import tres "$BOX/cut.gz" >/dev/null 2>"$TEST_TMP/err"
	tap_is 'a cut-off file is an error' $? 66
	tap_run 'and said' grep -q 'cut.gz: offset .*cut off' "$TEST_TMP/err"
	site_cabildo import nadie "$BOX/odd.mbox" >/dev/null 2>&1
	tap_is 'no such group' $? 65
}

# 1,500 messages in threads of five, each naming the one before; in three orders.
orders() {
	local i k
	for ((i = 0; i < 1500; i++)); do
		k=("Message-ID: <o$i@x>" "Subject: Hilo $((i / 5))")
		((i % 5 == 0)) || k+=("In-Reply-To: <o$((i - 1))@x>")
		msg $((i % 60)) "${k[@]}" | tail -n +2 >"$BOX/o.$(printf %04d "$i")"
	done
	mkdir "$BOX/o" && mv "$BOX"/o.* "$BOX/o"
	tap_is 'in order' "$(import cuatro "$BOX/o")" \
		'messages 1500 posts 1500 duplicates 0 rejected 0 threads 300'
	find "$BOX/o" -type f | sort -r >"$TEST_TMP/names"
	xargs -a "$TEST_TMP/names" "$BUILD/cabildo" --config "$SITE/cabildo.conf" import cinco \
		>"$TEST_TMP/out" 2>&1
	tap_is 'backwards' "$(tail -n 1 "$TEST_TMP/out")" \
		'messages 1500 posts 1500 duplicates 0 rejected 0 threads 300'
	tap_is 'the same threads' "$(partition cinco)" "$(partition cuatro)"
	sort -R --random-source=<(yes) "$TEST_TMP/names" -o "$TEST_TMP/names"
	# killed on its way, and once more
	xargs -a "$TEST_TMP/names" "$BUILD/cabildo" --config "$SITE/cabildo.conf" import seis \
		>"$TEST_TMP/out" 2>&1 &
	wait_for 20 some_there seis
	pkill -KILL -P $! 2>/dev/null
	wait
	xargs -a "$TEST_TMP/names" "$BUILD/cabildo" --config "$SITE/cabildo.conf" import seis \
		>"$TEST_TMP/out" 2>&1
	tap_is 'shuffled, killed and taken up: all there' \
		"$(flow_sql "SELECT post_count, thread_count FROM list WHERE name = 'seis'")" '1500	300'
	tap_is 'and the same threads' "$(partition seis)" "$(partition cuatro)"
}

some_there() {
	[ "$(flow_sql "SELECT post_count > 0 FROM list WHERE name = '$1'")" = t ]
}

# real SHARE LIST: an archive whose threads the source states.
real() {
	local set=$CORPORA/archive-$2 line
	[ -d "$set" ] || return 0
	import "$2" "$set/data" >"$TEST_TMP/out"
	read -r _ m _ p _ d _ r _ <"$TEST_TMP/out"
	tap_is "$2: nothing is lost" "$m" $((p + d + r))
	tap_is "$2: the same again is the same" "$(import "$2" "$set/data")" \
		"messages $m posts 0 duplicates $((p + d)) rejected $r threads 0"
	line=$("$THREADS" "$TEST_PG" "${CABILDO_TEST_DATABASE##*dbname=}" "$2" "$set"/threads*.tsv)
	sed 's/^/# /' <<<"$line"
	tap_run "$2: its threads are the source's, $1 of 100 at least" \
		awk -v least="$1" '/ share / { ok = $10 >= least } END { exit !ok }' <<<"$line"
	tap_run "$2: what is not is explained by a rule" grep -q ' unexplained 0$' <<<"$line"
}

# An empty site gets the index of its words at the end, also after a death in between.
index_def() {
	flow_sql "SELECT indexdef FROM pg_indexes WHERE indexname = 'post_search'"
}

emptied() {
	flow_sql 'SET client_min_messages = warning; TRUNCATE list, raw_message, raw_chunk, message_seen, post, thread, thread_ref,
		ref_wait, thread_participant, post_redirect, attachment CASCADE'
}

index() {
	local def
	def=$(index_def)
	import agenda "$BOX/odd.mbox" >/dev/null
	tap_is 'the index of words is as it was' "$(index_def)" "$def"
	flow_sql 'DROP INDEX post_search'
	import agenda "$BOX/odd.mbox" >/dev/null
	tap_is 'one that a killed import left out is made by the next' "$(index_def)" "$def"
	emptied
	for list in agenda dos tres; do site_cabildo list add "$list" >/dev/null; done
	cat "$BOX/odd.mbox" >"$BOX/long.mbox"
	for ((i = 0; i < 40; i++)); do
		sed "s/@x>/.$i@x>/" "$BOX/odd.mbox" && echo
	done >>"$BOX/long.mbox"
	site_cabildo import dos "$BOX/long.mbox" >/dev/null 2>&1 &
	wait_for 20 index_gone
	pkill -KILL -P $! 2>/dev/null
	wait
	import dos "$BOX/long.mbox" >/dev/null
	parser_killed
	tap_is 'killed while it had none: it is there again' "$(index_def)" "$def"
	tap_is 'and finds' "$(flow_sql "SELECT count(*) > 40 FROM post WHERE search @@ to_tsquery('spanish', 'citada')")" t
	emptied
	for list in agenda dos tres cuatro cinco seis linux-man usrp-users twisted-web twisted-python r-help-es; do
		site_cabildo list add "$list" >/dev/null
	done
}

# A process that parses dies for no fault of a message: nothing is rejected.
parser_killed() {
	local i box=$BOX/many.mbox
	for ((i = 0; i < 300; i++)); do
		sed "s/@x>/.p$i@x>/" "$BOX/odd.mbox" && echo
	done >"$box"
	"$BUILD/cabildo" --config "$SITE/cabildo.conf" import tres "$box" >"$TEST_TMP/out" 2>"$TEST_TMP/err" &
	wait_for 20 two_parsers $!
	xargs kill -KILL <"$TEST_TMP/parsers"
	wait $!
	tap_is 'parsers that are killed are replaced' "$(grep -c event=parser_ended "$TEST_TMP/err")" 2
	tap_is 'and no message is lost with them' "$(tail -n 1 "$TEST_TMP/out" | cut -d' ' -f1-4)" 'messages 3000 posts 1802'
}

two_parsers() {
	pgrep -P "$1" >"$TEST_TMP/parsers" && [ "$(wc -l <"$TEST_TMP/parsers")" = 2 ]
}

index_gone() {
	[ -z "$(index_def)" ] || [ "$(flow_sql 'SELECT count(*) > 0 FROM post')" = t ]
}

flow_conf
for list in agenda dos tres cuatro cinco seis linux-man usrp-users twisted-web twisted-python r-help-es; do
	site_cabildo list add "$list" >/dev/null || exit 1
done
odd_archive
index
odd
shapes
orders
if [ -d "${CORPORA:-}" ]; then
	real 99 linux-man
	real 99 usrp-users
	real 99 twisted-web
	if [ -n "${TEST_LONG:-}" ]; then
		real 96 twisted-python
		real 95 r-help-es
	fi
fi
tap_end
