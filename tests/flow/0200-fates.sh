#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that is answered 250 has its fate on the record and its bytes in
# the database, verbatim: posts, the same again, what is held and what is
# dropped, garbage, and three megabytes.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
MAIL=$TEST_TMP/mail
ANA=ana.perez@example.org
LIST=agenda@foro.example

# make FILE ID FROM [DATE [PARENT]]: text from stdin, CRLF lines, as it will be sent
make_mail() {
	mail_make "${3%@*}" "$3" "$LIST" "Prueba $2" "$2" "${4:-Mon, 16 Nov 2026 09:00:00 -0600}" \
		"${5:-}" | sed '$a\' | LC_ALL=C sed 's/$/\r/' >"$MAIL/$1"
}

# with FILE HEADER: one more header at the top
with() {
	{ printf '%s\r\n' "$2" && cat "$MAIL/$1"; } >"$MAIL/$1.new" && mv "$MAIL/$1.new" "$MAIL/$1"
}

# send FILE ENVELOPE-FROM RECIPIENT...: true where each was answered 250
send() {
	local file=$MAIL/$1 from=$2 to args=()
	shift 2
	for to; do args+=(--rcpt "$to"); done
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from "$from" "${args[@]}" "$file"
}

# fates ID: what the record says of it, oldest first, on one line
fates() {
	flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = '$1'"
}

# kept FILE [NTH]: the bytes of the last intake are those of the file, one by one
kept() {
	flow_sql "SELECT encode(string_agg(bytes, ''::bytea ORDER BY n), 'hex') FROM raw_chunk
		WHERE raw_id = (SELECT raw_id FROM intake WHERE raw_id IS NOT NULL ORDER BY id DESC LIMIT 1)" |
		tr -d '\n' >"$TEST_TMP/got"
	od -An -v -tx1 "$MAIL/$1" | tr -d ' \n' >"$TEST_TMP/sent"
	[ -s "$TEST_TMP/sent" ] && cmp "$TEST_TMP/got" "$TEST_TMP/sent"
}

count() {
	flow_sql "SELECT count(*) FROM $1"
}

# fate TEXT FILE ID FROM RECIPIENT WANTED: sent, taken, on the record, bytes kept
fate() {
	tap_run "$1: taken" send "$2" "$4" "$5"
	tap_is "$1: $6" "$(fates "$3")" "$6"
	tap_run "$1: its bytes are kept" kept "$2"
}

posts() {
	make_mail post f1@example.org $ANA <<<'Un mensaje.
.con un punto al principio,
..y con dos.'
	fate 'a post' post f1@example.org $ANA $LIST 'posted:posted'
	tap_run 'the same again: taken' send post $ANA $LIST
	tap_is 'the same again: a duplicate' "$(fates f1@example.org)" 'posted:posted duplicate:duplicate'
	# another way round: a further trace header, the same id, From and Date
	with post 'Received: from elsewhere.example by mx.foro.example; Mon, 16 Nov 2026 15:00:00 +0000'
	tap_run 'the same by another way: taken' send post $ANA $LIST
	tap_run 'its bytes are kept too, they are not the same' kept post
	tap_is 'one post of three' "$(count "post WHERE msgid = 'f1@example.org'")" 1
	make_mail reused f1@example.org julio.zelaya@example.org <<<'Otro texto.'
	fate 'its id with another From' reused f1@example.org julio.zelaya@example.org $LIST \
		'posted:posted duplicate:duplicate duplicate:duplicate held:id-reused'
	make_mail reused2 f1@example.org $ANA 'Tue, 17 Nov 2026 09:00:00 -0600' <<<'Otro día.'
	tap_run 'its id with another Date: taken' send reused2 $ANA $LIST
	tap_is 'and held' "$(flow_sql "SELECT fate, rule FROM intake ORDER BY id DESC LIMIT 1")" 'held	id-reused'
	tap_run 'the same again: taken' send reused $ANA $LIST
	tap_is 'a held one again makes no second hold' \
		"$(flow_sql "SELECT count(*) FROM hold WHERE msgid = 'f1@example.org'")" 2
	tap_is 'still one post' "$(count "post WHERE msgid = 'f1@example.org'")" 1
}

not_posted() {
	make_mail stranger f2@example.org extranjera@otra.example <<<'No soy del grupo.'
	fate 'a stranger' stranger f2@example.org extranjera@otra.example $LIST 'held:nonmember'
	tap_run 'a stranger again: taken' send stranger extranjera@otra.example $LIST
	tap_is 'makes no second hold' "$(count "hold WHERE msgid = 'f2@example.org'")" 1
	make_mail auto f3@example.org $ANA <<<'Estoy de vacaciones.'
	with auto 'Auto-Submitted: auto-replied'
	fate 'an automatic reply' auto f3@example.org $ANA $LIST 'dropped:automatic'
	make_mail null f4@example.org $ANA <<<'Sin camino de vuelta.'
	again 'an automatic reply' auto f3@example.org $ANA $LIST
	fate 'a null sender' null f4@example.org '' $LIST 'dropped:automatic'
	make_mail owner f5@example.org $ANA <<<'Para quienes administran.'
	fate 'to the owners' owner f5@example.org $ANA agenda-owner@foro.example 'held:to-owner'
	make_mail big f6@example.org $ANA < <(yes 'Demasiado largo.' | head -n 600)
	fate 'larger than the group takes' big f6@example.org $ANA chico@foro.example 'held:too-large'
	make_mail nobody f8@example.org $ANA <<<'Para nadie.'
	tap_run 'an unknown group: refused' unknown
	tap_is 'and not on the record' "$(fates f8@example.org)" ''
	judged_anew
}

