#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who belongs to a group: the page of members and who sees what of it, changes
# to many at once, files by the command line and on the web, with their plan.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

fails() {
	! "$@"
}

# shows WHO TEXT: the page of members has it
shows() {
	browse "$1" "/g/agenda/members${3:-}" | grep -qF -- "$2"
}

id_of() {
	flow_sql "SELECT id FROM account WHERE name = '$1'"
}

members() { # LIST: address:role:delivery, a line each
	flow_sql "SELECT ad.addr || ':' || s.role || ':' || s.delivery FROM subscription s JOIN list l ON l.id = s.list_id
		JOIN address ad ON ad.id = s.address_id WHERE l.name = '$1' ORDER BY 1"
}

file() { # NAME: stdin
	cat >"$TEST_TMP/$1"
}

# plan VERB FILE [OPTION...]: what it says, its status last
plan() {
	local verb=$1 f=$2
	shift 2
	site_cabildo member "$verb" agenda "$TEST_TMP/$f" "$@" 2>/dev/null
	echo "status $?"
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
for who in ana.perez marisol.quesada rodrigo.mejia; do
	tap_run "$who signs in" browse_in $who
done

# -- who sees what
tap_is 'a stranger is asked to sign in' "$(browse_status - /g/agenda/members)" 303
tap_run 'a member sees names' shows ana.perez 'Julio Zelaya'
tap_run 'and places' shows ana.perez 'Oficina de Servicios Digitales, Honduras'
tap_run 'and who owns it' shows ana.perez 'Marisol Quesada <span class="chip act">'
tap_run 'no address that is hidden' fails shows ana.perez julio.zelaya@example.org
tap_run 'her own' shows ana.perez ana.perez@example.org
flow_sql "UPDATE account SET hide_address = false WHERE name = 'Julio Zelaya'" >/dev/null
tap_run 'one that is not hidden' shows ana.perez julio.zelaya@example.org
tap_run 'a moderator sees them all' shows rodrigo.mejia itzel.barria@example.org
tap_run 'but has nothing to tick' fails shows rodrigo.mejia 'type="checkbox"'
tap_run 'by name, without accents' shows ana.perez 'Rodrigo Mejía' '?q=MEJIA'
tap_run 'and nobody else' fails shows ana.perez 'Julio Zelaya' '?q=MEJIA'
tap_run 'a hidden address is not found by it either' fails shows ana.perez 'Itzel' '?q=itzel.barria@'
tap_run 'a moderator finds it' shows rodrigo.mejia 'Itzel' '?q=itzel.barria@'
tap_is 'the owner closes the page to members' \
	"$(browse_post marisol.quesada /g/agenda/members /g/agenda/members/visibility roster=moderators)" 303
tap_is 'to whom it is shut' "$(browse_status ana.perez /g/agenda/members)" 403
tap_run 'and not offered' fails sh -c 'grep -q /members "$1"' sh <(browse ana.perez /g/agenda)
tap_is 'moderators have it' "$(browse_status rodrigo.mejia /g/agenda/members)" 200
tap_is 'and opens it again' \
	"$(browse_post marisol.quesada /g/agenda/members /g/agenda/members/visibility roster=members)" 303

# 120 more: pages by key, everybody once
{
	echo 'address,name'
	for i in $(seq -w 120); do echo "persona$i@otra.example,Persona $i"; done
} | file many.csv
tap_is 'a hundred and twenty come' "$(plan import many.csv | tail -2)" \
	"$(printf 'add 120 change 0 remove 0 same 0 error 0\nstatus 0')"
walk() {
	local path=/g/agenda/members n=0
	while [ -n "$path" ] && [ $n -lt 9 ]; do
		browse rodrigo.mejia "$path" >"$TEST_TMP/page"
		grep -oE 'persona[0-9]+@otra.example' "$TEST_TMP/page"
		path=$(sed -n 's/.*rel="next" href="\([^"]*\)".*/\1/p' "$TEST_TMP/page" | sed 's/&amp;/\&/g')
		n=$((n + 1))
	done
	echo "pages $n"
}
walk >"$TEST_TMP/walked"
tap_is 'three pages show each of them once' "$(sort -u "$TEST_TMP/walked" | wc -l) $(wc -l <"$TEST_TMP/walked") $(tail -1 "$TEST_TMP/walked")" '121 121 pages 3'
tap_is 'the command line lists all' "$(site_cabildo member list agenda | wc -l)" 126

# -- many at once
tap_is 'two become moderators' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=role:moderator \
	"who=$(id_of 'Ana Pérez')" "who=$(id_of 'Julio Zelaya')")" 303
