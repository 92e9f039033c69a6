#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# No password and no token is ever in a log: every program at its most talkative, the
# web server, and PostgreSQL writing down each statement with what is bound to it.
# Nor does the database hold one in clear, save in mail that has not left yet.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

SECRETS=$TEST_TMP/secrets
PGLOG=${TEST_PG%/*}/pg.log

secret() { # KIND VALUE
	[ -z "$2" ] || printf '%s\t%s\n' "$1" "$2" >>"$SECRETS"
}

# mailed PATTERN: of all mails that left
mailed() {
	find "$SITE/outbox" -path '*/new/*' -type f -exec cat {} + 2>/dev/null | perl -0777 -pe 's/=\r?\n//g; s/=3D/=/g' | grep -aoE "$1" | sort -u
}

settled() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# All that a site does with secrets
doors() {
	local csrf page who token
	sign_in ana.perez ana || return 1
	sign_in marisol.quesada marisol || return 1
	page=$(http knock GET /signin)
	http_cookies <<<"$page" >"$TEST_TMP/cookie.knock"
	csrf=$(value csrf <<<"$page")
	secret form "$csrf"
	secret password 'clave-equivocada-1'
	http knock POST /signin/password "csrf=$csrf&next=/&addr=ana.perez%40example.org&password=clave-equivocada-1" >/dev/null
	for who in julio.zelaya carmen.loaisiga; do
		http knock POST /signin "csrf=$csrf&next=/me&addr=$who%40example.org" >/dev/null
	done
	wait_for 20 settled || return 1
	for token in $(mailed '/signin/[a-z2-7]{16,}'); do
		http knock GET "$token" >/dev/null
		http knock POST "$token" "csrf=$csrf" >"$TEST_TMP/answer"
		secret session "$(http_cookies <"$TEST_TMP/answer" | sed 's/.*cabildo=\([a-z2-7]*\).*/\1/')"
		http knock POST "$token" "csrf=$csrf" >/dev/null # used up
	done
	csrf=$(http ana GET /me | value csrf)
	secret form "$csrf"
	http ana POST /account/address "csrf=$csrf&addr=ana.otra%40example.org" >/dev/null
	secret password 'clave-nueva-muy-larga'
	http ana POST /account/password "csrf=$csrf&before=prueba-agenda&after=clave-nueva-muy-larga" >/dev/null
	page=$(http ana POST /account/second-step "csrf=$csrf")
	secret 'second step' "$(grep -oE 'secret=[A-Z2-7]{16,}' <<<"$page" | head -n 1 | cut -d= -f2)"
	secret 'second step' "$(value sealed <<<"$page")"
	secret code 314159
	http ana POST /account/second-step/on "csrf=$csrf&sealed=$(value sealed <<<"$page")&code=314159" >/dev/null
	http ana POST /account/data "csrf=$csrf" >/dev/null
	csrf=$(http marisol GET /me | value csrf)
	http marisol POST /g/agenda/invitations "csrf=$csrf&act=send&who=invitada%40otra.example&lang=es" >/dev/null
}

# by mail: a stranger who would join, a post that waits, one in a member's name
letters() {
	local i=0 to from
	for to in agenda-join agenda agenda-request; do
		for from in nadie@otra.example julio.zelaya@example.org; do
			i=$((i + 1))
			printf '%s\n' "From: <$from>" "To: $to@$SITE_DOMAIN" 'Subject: baja' "Message-ID: <l$i@otra.example>" \
				'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' 'mis datos' | net_lmtp "$SITE_LMTP" "$from" "$to@$SITE_DOMAIN" || return 1
		done
	done
	wait_for 30 settled
}