# again TEXT FILE ID FROM RECIPIENT: it is on the record already, as what it is
again() {
	local before
	before=$(fates "$3")
	tap_run "$1 again: taken" send "$2" "$4" "$5"
	tap_is "$1 again: one record" "$(fates "$3")" "$before duplicate:duplicate"
	tap_run "$1 again: its bytes are kept" kept "$2"
}

# What was refused, or dropped, is judged anew when it may be posted.
judged_anew() {
	tap_run 'the group is made after all' site_cabildo list add nadie --title Nadie
	tap_run 'that takes what does not name it' site_cabildo list set nadie unaddressed=accept
	tap_run 'with her' site_cabildo member add nadie $ANA --name 'Ana Pérez'
	fate 'what was refused' nobody f8@example.org $ANA nadie@foro.example 'posted:posted'
	tap_run 'the group drops mail of others' site_cabildo list set nadie nonmember=drop
	make_mail later f10@example.org extranjera@otra.example <<<'Todavía no soy del grupo.'
	fate 'of another' later f10@example.org extranjera@otra.example nadie@foro.example 'dropped:nonmember'
	again 'of another' later f10@example.org extranjera@otra.example nadie@foro.example
	tap_run 'she joins' site_cabildo member add nadie extranjera@otra.example --name Extranjera
	fate 'what was dropped' later f10@example.org extranjera@otra.example nadie@foro.example \
		'dropped:nonmember duplicate:duplicate posted:posted'
}

unknown() {
	local out
	out=$(send nobody $ANA nadie@foro.example 2>&1) && return 1
	grep -E '^<f8@example.org> nadie@foro.example: 550 5\.1\.1 ' <<<"$out"
}

# Our own copy, as a member got it, fed back; and what comes to the bounce address.
returned() {
	local copy
	tap_run 'the copies of the first post leave' wait_for 20 demo_copied f1@example.org ana.perez
	copy=$(grep -rl '^Message-ID: <f1@example.org>' "$TEST_TMP/outbox" | head -n 1)
	sed -e 's/\r$//' -e 's/$/\r/' "${copy:-/dev/null}" >"$MAIL/loop"
	tap_run 'our own copy: taken' send loop $ANA $LIST
	tap_is 'our own copy: dropped' "$(flow_sql "SELECT fate, rule FROM intake ORDER BY id DESC LIMIT 1")" \
		'dropped	loop'
	tap_run 'our own copy: its bytes are kept' kept loop
	make_mail bounce f9@example.org postmaster@otra.example <<<'No se pudo entregar.'
	fate 'a bounce' bounce f9@example.org '' agenda-bounces@foro.example 'bounce:bounce-unproven'
	again 'a bounce' bounce f9@example.org '' agenda-bounces@foro.example
}

# lookups: how often an author was looked up. Only that statement asks for the newest
# rule of the moderators; the counts are there when the receiver has ended.
lookups() {
	flow_sql "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = 'acceptance_rule'"
}

again_receive() {
	site_end receive && site_start_receive
}

once() {
	local before
	tap_run 'the receiver begins anew' again_receive
	before=$(lookups)
	make_mail once g10@example.org $ANA <<<'A quien administra también.'
	tap_run 'to three addresses of a group: taken' send once $ANA $LIST agenda-owner@foro.example "${LIST/@/+x@}"
	tap_run 'and ends' again_receive
	tap_is 'who wrote it is looked up once' $(($(lookups) - before)) 1
}

# One transaction for two groups, the owners and nobody: a fate for each.
several() {
	make_mail two g1@example.org $ANA <<<'Para dos grupos.'
	tap_run 'to two groups: taken' send two $ANA $LIST otro@foro.example agenda-owner@foro.example
	tap_is 'a fate for each' "$(flow_sql "SELECT string_agg(l.name || '=' || i.fate, ' ' ORDER BY l.name, i.fate)
		FROM intake i JOIN list l ON l.id = i.list_id WHERE msgid = 'g1@example.org'")" \
		'agenda=held agenda=posted otro=posted'
	tap_is 'a post in each' "$(count "post WHERE msgid = 'g1@example.org'")" 2
}

