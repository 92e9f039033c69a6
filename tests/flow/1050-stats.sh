#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Statistics: weeks counted once by cabildod and the present one anew, a chart with
# its table, decisions with their median; members see no address nor name, who runs
# the group how mail arrives. The plan of each read is an index's.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

counted() {
	[ "$(flow_sql "SELECT count(*) FROM list_week WHERE by_mail > 0")" -gt 0 ]
}

page() {
	http "$1" GET "$2" | tr '\n' ' '
}

delivered() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'with posts' demo_posts
tap_run 'with passwords' demo_passwords "$TEST_TMP/pw"
site_cabildo account admin itzel.barria@example.org
for who in marisol.quesada ana.perez itzel.barria; do sign_in $who; done
for n in 1 2 3; do
	mail_make 'Óscar' oscar@afuera.example "agenda@$SITE_DOMAIN" "Consulta $n" "o$n@afuera.example" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'¿?' |
		net_lmtp "$SITE_LMTP" oscar@afuera.example "agenda@$SITE_DOMAIN"
done
tap_run 'two decisions' site_cabildo hold discard 1 2
tap_run 'all copies have left' wait_for 30 delivered
flow_sql "UPDATE hold SET held_at = decided_at - interval '3 hours' WHERE decision IS NOT NULL" >/dev/null
site_end sched; site_start_sched
tap_run 'cabildod counts the weeks' wait_for 10 counted
tap_is 'all of them' "$(flow_sql 'SELECT count(*), sum(by_mail), sum(by_web), sum(threads) FROM list_week')" $'27\t7\t0\t3'
flow_sql "UPDATE list_week SET by_mail = 40 WHERE week = (SELECT min(week) FROM list_week)" >/dev/null
site_end sched; site_start_sched
tap_is 'a week that is over is not counted again' "$(sleep 2; flow_sql 'SELECT sum(by_mail) FROM list_week')" 47

text=$(page ana.perez /g/agenda/stats)
tap_run 'a member reads the figures' grep -q '2 decisiones en 26 semanas; la mitad tardó a lo sumo: 3 horas' <<<"$text"
tap_run 'in a chart with title and description' grep -q '<svg role="img" aria-labelledby="chart-title chart-desc".*<title id="chart-title">Mensajes por semana</title><desc' <<<"$text"
tap_is 'and the same as a table of 26 weeks' "$(grep -o '<tr><th scope="row">[0-9]' <<<"$text" | wc -l)" 26
tap_is 'no address, no name of anybody else' "$(sed 's/.*<main//' <<<"$text" | grep -cE '[a-z]@[a-z]|Óscar|Marisol|example.org')" 0
tap_is 'nor by which provider' "$(grep -c 'Proveedor' <<<"$text")" 0
tap_run 'the owner reads that too' grep -qE 'Proveedor.*example.org</th>.*100,0' <<<"$(page marisol.quesada /g/agenda/stats)"
tap_run 'the administrator of all' grep -q '3 hilos nuevos' <<<"$(page itzel.barria /admin/stats)"
tap_is 'no member, no figures' "$(http nobody GET /g/agenda/stats | sed -n '1s/.* \([0-9][0-9][0-9]\).*/\1/p')" 303

# 60,000 posts in the week: the pages read rows by the hundred
flow_sql "INSERT INTO post (list_id, thread_id, number, msgid, msgid_hash, author_name, author_addr, sent_at, source, lang, subject, body, html, search)
	SELECT 1, 1, 100 + g, 'x' || g, sha256(('x' || g)::bytea), 'A', 'a' || g % 50 || '@x.example', now() - g * interval '4 minutes', 'import', 'es', 's', 'b', 'b', ''
	FROM generate_series(1, 60000) g; ANALYZE post" >/dev/null
t0=$(date +%s%N)
tap_run 'a group of sixty thousand posts' grep -q 'personas escribieron' <<<"$(page ana.perez /g/agenda/stats)"
took=$((($(date +%s%N) - t0) / 1000000))
tap_is "has its page as soon ($took ms)" "$((took < 1500))" 1
flow_end
