#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Groups made from a kind, with their first owner and the group they are part of;
# accounts found, locked, signed out, made administrators, never the last one; a
# group handed over on its day by cabildod, told to every member, and taken back.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

form() {
	http "$1" POST "$2" "csrf=$(http "$1" GET /me | value csrf)&$3"
}

shown() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

roles() {
	site_cabildo member show "${1:-agenda}" | awk -F'\t' '$3 != "member" { sub(/@.*/, "", $1); print $3 ":" $1 }' | LC_ALL=C sort | paste -sd' '
}

account() {
	flow_sql "SELECT account_id FROM address WHERE addr = '$1@example.org'"
}

states() {
	flow_sql "SELECT string_agg(state, ' ' ORDER BY id) FROM handover"
}

state_is() {
	[ "$(states)" = "$1" ]
}

letters() {
	flow_sql "SELECT count(*) FROM notice WHERE kind = 'handover'"
}

flow_site 'web sched http'
tap_run 'the group is made' demo_group
tap_run 'with passwords' demo_passwords "$TEST_TMP/pw"
site_cabildo account admin itzel.barria@example.org
for who in marisol.quesada rodrigo.mejia ana.perez julio.zelaya itzel.barria; do sign_in $who; done

tap_run 'a group from the command line' site_cabildo list create avisos --template announcements --title 'Avisos' --owner ana.perez@example.org --parent agenda
tap_is 'with what fits together' "$(flow_sql "SELECT visibility, join_policy, posting, reply_policy FROM list WHERE name = 'avisos'")" $'public\tconfirm\tannounce\tauthor'
tap_is 'and its owner' "$(roles avisos)" 'owner:ana.perez'
tap_run 'not of a kind that is none' eval '! site_cabildo list create otra --template club'
tap_is 'an administrator makes one on the web' "$(act itzel.barria /admin/groups/new 'kind=secretariat&name=secretaria&title=Secretar%C3%ADa&lang=es&parent=agenda')" 303
tap_is 'as its owner' "$(roles secretaria)" 'owner:itzel.barria'
tap_is 'hidden, with a door for everybody' "$(flow_sql "SELECT visibility, posting, nonmember FROM list WHERE name = 'secretaria'")" $'hidden\tanyone\taccept'
for bad in 'kind=members&name=x-owner&title=T|name' 'kind=members&name=Uno&title=T|name' 'kind=members&name=uno&title=|title' \
	'kind=members&name=uno&title=T&parent=nada|parent' 'kind=members&name=uno&title=T&owner=nada|owner' 'kind=members&name=agenda&title=T|name'; do
	tap_run "refused beside its field: ${bad%|*}" grep -qE "id=\"${bad#*|}\"[^>]*aria-invalid" <(form itzel.barria /admin/groups/new "${bad%|*}")
done
tap_is 'and nothing of it is there' "$(flow_sql 'SELECT count(*) FROM list')" 3
tap_run 'the home page shows what is part of what' grep -q 'Forma parte de Agenda digital regional' <(http ana.perez GET /)
tap_is 'who is no administrator may not' "$(act marisol.quesada /admin/groups/new 'kind=members&name=uno&title=T')" 403

tap_run 'a person is found by part of an address' shown itzel.barria '/admin/accounts?part=ana.p' 'Ana Pérez'
tap_run 'not another' eval '! shown itzel.barria "/admin/accounts?part=ana.p" "Rodrigo"'
tap_run 'with their groups' shown itzel.barria "/admin/accounts/$(account ana.perez)" '/g/avisos'
tap_run 'who alone owns a group is not locked' grep -q 'Avisos se quedaría sin propietario' <(form itzel.barria "/admin/accounts/$(account ana.perez)" act=lock)
tap_is 'the last administrator stays one' "$(act itzel.barria "/admin/accounts/$(account itzel.barria)" act=no-admin; flow_sql 'SELECT count(*) FROM account WHERE is_admin')" $'200\n1'
tap_is 'another is made' "$(act itzel.barria "/admin/accounts/$(account julio.zelaya)" act=admin)" 303
tap_run 'and may' shown julio.zelaya /admin/accounts 'Cuentas'
tap_is 'signed out everywhere' "$(act itzel.barria "/admin/accounts/$(account julio.zelaya)" act=signout)" 303
tap_is 'is' "$(status julio.zelaya GET /me)" 303
tap_is 'locked' "$(act itzel.barria "/admin/accounts/$(account julio.zelaya)" act=lock)" 303
tap_run 'does not sign in' eval '! sign_in julio.zelaya'
tap_is 'open again' "$(act itzel.barria "/admin/accounts/$(account julio.zelaya)" act=unlock)" 303
tap_run 'does' sign_in julio.zelaya
tap_is 'each is in the record' "$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE act LIKE 'account.%' AND door = 'web'")" \
	'account.admin account.signout account.lock account.lock'

