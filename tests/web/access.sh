#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 200
# Who may do what: tests/web/access.tsv, every route of the table as every
# role; a route without a row fails. A POST needs a token of one's own; no GET
# writes a row anywhere, and nothing refused does.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

# who | address; `elsewhere` moderates another group, `outsider` belongs to one
ROLES='outsider|nadia.soto@example.org
member|ana.perez@example.org
elsewhere|omar.lima@example.org
moderator|rodrigo.mejia@example.org
owner|marisol.quesada@example.org
admin|pilar.santos@example.org'

people() {
	local who address
	site_cabildo list add reservado --title 'Grupo reservado' --lang es || return 1
	site_cabildo list add otro --title 'Otro grupo' --lang es || return 1
	site_cabildo member add otro nadia.soto@example.org --name 'Nadia Soto' || return 1
	site_cabildo member add otro omar.lima@example.org --name 'Omar Lima' --role moderator || return 1
	site_cabildo member add otro pilar.santos@example.org --name 'Pilar Santos' || return 1
	site_cabildo account admin pilar.santos@example.org || return 1
	site_cabildo member add reservado marisol.quesada@example.org --role owner || return 1
	site_cabildo member add reservado rodrigo.mejia@example.org --role moderator || return 1
	site_cabildo member add reservado ana.perez@example.org || return 1
	while IFS='|' read -r who address; do
		printf 'prueba-agenda' | site_cabildo account password "$address" --stdin || return 1
	done <<<"$ROLES"
}

# mail LIST ID SUBJECT FROM
mail() {
	mail_make 'Alguien' "$4" "$1@$SITE_DOMAIN" "$3" "$2" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto de $3." |
		net_lmtp "$SITE_LMTP" "$4" "$1@$SITE_DOMAIN"
}

# with_file LIST ID: a post with a file, from a member
with_file() {
	printf '%s\r\n' 'From: Ana Pérez <ana.perez@example.org>' "To: $1@$SITE_DOMAIN" 'Subject: Con archivo' \
		"Message-ID: <$2>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" \
		'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=x' '' \
		'--x' 'Content-Type: text/plain; charset=utf-8' '' 'Va el acta.' \
		'--x' 'Content-Type: text/plain; name=acta.txt' 'Content-Disposition: attachment; filename=acta.txt' '' 'Acta.' '--x--' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "$1@$SITE_DOMAIN"
}

posts() {
	with_file agenda a1@example.org && with_file reservado r1@example.org &&
		mail agenda h1@otra.example 'En espera' oscar.ruiz@otra.example
}


# Every row of every table, as one number.
fingerprint() {
	flow_sql "SELECT md5(string_agg(query_to_xml(format('SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t',
			schemaname, tablename), true, true, '')::text, '' ORDER BY tablename))
		FROM pg_tables WHERE schemaname = 'public'"
}

verdicts() {
	local verdict text why
	while IFS=$'\t' read -r verdict text why; do
		tap_is "$text" "$verdict${why:+: $why}" ok
	done <"$1"
}

walk() {
	perl "$TOP/tests/web/access.pl" "$SITE_HTTP" "$TOP/web/route/routes.def" "$TOP/tests/web/access.tsv" \
		"$TEST_TMP/names" "$TEST_TMP/roles" "$1" >"$TEST_TMP/$1"
	tap_is "the walk ($1) came to its end" $? 0
	verdicts "$TEST_TMP/$1"
}

flow_site 'receive web http'
tap_run 'the group is made' demo_group
tap_run 'people of every kind' people
tap_run 'posts, and one that waits' posts
: >"$TEST_TMP/roles"
while IFS='|' read -r who address; do
	tap_run "$who signs in" sign_in "${address%@*}" "$who"
	printf '%s\t%s\n' "$who" "$(cat "$TEST_TMP/cookie.$who")" >>"$TEST_TMP/roles"
done <<<"$ROLES"
# one of the member's
flow_sql "INSERT INTO digest_issue (account_id, list_id, subscription_id, period, every, form, since_at, until_at, blocks, followed, threads, posts,
		groups, several, made_at)
	SELECT s.account_id, 0, s.id, current_date, 'weekly', 'summary', now() - interval '7 days', now(), '{}', 0, 0, 0, 0, false, now()
	FROM subscription s JOIN address a ON a.id = s.address_id WHERE a.addr = 'ana.perez@example.org' ORDER BY s.id LIMIT 1" >/dev/null
# what a digest of the member's has
tap_run 'links of digests open' site_cabildo list set reservado read_links=true
reading=$(site_cabildo digest preview ana.perez@example.org --list reservado | grep -oE '/r/[0-9]+-[0-9]+-[0-9]+-[a-z2-7]{16}' | head -n 1 | cut -c4-)
tap_run 'a digest has one' test -n "$reading"
cat >"$TEST_TMP/names" <<-NAMES
	open=agenda
	private=reservado
	hold=$(flow_sql "SELECT id FROM hold WHERE msgid = 'h1@otra.example'")
	digest=$(flow_sql "SELECT id FROM digest_issue")
	reading=$reading
	forged=${reading%????}aaaa
NAMES

before=$(fingerprint)
walk GET
tap_is 'no GET wrote a row' "$(fingerprint)" "$before"
walk refused
tap_is 'nothing refused wrote a row' "$(fingerprint)" "$before"
walk allowed
tap_run 'what is allowed does' test "$(fingerprint)" != "$before"
flow_end
