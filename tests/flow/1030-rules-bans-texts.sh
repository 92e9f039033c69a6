#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What moderators decide once for all: a rule tried on the last hundred messages
# without a row written, its mistakes shown where they are, its order and its switch
# obeyed by the next message; bans with an end, lifted by hand and by cabildod; texts
# with a preview. Owners, moderators and administrators, each within their bounds.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

N=0
# post WHO SUBJECT: a proven mail; its id is in $ID
post() {
	N=$((N + 1)) ID=f$N@example.org
	mail_make "${1%@*}" "$1" "agenda@$SITE_DOMAIN" "$2" "$ID" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto $N." |
		net_lmtp "$SITE_LMTP" "$1" "agenda@$SITE_DOMAIN"
}

fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = '$ID' ORDER BY id DESC LIMIT 1"
}

# form AS PATH FIELDS: POSTs and prints the page that answers
form() {
	http "$1" POST "$2" "csrf=$(http "$1" GET /me | value csrf)&$3"
}

shown() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

rows() {
	flow_sql "SELECT (SELECT count(*) FROM acceptance_rule) + (SELECT count(*) FROM audit) + (SELECT count(*) FROM hold)
		+ (SELECT count(*) FROM ban) + (SELECT count(*) FROM template)"
}

rules() {
	site_cabildo rule list agenda | awk -F'\t' '{ print $4 ($7 == "off" ? "(off)" : "") }' | paste -sd' '
}

rule_id() {
	flow_sql "SELECT id FROM acceptance_rule WHERE pattern = '$1' AND removed_at IS NULL"
}

ban_id() {
	flow_sql "SELECT id FROM ban WHERE addr = '$1'"
}