tap_is 'before' "$(roles)" 'moderator:rodrigo.mejia owner:marisol.quesada'
for bad in 'from=&owners=ana.perez%40example.org' "from=a$(account marisol.quesada)" "from=a$(account marisol.quesada)&owners=nadie%40example.org" \
	"from=a$(account marisol.quesada)&moderators=ana.perez%40example.org" "from=a$(account ana.perez)&owners=ana.perez%40example.org" \
	"from=a$(account marisol.quesada)&owners=ana.perez%40example.org&day=ma%C3%B1ana"; do
	tap_run "refused, and said: ${bad:0:60}" grep -q 'id="err"' <(form marisol.quesada /g/agenda/handover "act=plan&$bad")
done
tap_is 'a moderator may not' "$(act rodrigo.mejia /g/agenda/handover 'act=plan')" 403
day=$(date -u -d '+10 days' +%F)
tap_is 'planned for a day' "$(act marisol.quesada /g/agenda/handover "act=plan&from=a$(account marisol.quesada)&owners=ana.perez%40example.org&moderators=julio.zelaya%40example.org&day=$day&note=Gracias+a+todas+las+personas.")" 303
tap_run 'it is shown' shown marisol.quesada /g/agenda/handover 'Propietarios: Ana Pérez. Moderadores: Julio Zelaya.'
tap_is 'nothing has changed' "$(roles)" 'moderator:rodrigo.mejia owner:marisol.quesada'
tap_is 'called off' "$(act marisol.quesada /g/agenda/handover 'act=cancel&id=1')" 303
tap_run 'not twice' grep -q 'Eso ya no es posible' <(form marisol.quesada /g/agenda/handover 'act=cancel&id=1')
tap_is 'planned anew' "$(act marisol.quesada /g/agenda/handover "act=plan&from=a$(account marisol.quesada)&owners=ana.perez%40example.org%0D%0A&moderators=julio.zelaya%40example.org&day=$day&note=Gracias.")" 303
flow_sql "UPDATE handover SET effective_at = now() WHERE id = 2" >/dev/null
tap_run 'its day has come' wait_for 20 state_is 'cancelled done'
tap_is 'the roles have passed' "$(roles)" 'moderator:julio.zelaya moderator:rodrigo.mejia owner:ana.perez'
tap_is 'every member has a letter' "$(letters)" 6
tap_run 'in it who runs the group' flow_sql "SELECT 1 / count(*) FROM notice WHERE kind = 'handover' AND addr LIKE 'carmen%' AND body LIKE '%Ana Pérez%Gracias.%'"
tap_run 'and for who begins what is pending' flow_sql "SELECT 1 / count(*) FROM notice WHERE kind = 'handover' AND addr LIKE 'ana%' AND body LIKE '%/g/agenda/moderation%'"
tap_is 'on the record, by itself' "$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE door = 'system' AND (act LIKE 'handover%' OR act = 'member.role')")" 'member.role member.role member.role handover.done'
tap_is 'who handed over runs it no longer' "$(status marisol.quesada GET /g/agenda/handover)" 403
tap_is 'who took over takes it back' "$(act ana.perez /g/agenda/handover 'act=undo&id=2')" 303
tap_is 'all is as it was' "$(roles)" 'moderator:rodrigo.mejia owner:marisol.quesada'
tap_run 'once' grep -q 'Eso ya no es posible' <(form marisol.quesada /g/agenda/handover 'act=undo&id=2')

flow_sql "UPDATE account SET organisation_id = (SELECT organisation_id FROM account WHERE name = 'Marisol Quesada') WHERE name = 'Rodrigo Mejía'" >/dev/null
org=$(flow_sql "SELECT organisation_id FROM account WHERE name = 'Marisol Quesada'")
tap_is 'all of an organisation' "$(act marisol.quesada /g/agenda/handover "act=plan&from=o$org&owners=carmen.loaisiga%40example.org")" 303
tap_run 'at once' wait_for 20 state_is 'cancelled undone done'
tap_is 'hands over' "$(roles)" 'owner:carmen.loaisiga'
act itzel.barria /g/agenda/handover "act=plan&from=a$(account carmen.loaisiga)&owners=ana.perez%40example.org&day=$day" >/dev/null
site_cabildo member remove agenda ana.perez@example.org
flow_sql "UPDATE handover SET effective_at = now() WHERE id = 4" >/dev/null
tap_run 'to somebody who left meanwhile: it is not carried out' wait_for 20 state_is 'cancelled undone done failed'
tap_is 'and the group keeps its owner' "$(roles)" 'owner:carmen.loaisiga'
tap_run 'and says so' shown itzel.barria /g/agenda/handover 'no se cumplió'
flow_end