tap_is 'and are' "$(members agenda | grep -c :moderator:)" 3
tap_is 'three are taken out' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=remove \
	"who=$(id_of 'Persona 001')" "who=$(id_of 'Persona 002')" "who=$(id_of 'Itzel Barría')")" 303
tap_is 'and gone' "$(members agenda | wc -l)" 123
tap_run 'and told' wait_for 10 browse_mail itzel.barria@example.org 'ya no recibe nada'
tap_is 'the counter agrees' "$(flow_sql "SELECT member_count FROM list WHERE name = 'agenda'")" 123
tap_is 'delivery of one' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=delivery:none "who=$(id_of 'Persona 003')")" 303
tap_is 'is changed' "$(members agenda | grep persona003)" persona003@otra.example:member:none
tap_is 'nobody ticked' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=remove)" 422
tap_is 'the last owner stays, and so do the others' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=remove \
	"who=$(id_of 'Persona 004')" "who=$(id_of 'Marisol Quesada')")" 409
tap_run 'which the page says by name' grep -q 'Marisol Quesada es la única' "$TEST_TMP/answer"
tap_is 'nothing has changed' "$(members agenda | wc -l)" 123
tap_is 'no member may' "$(browse_post ana.perez /me /g/agenda/members what=role:owner "who=$(id_of 'Ana Pérez')")" 403
tap_is 'nothing unknown is done' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=role:king "who=$(id_of 'Ana Pérez')")" 400

# -- files
site_cabildo member list agenda --csv >"$TEST_TMP/all.csv"
tap_is 'what was written changes nothing' "$(plan sync all.csv)" "$(printf 'add 0 change 0 remove 0 same 123 error 0\nstatus 0')"
grep -vE 'persona(00[5-9]|0[1-9]|1)' "$TEST_TMP/all.csv" | sed 's/^\(julio[^,]*,[^,]*\),moderator/\1,member/' | file less.csv
printf 'nueva@cuarta.example,"=HYPERLINK(1)",,,,,"Uno, Dos"\r\n' >>"$TEST_TMP/less.csv"
members agenda >"$TEST_TMP/before"
plan sync less.csv --dry-run >"$TEST_TMP/said"
tap_is 'a dry run says what would happen' "$(tail -2 "$TEST_TMP/said")" \
	"$(printf 'add 1 change 1 remove 116 same 6 error 0\nstatus 0')"
tap_run 'with the line' grep -qE $'^change\tline [0-9]+\tjulio.zelaya@example.org\tJulio Zelaya\trole moderator -> member$' "$TEST_TMP/said"
tap_run 'and who goes' grep -qE $'^remove\tline 0\tpersona120@otra.example' "$TEST_TMP/said"
tap_is 'and does nothing' "$(members agenda | diff - "$TEST_TMP/before")" ''
tap_is 'without it all is done' "$(plan sync less.csv | tail -1)" 'status 0'
tap_is 'as it was said' "$(members agenda | wc -l)" 8
tap_is 'the counter agrees' "$(flow_sql "SELECT member_count FROM list WHERE name = 'agenda'")" 8
site_cabildo member list agenda --csv | tr -d '\r' | grep nueva >"$TEST_TMP/line"
tap_is 'no cell is a formula' "$(cat "$TEST_TMP/line")" "nueva@cuarta.example,\"'=HYPERLINK(1)\",member,each,es,,\"Uno, Dos\""
tap_is 'the same again: nothing to do' "$(plan sync less.csv | tail -2)" "$(printf 'add 0 change 0 remove 0 same 8 error 0\nstatus 0')"

printf 'Correo;Nombre;Rol\r\nlucia@otra.example;Luc\xeda N\xfa\xf1ez;Moderadora\r\n' | file latin.csv
tap_is 'as Excel saves it in Spanish' "$(plan import latin.csv | tail -1)" 'status 0'
tap_is 'with its letters' "$(flow_sql "SELECT name FROM account WHERE name LIKE 'Luc%'")" 'Lucía Núñez'

# the columns as the pages name them in each language
while IFS='|' read -r head line; do
	printf '%s\n%s\n' "$head" "$line" | file tongue.csv
	tap_is "the columns ${head%%;*} to ${head##*;}" "$(plan import tongue.csv --dry-run | tail -2)" \
		"$(printf 'add 1 change 0 remove 0 same 0 error 0\nstatus 0')"
done <<-'CSV'
	endereço;nome;função;entrega;idioma;país;instituição|eu@otra.example;Eu;moderação;tudo;português;El Salvador;Casa
	courriel;nom;rôle;réception;langue;pays;organisme|moi@otra.example;Moi;modération;chaque message;français;Panama;Maison
	indirizzo;nome;ruolo;consegna;lingua;paese;ente|io@otra.example;Io;moderazione;ogni messaggio;italiano;Repubblica Dominicana;Casa