# what was mailed is used, by the page and by mail, right and wrong
uses() {
	local path at
	for path in $(mailed '/(c|i|account/data)/[a-z2-7]{16,}' ) $(mailed '/[pu]/[0-9]+/[a-z2-7]{16}'); do
		http knock GET "$path" >/dev/null
		http knock POST "$path" "csrf=$(http knock GET /signin | value csrf)&act=accept&name=x" >/dev/null
	done
	for at in $(mailed '[a-z]+\+[cm][a-z2-7]{16,}@'); do
		printf '%s\n' 'From: <otro@otra.example>' "To: ${at}$SITE_DOMAIN" 'Subject: Re' "Message-ID: <u$RANDOM$RANDOM@otra.example>" \
			'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' 'si' | net_lmtp "$SITE_LMTP" otro@otra.example "$at$SITE_DOMAIN"
	done
	wait_for 30 settled
}

# found FILE...: the secrets that stand there
found() {
	local kind value
	while IFS=$'\t' read -r kind value; do
		LC_ALL=C grep -lF -- "$value" "$@" 2>/dev/null | sed "s|^.*/|$kind in |"
	done <"$SECRETS" | sort | uniq -c
}

kinds() {
	cut -f1 "$SECRETS" | sort -u | paste -sd' '
}

# rows: every row of every table but the mail that waits and what others wrote
rows() {
	local t
	for t in $(flow_sql "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('raw_chunk')"); do
		flow_sql "SELECT t::text FROM \"$t\" t" >"$TEST_TMP/rows.$t"
	done
	found "$TEST_TMP"/rows.*
}

# shellcheck disable=SC2034 # site.sh reads it
SITE_LOG=debug
: >"$SECRETS"
flow_sql "ALTER DATABASE \"${CABILDO_TEST_DATABASE##*dbname=}\" SET log_statement = 'all'" >/dev/null
before=$(wc -c <"$PGLOG")
flow_site
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
secret password prueba-agenda
tap_run 'all doors are used' doors
for who in ana marisol; do
	secret session "$(sed 's/.*cabildo=\([a-z2-7]*\).*/\1/' "$TEST_TMP/cookie.$who")"
done
tap_run 'letters come' letters
for p in '/signin/[a-z2-7]{16,}' '/c/[a-z2-7]{16,}' '/i/[a-z2-7]{16,}' '/account/data/[a-z2-7]{16,}' '[a-z]+\+[cm][a-z2-7]{16,}@' '/[pu]/[0-9]+/[a-z2-7]{16}'; do
	for v in $(mailed "$p"); do
		v=${v%@}
		secret mailed "$(grep -oE '[a-z2-7]{16,}$' <<<"$v")"
	done
done
tap_run 'and what was mailed is used' uses
tap_is 'there are secrets of every kind' "$(kinds)" 'code form mailed password second step session'
tap_ok "$([ "$(grep -c '^mailed' "$SECRETS")" -ge 6 ]; echo $?)" 'among them those of six mails or more' "$(cat "$SECRETS")"
tap_run 'the programs said what they did' grep -qh 'debug' "$SITE"/log/web.log
tap_none 'no program has one in its log' "$(found "$SITE"/log/*.log)"
tail -c "+$((before + 1))" "$PGLOG" >"$TEST_TMP/pg.all"
tap_run 'PostgreSQL wrote each statement down' grep -q 'parameters: ' "$TEST_TMP/pg.all"
# the text of a mail that waits is a value as well: with that setting it is there, without never
LC_ALL=C awk '/^[0-9]+-[0-9]+-[0-9]+ / { values = /DETAIL:  parameters: / } !values' "$TEST_TMP/pg.all" >"$TEST_TMP/pg.log"
tap_none 'PostgreSQL has none in its log' "$(found "$TEST_TMP/pg.log")"
grep -vE '^(mailed)' "$SECRETS" >"$TEST_TMP/never" && mv "$TEST_TMP/never" "$TEST_TMP/secrets.never"
tap_none 'and what is not mailed never even came to it' "$(SECRETS=$TEST_TMP/secrets.never found "$TEST_TMP/pg.all")"
tap_run 'the mails have left' wait_for 20 settled
tap_none 'no table has one' "$(rows)"
flow_sql "ALTER DATABASE \"${CABILDO_TEST_DATABASE##*dbname=}\" RESET log_statement" >/dev/null
flow_end
