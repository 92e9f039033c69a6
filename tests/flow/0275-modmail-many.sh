#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 200
# Not a storm of mail: beyond five what waits is told in one mail, also what was
# decided; who wants one mail a day or none gets that. Requests to join and the command
# line go through the same door.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/modmail.sh
. "$TOP/tests/lib/modmail.sh"

# of a notice nothing but the ledger's row stays, once it is sent
notices() {
	flow_sql "SELECT string_agg(n, ' ') FROM (SELECT notice_kind || ':' || count(*) n FROM delivery
		WHERE addr = '$1' AND notice_kind LIKE 'held%' GROUP BY notice_kind ORDER BY notice_kind) x"
}

are() {
	[ "$(notices "$1")" = "$2" ]
}

flow_site 'receive deliver sched'
tap_run 'the group is made' demo_group
tap_run 'the undo window is long' site_cabildo hold window 600
tap_run 'a third person moderates, and wants no such mail' site_cabildo member set agenda julio.zelaya@example.org role=moderator
tap_run 'that is set' site_cabildo member set agenda julio.zelaya@example.org moderator_notices=none
tap_run 'the owner wants one a day' site_cabildo member set agenda $OWNER moderator_notices=digest
tap_run 'there is no other way' fails site_cabildo member set agenda $OWNER moderator_notices=hourly

for i in 1 2 3 4 5 6 7 8; do
	mail "m$i@afuera.example" "Tema $i" <<<"Texto $i." || break
done
tap_is 'eight wait' "$(flow_sql 'SELECT count(*) FROM hold WHERE decided_at IS NULL')" 8
tap_run 'the moderator has five mails' wait_for 20 are $MODERATOR held:5
tap_is 'the owner none yet' "$(notices $OWNER)" ''
tap_is 'who wants none is not noted' "$(flow_sql "SELECT count(*) FROM hold_notice n JOIN address a USING (account_id) WHERE a.addr = 'julio.zelaya@example.org'")" 0

# -- ten minutes later: the other three in one mail
tap_run 'ten minutes pass' flow_sql "UPDATE hold_notice SET made_at = made_at - interval '11 minutes' WHERE how = 'bundle'"
tap_run 'one mail lists the rest' wait_for 20 are $MODERATOR 'held:5 held-several:1'
tap_run 'it is here' wait_for 20 got $MODERATOR '^Subject: \[agenda\] 3 esperan su decisión'
text "$(got $MODERATOR '3 esperan su decisión')" >"$TEST_TMP/several"
for i in 6 7 8; do
	tap_run "it lists no. $i" grep -qx "Tema $i" "$TEST_TMP/several"
done
tap_is 'each with an address of its own' "$(grep -oE 'mailto:agenda\+m[a-z2-7]{32}@' "$TEST_TMP/several" | sort -u | wc -l)" 3
to=$(grep -A3 -x 'Tema 7' "$TEST_TMP/several" | grep -oE 'agenda\+m[a-z2-7]{32}@foro.example')
tap_run 'one of them decides' answer $MODERATOR "$to" c7@example.org aprobar <<<''
tap_is 'that one' "$(state_of m7@afuera.example) $(state_of m6@afuera.example)" 'approve email Rodrigo Mejía waiting - -'

# -- what is decided at the command line is told, in one mail beyond five
for i in 1 2 3 4 5 6; do
	site_cabildo hold discard "$(hold_of "m$i@afuera.example")" >/dev/null
done
tap_run 'five outcomes one by one' wait_for 20 are $MODERATOR 'held:5 held-outcome:5 held-several:1'
tap_run 'at the command line, they say' wait_for 20 got $MODERATOR 'Se descartó desde la línea de órdenes'
tap_run 'ten minutes pass again' flow_sql "UPDATE hold_notice SET outcome_at = outcome_at - interval '11 minutes' WHERE outcome = 'waits'"
tap_run 'the sixth in one mail' wait_for 20 got $MODERATOR '^Subject: \[agenda\] 1 ya se decidió'

# -- once a day, at seven
tap_run 'it is another day' flow_sql "UPDATE hold_notice SET made_at = made_at - interval '25 hours' WHERE how = 'digest'"
tap_run 'the owner has one mail' wait_for 20 got $OWNER '^Subject: \[agenda\] 1 espera su decisión'
tap_is 'with what still waits' "$(text "$(got $OWNER '1 espera su decisión')" | grep -cE '^Tema')" 1
tap_run 'and no other' wait_for 20 are $OWNER held-several:1

# -- somebody asks to join
tap_run 'all want each again' flow_sql "UPDATE subscription SET moderator_notices = 'each'; UPDATE hold_notice SET made_at = now() - interval '1 hour'"
AUTHSERV=$PROVEN mail_make 'Óscar Ruiz' $OUTSIDER "agenda-join@$SITE_DOMAIN" 'Quiero entrar' j1@afuera.example \
	'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Hola.' | net_lmtp "$SITE_LMTP" $OUTSIDER "agenda-join@$SITE_DOMAIN" >/dev/null
tap_run 'the owner is told' wait_for 20 got $OWNER '^Subject: \[agenda\] Pide ingresar: Óscar Ruiz'
n=$(got $OWNER '^Subject: \[agenda\] Pide ingresar: Óscar Ruiz')
tap_run 'with the words for it' grep -q '^aprobar - pasa a ser integrante' <(text "$n")
tap_run 'the window is short' site_cabildo hold window 0
tap_run 'the owner asks why first, in vain' answer $OWNER "$(reply_to "$n")" j2@example.org <<<'spam'
tap_run 'and is told that it does not apply' wait_for 20 got $OWNER 'esa palabra no se aplica aquí'
tap_run 'then says no' answer $OWNER "$(reply_to "$n")" j3@example.org <<<'rechazar: escriba antes a la secretaría'
tap_run 'the applicant is told, with the reason' wait_for 20 got $OUTSIDER 'escriba antes a la secretaría'
tap_is 'and is no member' "$(flow_sql "SELECT count(*) FROM subscription s JOIN address a USING (account_id) WHERE a.addr = '$OUTSIDER'")" 0
AUTHSERV=$PROVEN mail_make 'Óscar Ruiz' $OUTSIDER "agenda-join@$SITE_DOMAIN" 'Quiero entrar' j4@afuera.example \
	'Mon, 16 Nov 2026 09:30:00 -0600' <<<'Hola otra vez.' | net_lmtp "$SITE_LMTP" $OUTSIDER "agenda-join@$SITE_DOMAIN" >/dev/null
two() { has $MODERATOR '^Subject: \[agenda\] Pide ingresar: Óscar Ruiz' 2; }
tap_run 'the moderator is told again' wait_for 20 two
tap_run 'and lets them in' answer $MODERATOR "$(reply_to "$(got $MODERATOR '^Subject: \[agenda\] Pide ingresar: Óscar Ruiz')")" j5@example.org <<<'Aprobado'
tap_run 'they are welcomed' wait_for 20 got $OUTSIDER 'ya forma parte del grupo'
flow_end
