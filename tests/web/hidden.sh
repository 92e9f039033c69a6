#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# alone: yes
# Whoever is not of a private group cannot tell it from one that is not there: not
# by status, words, length or time of any page, nor by search, feeds, permalinks,
# raw messages, attachments, counts; and cannot tell which addresses are known here.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

people() {
	local list
	for list in cerrado secreto; do
		site_cabildo list add $list --title 'Grupo zanzibar' --description 'Cosas de zanzibar' --lang es &&
			site_cabildo member add $list ana.perez@example.org --name 'Ana Pérez' &&
			site_cabildo member add $list rodrigo.mejia@example.org --role moderator || return 1
	done
	site_cabildo list set cerrado visibility=members && site_cabildo list set secreto visibility=hidden &&
		printf 'prueba-agenda' | site_cabildo account password ana.perez@example.org --stdin &&
		printf 'prueba-agenda' | site_cabildo account password julio.zelaya@example.org --stdin
}

# post LIST ID WORD: with a file
post() {
	local word=$3
	printf '%s\r\n' 'From: Ana Pérez <ana.perez@example.org>' "To: $1@$SITE_DOMAIN" "Subject: Asunto $word" \
		"Message-ID: <$2>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" \
		'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=x' '' \
		'--x' 'Content-Type: text/plain; charset=utf-8' '' "Texto $word." \
		'--x' 'Content-Type: text/plain; name=archivo.txt' 'Content-Disposition: attachment; filename=archivo.txt' '' 'zanzibar' '--x--' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "$1@$SITE_DOMAIN"
}

# An attachment's link, as a digest or copy would carry it, and one that is nobody's
held() {
	printf '%s\r\n' 'From: X <x@otra.example>' "To: cerrado@$SITE_DOMAIN" 'Subject: En espera zanzibar' 'Message-ID: <h1@otra.example>' \
		'Date: Mon, 16 Nov 2026 09:00:00 -0600' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=otra.example" '' 'zanzibar' |
		net_lmtp "$SITE_LMTP" x@otra.example "cerrado@$SITE_DOMAIN"
}

# shellcheck disable=SC2034 # site.sh reads it
SITE_WORKERS=1
flow_site 'receive web http'
tap_run 'the open group is made' demo_group
tap_run 'and two private ones' people
# numbers that no other group has
flow_sql "UPDATE list SET next_thread = 4000 + id WHERE name IN ('cerrado', 'secreto')" >/dev/null
tap_run 'a post in one' post cerrado c1@example.org zanzibar
tap_run 'a post in the other' post secreto s1@example.org zanzibar
tap_run 'a post in the open one' post agenda a1@example.org abierto
tap_run 'one that waits' held
tap_run 'a member signs in' sign_in ana.perez ana
tap_run 'somebody of another group signs in' sign_in julio.zelaya julio
tap_verdicts "$TOP/tests/web/hidden.pl" "$TOP/web/route/routes.def" \
	"$(flow_sql "SELECT t.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 'c1@example.org'")" \
	"$(flow_sql "SELECT t.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 's1@example.org'")" \
	"$(flow_sql "SELECT id FROM hold LIMIT 1")" \
	"$(flow_sql "SELECT t.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 'a1@example.org'")"
flow_end