lifted() {
	[ -z "$(ban_id "$1")" ]
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'with posts' demo_posts
tap_run 'with passwords' demo_passwords "$TEST_TMP/pw"
site_cabildo account admin itzel.barria@example.org
sign_in marisol.quesada owner
sign_in rodrigo.mejia moderator
sign_in ana.perez member
tap_run 'an administrator signs in' sign_in itzel.barria admin
tap_run 'a stranger writes' post oscar@afuera.example 'Oferta de trámites'
tap_is 'who waits' "$(fate)" 'held:nonmember'

before=$(rows)
page=$(form moderator /g/agenda/filters/try 'field=subject&pattern=%28%3Fi%29tr%C3%A1mites&follows=drop')
tap_run 'a rule is tried on what came' grep -q 'id="tried".*4 de los últimos 8 mensajes' <(tr -d '\n' <<<"$page")
tap_run 'and says what would have been' grep -q 'se habría descartado' <<<"$page"
tap_run 'with links to them, the held one too' grep -q 'href="/moderation/1"' <<<"$page"
tap_run 'also on a header' grep -q '8 de los últimos 8' <(form moderator /g/agenda/filters/try 'field=header&header=content-type&pattern=charset&follows=hold')
tap_run 'on who it was sent to' grep -q '8 de los últimos 8' <(form moderator /g/agenda/filters/try 'field=to&pattern=agenda@foro&follows=hold')
tap_run 'on who sent it' grep -q '1 de los últimos 8' <(form moderator /g/agenda/filters/try 'field=from&pattern=afuera.example&follows=hold')
tap_run 'on nothing that matches' grep -q '0 de los últimos 8' <(form moderator /g/agenda/filters/try 'field=body&pattern=qwerty&follows=hold')
tap_run 'one that runs into a limit is said to' grep -q 'llegó a los límites' <(form moderator /g/agenda/filters/try 'field=body&pattern=%28%5Cw%2B%5Cs%3F%29%2B%28%3F%3A%23%7C~%29&follows=hold')
page=$(form moderator /g/agenda/filters/try 'field=subject&pattern=%C3%B1%C3%B1%28ab&follows=hold')
tap_run 'a wrong one is marked at its character' grep -q 'en el carácter 6: missing closing parenthesis' <<<"$page"
tap_run 'and stays in its field' grep -q 'name="pattern" value="ññ(ab"' <<<"$page"
tap_is 'none of it wrote a row' "$(rows)" "$before"

tap_is 'a moderator adds one' "$(act moderator /g/agenda/filters 'act=add&field=subject&pattern=basura&follows=drop')" 303
tap_is 'and another before the next' "$(act moderator /g/agenda/filters 'act=add&field=subject&pattern=bas&follows=hold&sentence=Un+momento')" 303
tap_is 'they stand in the order of making' "$(rules)" 'basura bas'
tap_run 'the first decides' post ana.perez@example.org 'pura basura'
tap_is 'so it is dropped' "$(fate)" 'dropped:pattern'
tap_is 'the second goes first' "$(act moderator /g/agenda/filters "act=up&id=$(rule_id bas)")" 303
tap_is 'in the list' "$(rules)" 'bas basura'
tap_run 'and for the next message' post ana.perez@example.org 'más basura'
tap_is 'which waits' "$(fate)" 'held:pattern'
tap_is 'switched off' "$(act moderator /g/agenda/filters "act=off&id=$(rule_id bas)")" 303
tap_is 'it says so' "$(rules)" 'bas(off) basura'
tap_run 'and is not asked' post ana.perez@example.org 'otra basura'
tap_is 'the other one is' "$(fate)" 'dropped:pattern'
tap_is 'on again, from the command line' "$(site_cabildo rule on agenda "$(rule_id bas)" && rules)" 'bas basura'
tap_is 'further up than first is nothing' "$(site_cabildo rule up agenda "$(rule_id bas)" && rules)" 'bas basura'
tap_is 'a rule of the site is the administrator'\''s' "$(act admin /admin/filters 'act=add&field=subject&pattern=viagra&follows=refuse')" 303
tap_run 'and shown to the group' shown moderator /g/agenda/filters 'viagra'
tap_is 'which cannot remove it' "$(act moderator /g/agenda/filters "act=remove&id=$(rule_id viagra)")" 404
tap_is 'a member may not' "$(act member /g/agenda/filters 'act=add&field=subject&pattern=x&follows=drop')" 403
tap_is 'removed' "$(act moderator /g/agenda/filters "act=remove&id=$(rule_id basura)")" 303
tap_is 'each is in the record, by name' "$(flow_sql "SELECT string_agg(a.act || ' ' || coalesce(p.name, '-'), ';' ORDER BY a.id)
	FROM audit a LEFT JOIN account p ON p.id = a.actor_id WHERE a.act LIKE 'rule.%'")" \
	'rule.create Rodrigo Mejía;rule.create Rodrigo Mejía;rule.move Rodrigo Mejía;rule.switch Rodrigo Mejía;rule.switch -;rule.create Itzel Barría;rule.remove Rodrigo Mejía'

tap_is 'a domain is banned for 30 days' "$(act moderator /g/agenda/bans 'act=add&addr=%40Afuera.example&days=30&reason=publicidad')" 303
tap_run 'said with its end' shown moderator /g/agenda/bans '@afuera.example'
tap_is 'the end is right' "$(flow_sql "SELECT until BETWEEN now() + interval '29 days' AND now() + interval '31 days' FROM ban")" t
tap_is 'a second time is the same ban, for good' "$(act moderator /g/agenda/bans 'act=add&addr=%40afuera.example&days=0'; flow_sql 'SELECT count(*), count(until) FROM ban')" $'303\n1\t0'
post oscar@afuera.example 'Otra oferta' || true
tap_is 'its mail is dropped' "$(fate)" 'dropped:banned'
for bad in 'addr=nada' 'addr=%40' 'addr=%40local' 'addr=a%40b.example&days=99999' 'addr=a%40b.example&days=x'; do
	tap_run "refused, and said: $bad" grep -q 'id="err"' <(form moderator /g/agenda/bans "act=add&$bad")
done
tap_is 'an owner of another group cannot lift it' "$(act member /g/agenda/bans "act=lift&id=$(ban_id @afuera.example)")" 403
tap_is 'lifted' "$(act moderator /g/agenda/bans "act=lift&id=$(ban_id @afuera.example)")" 303
tap_run 'his mail waits again' post oscar@afuera.example 'Tercera'
tap_is 'as before' "$(fate)" 'held:nonmember'
tap_is 'an administrator bans for the whole site' "$(act admin /admin/bans 'act=add&addr=malo@malo.example&days=1')" 303
tap_run 'shown to the group' shown moderator /g/agenda/bans 'malo@malo.example'
tap_is 'which cannot lift it' "$(act moderator /g/agenda/bans "act=lift&id=$(ban_id malo@malo.example)")" 404
flow_sql "UPDATE ban SET until = now() - interval '1 minute'" >/dev/null
site_end sched; site_start_sched
tap_run 'cabildod lifts what is over' wait_for 10 lifted malo@malo.example
tap_is 'on the record' "$(flow_sql "SELECT door FROM audit WHERE act = 'ban.lift' ORDER BY id DESC LIMIT 1")" system

before=$(rows)
page=$(form owner /g/agenda/texts 'act=preview&kind=welcome&locale=es&body=Hola+%7Bname%7D%2C+esto+es+%7Bgroup%7D.')
tap_run 'a text is previewed with its words filled' grep -q 'Hola Ana Pérez, esto es Agenda digital regional.' <<<"$page"
tap_is 'and not saved' "$(rows)" "$before"
tap_is 'saved' "$(act owner /g/agenda/texts 'act=save&kind=welcome&locale=es&body=Hola+%7Bname%7D.')" 303
tap_run 'shown' shown owner /g/agenda/texts 'Hola {name}.'
tap_run 'to be edited' shown owner "/g/agenda/texts?id=$(flow_sql 'SELECT id FROM template')" 'Hola {name}.</textarea>'
tap_is 'a moderator writes what is chosen from' "$(act moderator /g/agenda/texts 'act=save&kind=reject&locale=es&name=Tono&body=Con+otro+tono.')" 303
tap_is 'but no welcome' "$(act moderator /g/agenda/texts 'act=save&kind=welcome&locale=es&body=x')" 403
tap_is 'nor removes it' "$(act moderator /g/agenda/texts "act=remove&id=$(flow_sql "SELECT id FROM template WHERE kind = 'welcome'")")" 403
tap_is 'it is there' "$(flow_sql "SELECT count(*) FROM template WHERE kind = 'welcome'")" 1
tap_run 'without a text it is refused' grep -q 'id="err"' <(form owner /g/agenda/texts 'act=save&kind=welcome&locale=es&body=+')
flow_end