garbage() {
	local n0 n1 i
	n0=$(count intake)
	# every byte but CR, LF and a dot at the beginning; three sorts of it
	head -c 60000 /dev/urandom | tr -d '\r\n' | tr '.' 'x' | fold -b -w 900 | sed '$a\' | LC_ALL=C sed 's/$/\r/' >"$MAIL/noise"
	printf 'From: %s\r\nMessage-ID: <g2@example.org>\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n' \
		"$ANA" | cat - "$MAIL/noise" >"$MAIL/noise2"
	printf 'Subject: \xff\xfe\x01 =?utf-8?B?////?=\r\nFrom: =?x?Q?=00?= <\xe1@\xe9>\r\n\r\n\x00\x00\xc3\x28\r\n' >"$MAIL/noise3"
	for i in noise noise2 noise3; do
		tap_run "$i: taken" send "$i" $ANA $LIST
		tap_run "$i: its bytes are kept" kept "$i"
	done
	n1=$(count intake)
	tap_is 'each has a fate' $((n1 - n0)) 3
}

large() {
	make_mail large g4@example.org $ANA < <(yes 'Tres megabytes de texto, línea por línea.' | head -c 3145728)
	fate '3 MB' large g4@example.org $ANA $LIST 'posted:posted'
	tap_is 'in chunks of 256 kB' "$(flow_sql "SELECT count(*), max(octet_length(bytes)), sum(octet_length(bytes)) = r.size, r.chunks
		FROM raw_chunk c JOIN raw_message r ON r.id = c.raw_id JOIN post p ON p.raw_id = r.id
		WHERE p.msgid = 'g4@example.org' GROUP BY r.id")" \
		"$(awk -v n="$(stat -c %s "$MAIL/large")" 'BEGIN { c = int((n + 262143) / 262144); print c "\t262144\tt\t" c }')"
}

threads() {
	local thread address
	thread=$(flow_sql "SELECT thread_id FROM post WHERE msgid = 'f1@example.org'")
	if ! command -v openssl >/dev/null; then
		tap_ok 0 'the address of a thread # SKIP there is no openssl'
		return
	fi
	address=$(flow_thread_address "$thread")
	make_mail hint g5@example.org $ANA <<<'Sin referencias, por la dirección.'
	fate 'to the address of a thread' hint g5@example.org $ANA "$address" 'posted:posted'
	tap_is 'it stands in that thread' "$(flow_sql "SELECT thread_id FROM post WHERE msgid = 'g5@example.org'")" "$thread"
	make_mail upper g6@example.org $ANA <<<'En mayúsculas.'
	tap_run 'the same address in capitals: taken' send upper $ANA "${address^^}"
	tap_is 'stands there too' "$(flow_sql "SELECT thread_id FROM post WHERE msgid = 'g6@example.org'")" "$thread"
	make_mail forged g7@example.org $ANA <<<'Con una firma inventada.'
	tap_run 'a forged address: taken' send forged $ANA "agenda+t$thread.aaaaaaaaaaaaaaaa@foro.example"
	tap_is 'is the plain one: a thread of its own' \
		"$(flow_sql "SELECT thread_id <> $thread FROM post WHERE msgid = 'g7@example.org'")" t
	joined_thread "$thread"
}

# joined_thread THREAD: an answer to what is not here yet makes a thread; what it
# answers arrives, belongs to THREAD, and takes that thread along. Its address stays good.
joined_thread() {
	local alone
	make_mail child g8@example.org $ANA '' missing@example.org <<<'Respondo a lo que no ha llegado.'
	tap_run 'an answer before what it answers: taken' send child $ANA "$LIST"
	alone=$(flow_sql "SELECT thread_id FROM post WHERE msgid = 'g8@example.org'")
	tap_is 'has a thread of its own' "$([ "$alone" != "$1" ] && echo yes)" yes
	make_mail parent missing@example.org $ANA '' f1@example.org <<<'Llega tarde.'
	tap_run 'what it answers: taken' send parent $ANA "$LIST"
	tap_is 'is in the thread, and so is the answer' "$(flow_sql "SELECT DISTINCT thread_id FROM post
		WHERE msgid IN ('g8@example.org', 'missing@example.org')")" "$1"
	make_mail late g9@example.org $ANA <<<'A la dirección del hilo que se unió.'
	tap_run 'mail to the address of the thread that was joined: taken' send late $ANA "$(flow_thread_address "$alone")"
	tap_is 'stands in the one it went into' "$(flow_sql "SELECT thread_id FROM post WHERE msgid = 'g9@example.org'")" "$1"
}

mkdir -p "$MAIL"
flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'a second one' site_cabildo list add otro --title Otro
tap_run 'and a small one' site_cabildo list add chico --title Chico
tap_run 'that takes little' site_cabildo list set chico max_size=2048
for list in otro chico; do # what is sent to them names another group
	tap_run "$list takes what does not name it" site_cabildo list set "$list" unaddressed=accept
done
for list in otro chico; do
	tap_run "she is a member of $list" site_cabildo member add $list $ANA --name 'Ana Pérez'
done
posts
not_posted
returned
several
once
garbage
large
threads
tap_is 'every hold and post is in the record' "$(flow_sql "SELECT (SELECT count(*) FROM post) =
	(SELECT count(DISTINCT post_id) FROM intake WHERE fate = 'posted'),
	(SELECT count(*) FROM hold) = (SELECT count(DISTINCT hold_id) FROM intake WHERE fate = 'held')")" 't	t'
flow_end