CSV

file wrong.csv <<-'CSV'
	address,name,role,delivery
	no es,X,member,each
	bien@otra.example,Bien,jefa,each
	otra@otra.example,Otra,member,siempre
	ana.perez@example.org,Ana,member,each
	ANA.PEREZ@example.org,Ana,member,each
	,Sin,,
CSV
plan import wrong.csv >"$TEST_TMP/said"
tap_is 'each wrong line is named, with its column' "$(cut -f1-3 "$TEST_TMP/said" | grep ^error | tr '\t' ' ')" \
	"$(printf 'error line 2 address\nerror line 3 role\nerror line 4 delivery\nerror line 6 address\nerror line 7 address')"
tap_is 'and nothing is done' "$(tail -1 "$TEST_TMP/said") $(members agenda | wc -l)" 'status 65 9'
printf 'name,colour\nx,y\n' | file columns.csv
tap_run 'an unknown column is named' grep -q 'colour' <(plan import columns.csv)
printf 'name\nx\n' | file columns.csv
tap_run 'a missing one too' grep -q $'error\tline 1\taddress' <(plan import columns.csv)
printf 'address,name\n"a@b.example,x\n' | file columns.csv
tap_run 'an open quotation mark' grep -q $'^error\tline 2' <(plan import columns.csv)
: | file columns.csv
tap_is 'an empty file empties no group' "$(plan sync columns.csv | tail -1)" 'status 65'
printf 'address\nana.perez@example.org\n' | file columns.csv
tap_run 'a sync that would leave no owner' grep -q $'^error\tline 0\trole' <(plan sync columns.csv)
tap_is 'does nothing' "$(members agenda | wc -l)" 9
printf 'address,role\nana.perez@example.org,owner\n' | file columns.csv
tap_is 'one that names another owner does' "$(plan sync columns.csv --dry-run | tail -2)" "$(printf 'add 0 change 1 remove 8 same 0 error 0\nstatus 0')"
printf 'address,role\nana.perez@example.org,owner\nmarisol.quesada@example.org,member\n' | file columns.csv
tap_is 'they change places in one file' "$(plan import columns.csv | tail -1)" 'status 0'
tap_is 'and have' "$(members agenda | grep :owner:)" ana.perez@example.org:owner:each

# -- on the web, by Ana, who owns it now
tap_is 'the page of files' "$(browse_status ana.perez /g/agenda/members/file)" 200
tap_is 'nobody else has it' "$(browse_status marisol.quesada /g/agenda/members/file)" 403
printf 'address,name\npor.web@otra.example,Por Web\n' | file web.csv
tap_is 'a file is looked at' "$(browse_post ana.perez /g/agenda/members/file /g/agenda/members/file "file=@$TEST_TMP/web.csv" mode=import act=preview)" 200
tap_run 'its plan is shown' grep -q 'por.web@otra.example' "$TEST_TMP/answer"
tap_is 'and nothing is done' "$(members agenda | grep -c por.web)" 0
seen=$(sed -n 's/.*name="seen" value="\([^"]*\)".*/\1/p' "$TEST_TMP/answer")
tap_is 'another file under that plan is only shown' "$(browse_post ana.perez /g/agenda/members/file /g/agenda/members/file \
	"csv=$(sed s/web@/otro@/ "$TEST_TMP/web.csv")" mode=import act=apply "seen=$seen")" 200
tap_is 'that plan is done' "$(browse_post ana.perez /g/agenda/members/file /g/agenda/members/file \
	"csv=$(cat "$TEST_TMP/web.csv")" mode=import act=apply "seen=$seen" welcome=1)" 303
tap_is 'the one is there' "$(members agenda | grep -c por.web)" 1
tap_run 'and welcomed' wait_for 10 browse_mail por.web@otra.example '¡?Bienvenida|bienvenid|miembro'
tap_is 'a file with errors' "$(browse_post ana.perez /g/agenda/members/file /g/agenda/members/file "file=@$TEST_TMP/wrong.csv" mode=import act=preview)" 422
tap_run 'is explained' grep -q 'no es nada de lo que puede ir' "$TEST_TMP/answer"
browse ana.perez /g/agenda/members/csv | sed '1s/^\xef\xbb\xbf//' >"$TEST_TMP/got.csv"
tap_is 'the download is what the command line writes' "$(site_cabildo member list agenda --csv | diff - "$TEST_TMP/got.csv")" ''
tap_is 'every change is recorded' "$(flow_sql "SELECT string_agg(DISTINCT act, ' ' ORDER BY act) FROM audit WHERE act LIKE 'member.%'")" \
	'member.add member.remove member.role'
flow_end
