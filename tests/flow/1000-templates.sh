#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The texts of a group: set and removed at the command line, each in the audit
# log, the wrong ones refused; a new member reads the welcome of the group in
# their language, the site's where the group has none, and who leaves the goodbye.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

text() {
	site_cabildo template set "$@"
}

# refused TEXT COMMAND...: status 65 and a sentence, nothing changed
refused() {
	local words=$1 out
	shift
	out=$("$@" 2>&1) && return 1
	[ $? -eq 65 ] && grep -qF -- "$words" <<<"$out"
}

# asks WHO WAY WORD: to agenda-WAY@
asks() {
	mail_make "${1%@*}" "$1" "agenda-$2@$SITE_DOMAIN" "$3" "$2-$1" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"$3" |
		net_lmtp "$SITE_LMTP" "$1" "agenda-$2@$SITE_DOMAIN"
}

# says ADDRESS TEXT: the newest mail to them
says() {
	flow_sql "SELECT body FROM notice WHERE addr = '$1' ORDER BY id DESC LIMIT 1" | grep -qF -- "$2"
}

fails() {
	! "$@"
}

flow_site 'receive'
tap_run 'the group is made' demo_group
tap_run 'open to everybody' site_cabildo list set agenda join_policy=open
tap_run 'its welcome' text agenda welcome es <<<'Le damos la bienvenida a {group}, {name}. Escriba a {address}.'
tap_run 'the goodbye of the site' text - goodbye es <<<'Gracias por haber estado en {group}.'
tap_run 'a question to choose from' text agenda return es --title 'Falta la firma' <<<'¿Quién firma {subject}?'
tap_is 'they are listed, the group first' "$(site_cabildo template list agenda | cut -f2,3,5 | paste -sd' ')" \
	$'group\treturn\tFalta la firma group\twelcome\t site\tgoodbye\t'
tap_run 'one more time, other words' text agenda welcome es <<<'Le damos la bienvenida a {group}, {name}. Lea primero las normas.'
tap_is 'there is one' "$(flow_sql "SELECT count(*) FROM template WHERE kind = 'welcome'")" 1
tap_is 'each is in the audit log' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'template.set'")" 4

tap_run 'no text: refused' refused 'Write the text' text agenda welcome en <<<'   '
tap_run 'too long: refused' refused '4,000' text agenda welcome en < <(head -c 4001 /dev/zero | tr '\0' a)
tap_run 'a kind that is none: refused' refused 'no text of this kind' text agenda thanks en <<<'a'
tap_run 'a language that is none: refused' refused 'one of es' text agenda welcome de <<<'a'
tap_run 'to choose from without a title: refused' refused 'title' text agenda reject es <<<'a'
tap_run 'a group that is none: refused' refused 'there is none' text nada welcome es <<<'a'
tap_is 'nothing came of them' "$(flow_sql 'SELECT count(*) FROM template')" 3

tap_run 'Olga joins' asks olga@afuera.example join alta
tap_run 'and reads the welcome with her name' says olga@afuera.example 'Agenda digital regional, olga. Lea primero'
tap_run 'after what it says anyway' says olga@afuera.example 'agenda-request@'
tap_run 'Olga leaves' asks olga@afuera.example leave baja
tap_run 'and reads the goodbye of the site' says olga@afuera.example 'Gracias por haber estado en Agenda digital regional.'
tap_run 'not removed by another group' refused 'there is none' site_cabildo template remove agenda \
	"$(site_cabildo template list - | awk -F'\t' '$3 == "goodbye" { print $1 }')"
tap_run 'the welcome is removed' site_cabildo template remove agenda \
	"$(site_cabildo template list agenda | awk -F'\t' '$3 == "welcome" { print $1 }')"
tap_run 'Pablo joins' asks pablo@afuera.example join alta
tap_run 'and reads ours alone' fails says pablo@afuera.example 'Lea primero'
flow_end
