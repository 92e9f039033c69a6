#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 420
# The one table of settings, walked: each is documented and has the default the
# database has; each bound holds from both sides at the command line, on the web
# and in the database; who may; what was changed stands in the audit log.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

MAN=$TOP/docs/man/cabildo.1

fails() {
	! "$@"
}

# value_of SCOPE NAME
value_of() {
	if [ "$1" = site ]; then site_cabildo setting show; else site_cabildo list show agenda; fi |
		sed -n "s/^$2 = //p"
}

# put SCOPE NAME VALUE: by the command line
put() {
	if [ "$1" = site ]; then site_cabildo setting set "$2=$3"; else site_cabildo list set agenda "$2=$3"; fi
}

# web_put SCOPE NAME VALUE: the form as the page has it, with one field changed; its status
web_put() {
	local url=/g/agenda/settings page
	[ "$1" = group ] || url=/admin/settings
	page=$(http admin GET "$url")
	status admin POST "$url" "csrf=$(value csrf <<<"$page")&seen=$(value seen <<<"$page")&$2=$(printf %s "$3" | od -An -tx1 -v | tr -d '\n' | sed 's/ /%/g')"
}

# words N: so many characters
words() {
	head -c "$1" /dev/zero | tr '\0' x
}

# outside BOUNDS: a value beyond each end, one a line
outside() {
	case $1 in
	*' characters') words $(($(sed 's/.*\.\.//; s/ .*//' <<<"$1") + 1)) && echo ;;
	true*) printf 'maybe\n' ;;
	*'|'*) printf 'nonsense\n%sx\n' "${1%%|*}" ;;
	*) awk -v b="${1%% *}" 'BEGIN { split(b, v, /\.\./); d = v[1] ~ /\./ ? 0.01 : 1; print v[1] - d; print v[2] + d }' ;;
	esac
}

# inside BOUNDS: values at each end that hold
inside() {
	case $1 in
	true*) printf 'true\nfalse\n' ;;
	*'|'*) tr '|' '\n' <<<"$1" ;;
	*' characters') ;;
	*) sed 's/ .*//; s/\.\./\n/' <<<"$1" ;;
	esac
}

walk() {
	local name scope bounds fallback _ v was
	while IFS=$'\t' read -r name scope bounds fallback _; do
		[ "$name" = parent ] && continue
		[ "$fallback" != - ] || fallback=''
		grep -qE "^\.BR $name .*$(sed 's/[|.*+]/./g; s/ .*//; s/-/./g' <<<"$bounds")" "$MAN" || echo "$name: not in the manual page with its bounds $bounds"
		[ "$name" = title ] || [ "$name" = identity ] || [ "$name" = visibility ] || [ "$name" = description ] ||
			[ "$(value_of "$scope" "$name")" = "$fallback" ] || echo "$name: the table says $fallback"
		was=$(value_of "$scope" "$name")
		while read -r v; do
			put "$scope" "$name" "$v" 2>/dev/null && echo "$name: the command line takes $v"
			[ "$(web_put "$scope" "$name" "$v")" = 200 ] || echo "$name: the page takes $v"
			[ "$(value_of "$scope" "$name")" = "$was" ] || echo "$name: it became $(value_of "$scope" "$name")"
		done < <(outside "$bounds")
		while read -r v; do
			put "$scope" "$name" "$v" || echo "$name: the command line refuses $v"
			[ "$(web_put "$scope" "$name" "$v")" = 303 ] || echo "$name: the page refuses $v"
		done < <(inside "$bounds")
		[ "$name" = visibility ] && was=public
		put "$scope" "$name" "$was" || echo "$name: cannot be set back"
	done < <(site_cabildo setting help)
}

# what the database says by itself, past our programs
database_refuses() {
	flow_sql "SELECT list_put((SELECT id FROM list WHERE name = 'agenda'), '{\"$1\": \"$2\"}')" 2>&1 | grep -qE 'violates check|no setting|invalid input'
}

shown() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

last_audit() {
	flow_sql "SELECT a.act || ' ' || a.door || ' ' || coalesce((SELECT name FROM account WHERE id = a.actor_id), '-') || ': '
		|| replace(d.$1, E'\n', ';') FROM audit a JOIN audit_detail d ON d.audit_id = a.id ORDER BY a.id DESC LIMIT 1"
}

