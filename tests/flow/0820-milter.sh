#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# cabildo-milter behind a real Postfix: what no group will take is refused in the
# SMTP dialogue with an enhanced code and one sentence in the group's language;
# nothing of it enters the queue and no bounce leaves. What is held or taken goes
# on as before, and without the database or the milter mail still comes in.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'

FLOW_ALSO=postfix_stop

# the lines of docs/install.md
postfix_milter() {
	postconf -c "$TEST_TMP/postfix" -e "smtpd_milters = inet:127.0.0.1:$SITE_MILTER" \
		'milter_default_action = accept' 'milter_protocol = 6' 'message_size_limit = 40000000' &&
		postfix -c "$TEST_TMP/postfix" reload >>"$TEST_TMP/postfix.out" 2>&1
}

groups() {
	site_cabildo list add puertas --title Puertas --lang es && site_cabildo list add doors --title Doors --lang en &&
		site_cabildo list set puertas nonmember=refuse max_size=20000 file_types=.exe &&
		site_cabildo list set doors nonmember=refuse &&
		site_cabildo member add puertas ana@example.org --name Ana && site_cabildo member add doors luz@example.org --name Luz
}

# mail FROM TO ID [HEADER...]: text from stdin
mail() {
	local from=$1 to=$2 id=$3
	shift 3
	{
		[ $# -eq 0 ] || printf '%s\n' "$@"
		AUTHSERV=$SITE_DOMAIN.none mail_make Alguien "$from" "$to" "Asunto $id" "$id@m.example" 'Mon, 16 Nov 2026 09:00:00 -0600'
	} | net_smtp "$POSTFIX_PORT" "${ENVELOPE:-$from}" "$to" ${ALSO:-}
}

# refused PATTERN MAIL-ARG...: the answer after DATA matches
refused() {
	local want=$1 reply
	shift
	reply=$(mail "$@") && { echo "taken: $reply"; return 1; }
	echo "$reply"
	grep -qE "$want" <<<"$reply"
}

recorded() {
	[ "$(flow_sql "SELECT count(*) FROM intake WHERE msgid = '$1@m.example'")" = 1 ]
}

fate() {
	flow_sql "SELECT fate FROM intake WHERE msgid = '$1@m.example'"
}

attachment() {
	printf 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntexto\n--b\nContent-Type: application/x-msdownload\n'
	printf 'Content-Disposition: attachment; filename="informe.exe"\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAA=\n--b--\n'
}

with_file() {
	{
		printf 'From: Ana <ana@example.org>\nTo: <puertas@%s>\nSubject: Informe\nMessage-ID: <r4@m.example>\nDate: Mon, 16 Nov 2026 09:00:00 -0600\n' "$SITE_DOMAIN"
		attachment
	} | net_smtp "$POSTFIX_PORT" ana@example.org "puertas@$SITE_DOMAIN"
}

file_refused() {
	local reply
	reply=$(with_file) && { echo "taken: $reply"; return 1; }
	echo "$reply"
	grep -qE '^554 5\.6\.1 ' <<<"$reply"
}

loop_of() {
	printf 'X-Loop: puertas@%s' "$SITE_DOMAIN"
}

nothing_left() {
	postfix_empty && [ "$(grep -cE 'sender non-delivery|status=bounced' "$TEST_TMP/postfix/log")" = 0 ] &&
		[ "$(flow_sql "SELECT count(*) FROM intake WHERE msgid ~ '^r[0-9]'")" = 0 ]
}

SITE_MILTER=$(net_free_port)
flow_site 'receive milter'
tap_run 'two groups are made' groups
tap_run 'Postfix runs' postfix_start
tap_run 'and asks the milter' postfix_milter
wait_for 10 net_listening "$POSTFIX_PORT"

tap_run 'a stranger is refused, in Spanish' refused '^550 5\.7\.1 [A-Z][ -~]+\.$' otro@fuera.example "puertas@$SITE_DOMAIN" r1 <<<'Hola.'
tap_run 'another group says it in English' refused '^550 5\.7\.1 Only members write' otro@fuera.example "doors@$SITE_DOMAIN" r2 <<<'Hello.'
flow_sql "INSERT INTO ban (addr) VALUES ('mala@example.org')" >/dev/null
ENVELOPE=buena@example.org tap_run 'a banned author behind another envelope' refused '^550 5\.7\.1 ' mala@example.org "puertas@$SITE_DOMAIN" r3 <<<'Hola.'
tap_run 'a type of file that the group does not take' file_refused
tap_run 'a message over its limit' refused '^552 5\.3\.4 ' ana@example.org "puertas@$SITE_DOMAIN" r5 < <(head -c 30000 /dev/zero | tr '\0' 'x' | fold -w 70; echo)
tap_run 'one that has been through the group' refused '^554 5\.4\.6 ' ana@example.org "puertas@$SITE_DOMAIN" r6 "$(loop_of)" <<<'Hola.'
tap_run 'nothing entered the queue, no bounce was made, nothing reached us' nothing_left

tap_run 'a member posts' mail ana@example.org "puertas@$SITE_DOMAIN" ok1 <<<'Hola a todas y todos.'
tap_run 'and is on the record' wait_for 20 recorded ok1
ALSO="doors@$SITE_DOMAIN" tap_run 'one to two groups, of which one takes it, is taken' mail ana@example.org "puertas@$SITE_DOMAIN" ok2 <<<'A dos.'
tap_run 'mail to those who run a group always is' mail otro@fuera.example "puertas-owner@$SITE_DOMAIN" ok3 <<<'Ayuda.'
tap_run 'and kept' wait_for 20 recorded ok3

site_end milter
tap_run 'without the milter mail comes in' mail otro@fuera.example "puertas@$SITE_DOMAIN" ok4 <<<'Hola.'
tap_run 'and is on the record' wait_for 20 recorded ok4
tap_run 'a stranger then waits or is told, never posts' test "$(fate ok4)" != posted

SITE_DB_REAL=$SITE_DB SITE_DB="host=$TEST_TMP/nowhere dbname=none"
site_conf
tap_run 'the milter runs without a database' site_start_milter
tap_run 'it accepts, as milter_away says' mail otro@fuera.example "puertas@$SITE_DOMAIN" ok5 <<<'Hola.'
site_end milter
echo 'milter_away = tempfail' >>"$SITE/cabildo.conf"
tap_run 'or is told to put off' site_start_milter
tap_run 'then the sender tries again later' refused '^451 4\.[0-9]\.[0-9] ' otro@fuera.example "puertas@$SITE_DOMAIN" r7 <<<'Hola.'
site_end milter
SITE_DB=$SITE_DB_REAL
site_conf
postfix_stop
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained but of the database' "$(site_complaints | grep -vE 'event=(db_|not_asked)')"
tap_end
