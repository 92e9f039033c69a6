#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What cannot be read safely is set apart: answered 250, its bytes kept, nothing
# answered to its sender, and those who run the group are told, once a day, with
# the bytes. A message that the parser's limits refuse; one that the database
# refuses; one that ended its worker three times; and one for the site alone,
# which the administrators hear of.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
MAIL=$TEST_TMP/mail
ANA=ana.perez@example.org
OWNER=marisol.quesada@example.org
ADMIN=julio.zelaya@example.org
# shellcheck disable=SC2034 # site.sh reads it
SITE_WORKERS=1

# write FILE ID [HEADER...]: text from stdin
write() {
	local file=$MAIL/$1 id=$2
	shift 2
	{
		mail_make 'Ana Pérez' $ANA agenda@foro.example "Prueba $id" "$id" \
			'Mon, 16 Nov 2026 09:00:00 -0600' </dev/null | sed '/^$/d'
		[ $# -eq 0 ] || printf '%s\n' "$@"
		echo
		cat
	} | LC_ALL=C sed 's/$/\r/' >"$file"
}

# hand FILE [RECIPIENT]
hand() {
	"$LMTPSEND" --quiet --to "127.0.0.1:$SITE_LMTP" --from $ANA --rcpt "${2:-agenda@foro.example}" "$MAIL/$1"
}

last() {
	flow_sql "SELECT fate, rule, reason FROM intake ORDER BY id DESC LIMIT 1"
}

# kept FILE: the bytes of the last intake are those of the file, one by one
kept() {
	[ "$(flow_sql "SELECT encode(string_agg(bytes, ''::bytea ORDER BY n), 'hex') FROM raw_chunk
		WHERE raw_id = (SELECT raw_id FROM intake ORDER BY id DESC LIMIT 1)")" = \
		"$(od -An -v -tx1 "$MAIL/$1" | tr -d ' \n')" ]
}

letters() {
	grep -lr 'fue apartado' "$SITE/outbox/$1" 2>/dev/null | wc -l
}

told() {
	[ "$(letters "$1")" -eq "$2" ]
}

sent() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ]
}

tomorrow() {
	flow_sql "UPDATE notice_sent SET until = now() - interval '1 second'"
}

limits() {
	local letter i headers=()
	for ((i = 0; i < 6000; i++)); do headers+=("X-H$i: 1"); done
	write many many@example.org "${headers[@]}" <<<'Demasiados encabezados.'
	tap_run 'six thousand header lines: taken' hand many
	tap_is 'set apart' "$(last)" 'quarantined	malformed	too many header lines'
	tap_run 'its bytes are kept' kept many
	tap_run 'its fate can be looked up' grep -qx 'fate quarantined' <(site_cabildo trace many@example.org)
	tap_run 'the owner is told' wait_for 20 told $OWNER 1
	letter=$(grep -lr 'fue apartado' "$SITE/outbox/$OWNER")
	tap_run 'with the bytes' grep -q '^X-H5999: 1' "$letter"
	tap_run 'in her language, with the reason' grep -q 'demasiadas l' "$letter"
	tap_run 'by nobody whom a program answers' grep -q '^Auto-Submitted: auto-' "$letter"
	tap_is 'the moderator and the sender hear nothing' "$(letters rodrigo.mejia@example.org) $(letters $ANA)" '0 0'
	write more more@example.org "${headers[@]}" <<<'Otra vez.'
	tap_run 'another the same day: taken' hand more
	tap_run 'all mail has left' wait_for 20 sent
	tap_is 'the owner is told once a day' "$(letters $OWNER)" 1
	tap_is 'and both are on the record' "$(flow_sql "SELECT count(*) FROM intake WHERE fate = 'quarantined'")" 2
}

database() {
	tap_run 'another day' tomorrow
	tap_run 'the database takes no such text' flow_sql \
		"ALTER TABLE post ADD CONSTRAINT no_poison CHECK (body NOT LIKE '%veneno%')"
	write poison poison@example.org <<<'Esto es veneno.'
	tap_run 'a message with it: taken' hand poison
	tap_is 'set apart' "$(last)" 'quarantined	database	The database refused its text.'
	tap_run 'its bytes are kept' kept poison
	tap_is 'nothing of it is posted' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'poison@example.org'")" 0
	tap_run 'the owner is told' wait_for 20 told $OWNER 2
	tap_run 'the text goes again' flow_sql 'ALTER TABLE post DROP CONSTRAINT no_poison'
	write after after@example.org <<<'Esto no lo es.'
	tap_run 'the next one' hand after
	tap_is 'is posted' "$(last)" 'posted	posted	Nothing spoke against it.'
}

# locks GRANTED N: so many have the table, or stand before it
locks() {
	[ "$(flow_sql "SELECT count(*) FROM pg_locks WHERE granted = $1 AND mode IN ('AccessExclusiveLock', 'RowExclusiveLock')
		AND relation = 'message_seen'::regclass")" -eq "$2" ]
}

worker() {
	local pid
	pid=$(site_pid receive) && cut -d' ' -f1 "/proc/$pid/task/$pid/children"
}

crashes() {
	local i locker
	tap_run 'another day' tomorrow
	write deadly deadly@example.org <<<'Termina con quien lo lee.'
	mkfifo "$TEST_TMP/lock"
	"$PG_BIN/psql" -X -q -h "$TEST_PG" -U postgres -d "${CABILDO_TEST_DATABASE##*dbname=}" <"$TEST_TMP/lock" >/dev/null 2>&1 &
	locker=$!
	exec 7>"$TEST_TMP/lock"
	echo 'BEGIN; LOCK TABLE message_seen IN ACCESS EXCLUSIVE MODE;' >&7
	tap_run 'nobody can write a key' wait_for 20 locks true 1
	# a dead worker's connection stands there until the lock is gone
	for i in 1 2 3; do
		hand deadly >/dev/null 2>&1 &
		tap_run "attempt $i is in a worker's hands" wait_for 20 locks false "$i"
		kill -ABRT "$(worker)"
		wait $!
		tap_run "attempt $i was not answered 250" test $? -ne 0
	done
	echo 'COMMIT;' >&7
	exec 7>&-
	wait "$locker"
	tap_run 'the fourth: taken' wait_for 20 hand deadly
	tap_is 'set apart, unread' "$(last)" 'quarantined	malformed	It has ended the program that read it.'
	tap_run 'its bytes are kept' kept deadly
	tap_run 'the owner is told' wait_for 20 told $OWNER 3
}

nobodys() {
	tap_run 'to the postmaster: taken' hand many postmaster@foro.example
	tap_is 'set apart' "$(last)" 'quarantined	malformed	too many header lines'
	tap_run 'the administrator is told' wait_for 20 told $ADMIN 1
	tap_is 'the owner is not' "$(letters $OWNER)" 3
}

mkdir -p "$MAIL"
flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'the site has an administrator' site_cabildo account admin $ADMIN
limits
database
crashes
nobodys
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' \
	"$(site_complaints | grep -vE 'event=(worker_crashed|quarantined)|no_poison')"
tap_end