flow_site 'web http'
tap_run 'the group is made' demo_group
tap_run 'with passwords' demo_passwords "$TEST_TMP/pw"
tap_run 'an administrator' site_cabildo account admin itzel.barria@example.org
tap_run 'who signs in' sign_in itzel.barria admin
tap_run 'an owner signs in' sign_in marisol.quesada owner
tap_run 'a moderator signs in' sign_in rodrigo.mejia moderator

tap_none 'each setting keeps its bounds through both doors, its default and its place in the manual' "$(walk)"
for pair in hold_first:101 hold_first:-1 max_size:1023 max_size:104857601 link_over:-1 flood_per_hour:10001 \
	max_recipients:-1 max_recipients:1001 visibility:all posting:x nonmember:x identity:x unaddressed:x spam:x \
	join_policy:x reply_policy:x dmarc_policy:x lang:de footer:maybe "title:" "subject_tag:$(words 41)" \
	"description:$(words 2001)" "file_types:$(words 1001)" name:otro post_count:7 version:1; do
	tap_run "the database itself refuses ${pair:0:30}" database_refuses "${pair%%:*}" "${pair#*:}"
done

before=$(flow_sql 'SELECT count(*) FROM audit')
tap_run 'the same value again changes nothing' put group hold_first 0
tap_is 'and is no entry' "$(flow_sql 'SELECT count(*) FROM audit')" "$before"
tap_run 'two at once, one of them wrong' fails site_cabildo list set agenda hold_first=3 max_size=12
tap_is 'change nothing' "$(value_of group hold_first)" 0
tap_run 'a size with its unit' put group max_size '10 MB'
tap_is 'is kept in bytes' "$(value_of group max_size)" 10485760
tap_run 'the page says it as people do' shown owner /g/agenda/settings 'value="10 MB"'
tap_run 'and in the way of another language' put group max_size '10 Mo'
tap_is 'is the same' "$(value_of group max_size)" 10485760

page=$(http owner GET /g/agenda/settings)
form="csrf=$(value csrf <<<"$page")&seen=$(value seen <<<"$page")"
tap_is 'the owner writes a title and three first posts' \
	"$(status owner POST /g/agenda/settings "$form&title=Agenda+nueva&hold_first=3")" 303
tap_is 'before' "$(last_audit before)" 'list.set web Marisol Quesada: title = Agenda digital regional;hold_first = 0;'
tap_is 'and after are in the record' "$(last_audit after)" 'list.set web Marisol Quesada: title = Agenda nueva;hold_first = 3;'
tap_run 'the page of before says that somebody was faster' grep -q 'Alguien cambió ajustes' \
	<(http owner POST /g/agenda/settings "$form&title=Agenda+vieja")
tap_is 'and nothing is lost' "$(value_of group title)" 'Agenda nueva'
page=$(http owner GET /g/agenda/settings)
page=$(http owner POST /g/agenda/settings "csrf=$(value csrf <<<"$page")&seen=$(value seen <<<"$page")&hold_first=300&title=Otra")
tap_run 'a number out of bounds is said beside its field' grep -q 'id="err-hold_first">Escriba un número entero de 0 a 100' <<<"$page"
tap_run 'with what was written' grep -q 'name="hold_first" value="300"' <<<"$page"
tap_run 'also in the fields that are right' grep -q 'name="title" value="Otra"' <<<"$page"
tap_is 'an owner does not see what administrators set' "$(grep -c 'name="parent"' <<<"$page")" 0
tap_is 'a moderator may not' "$(status moderator GET /g/agenda/settings)" 403
tap_is 'nor an owner at the site' "$(status owner GET /admin/settings)" 403

tap_run 'a second group' site_cabildo list add firma --title 'Firma electrónica'
tap_run 'as part of the first' site_cabildo list set firma parent=agenda
tap_is 'says so' "$(site_cabildo list show firma | sed -n 's/^parent = //p')" agenda
tap_run 'not part of itself' fails put group parent agenda
tap_run 'nor of its own part' fails put group parent firma
tap_run 'nor of none' fails put group parent nada
tap_run 'and alone again' site_cabildo list set firma parent=
flow_end
