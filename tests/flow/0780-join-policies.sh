#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The five ways of joining a group, by the web and by mail, of who is proven to write,
# of whom nothing proves, and of who is invited: one table, with what they read.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

WELCOME='Le damos la bienvenida a'
QUESTION='Confirme su solicitud'
REQUESTED='en manos de quienes administran'
INVITE='ntra quien recibe una invitación'
CLOSED='no recibe a nadie'

# policy | door | what becomes of it: member (how), asked, or nobody | what they read
# doors: web (signed in), proven and unproven (a mail to -join@), then the answer yes to
# the question; invited-...: the same of somebody who has an invitation; link: its page.
TABLE="open|web|member web|
open|proven|member email|$WELCOME
open|unproven|nobody|$QUESTION
open|unproven+yes|member email|$WELCOME
open|invited-web|member invite|
open|link|member invite|$WELCOME
confirm|web|member web|
confirm|proven|nobody|$QUESTION
confirm|proven+yes|member email|$WELCOME
confirm|unproven|nobody|$QUESTION
confirm|unproven+yes|member email|$WELCOME
confirm|invited-proven+yes|member invite|$WELCOME
confirm|link|member invite|$WELCOME
approve|web|asked|$REQUESTED
approve|proven|asked|Su solicitud de entrar
approve|unproven|nobody|$QUESTION
approve|unproven+yes|asked|Su solicitud de entrar
approve|invited-web|member invite|
approve|invited-proven|member invite|$WELCOME
approve|invited-unproven|nobody|$QUESTION
approve|invited-unproven+yes|member invite|$WELCOME
approve|link|member invite|$WELCOME
invite|web|nobody|$INVITE
invite|proven|nobody|$INVITE
invite|unproven|nobody|-
invite|invited-web|member invite|
invite|invited-proven|member invite|$WELCOME
invite|invited-unproven|nobody|$QUESTION
invite|invited-unproven+yes|member invite|$WELCOME
invite|link|member invite|$WELCOME
closed|web|nobody|$CLOSED
closed|proven|nobody|$CLOSED
closed|unproven|nobody|-
closed|invited-web|nobody|$CLOSED
closed|invited-proven|nobody|$CLOSED
closed|link|nobody|Ya nadie puede entrar"

fate_of() { # LIST ADDRESS: member and how, asked, or nobody
	flow_sql "SELECT coalesce((SELECT 'member ' || s.source FROM subscription s JOIN list l ON l.id = s.list_id
			JOIN address ad ON ad.account_id = s.account_id WHERE l.name = '$1' AND ad.addr = '$2'),
		(SELECT 'asked' FROM join_request r JOIN list l ON l.id = r.list_id
			WHERE l.name = '$1' AND r.addr = '$2' AND r.decided_at IS NULL), 'nobody')"
}

N=0
mail_to() { # ADDRESS RECIPIENT PROVEN: text from stdin
	N=$((N + 1))
	AUTHSERV=$3 mail_make 'Persona' "$1" "$2" 'Hola' "j$N@example.org" 'Mon, 16 Nov 2026 09:00:00 -0600' |
		net_lmtp "$SITE_LMTP" "$1" "$2" >/dev/null
}

yes_to() { # ADDRESS: answers the question it was asked
	local to
	wait_for 10 browse_mail "$1" "$QUESTION" >/dev/null || return 1
	to=$(browse_mail "$1" "$QUESTION" | sed -n 's/^Reply-To: <*\([^>]*\)>*$/\1/p' | head -n 1)
	mail_to "$1" "$to" '' <<<'Sí.'
}

reads() { # ADDRESS TEXT: "-": no mail at all but the invitation
	if [ "$2" = - ]; then
		[ "$(flow_sql "SELECT count(*) FROM notice WHERE addr = '$1' AND kind <> 'invitation'")" = 0 ]
	else
		wait_for 10 browse_mail "$1" "$2" >/dev/null
	fi
}

# try LIST POLICY DOOR ADDRESS: how the one door does it; the answer of the web is in answer
try() {
	local list=$1 door=${3#invited-} addr=$4 link
	case $3 in
	invited-* | link)
		site_cabildo list set "$list" join_policy=invite >/dev/null
		site_cabildo member invite "$list" "$addr" --locale es >/dev/null || return 1
		site_cabildo list set "$list" "join_policy=$2" >/dev/null
		;;
	esac
	case $door in
	web)
		browse_in "${addr%@*}" || return 1
		browse_post "${addr%@*}" /me "/g/$list/join" >/dev/null
		;;
	link)
		wait_for 10 browse_mail "$addr" '/i/' >/dev/null
		link=$(browse_mail "$addr" '/i/' | grep -oE '/i/[a-z2-7]+' | head -n 1)
		browse_post - "$link" "$link" act=accept >/dev/null
		;;
	proven*) mail_to "$addr" "$list-join@$SITE_DOMAIN" "$AUTHSERV" <<<'' ;;
	*) mail_to "$addr" "$list-join@$SITE_DOMAIN" '' <<<'' ;;
	esac
	case $door in *+yes) yes_to "$addr" ;; esac
}

flow_site 'receive deliver web http'
tap_run 'another group is there' site_cabildo list add otra --title Otra --lang es
for policy in open confirm approve invite closed; do
	tap_run "the group $policy" site_cabildo list add "de-$policy-a" --title "Grupo de $policy" --lang es --visibility public
	site_cabildo list set "de-$policy-a" "join_policy=$policy" >/dev/null
done
: >"$TEST_TMP/answer"
row=0
while IFS='|' read -r policy door wanted text; do
	row=$((row + 1))
	addr=p$row@example.org
	case $door in
	*web)
		site_cabildo member add otra "$addr" --name "Persona $row" --locale es
		printf prueba-agenda | site_cabildo account password "$addr" --stdin
		;;
	esac >/dev/null
	tap_run "$policy, $door" try "de-$policy-a" "$policy" "$door" "$addr"
	tap_is "$policy, $door: $wanted" "$(fate_of "de-$policy-a" "$addr")" "$wanted"
	case $door:$wanted in
	*web:nobody | *web:asked | link:nobody) tap_run "$policy, $door: the page says: $text" grep -qF "$text" "$TEST_TMP/answer" ;;
	*)
		[ -z "$text" ] || tap_run "$policy, $door: the mail says: $text" reads "$addr" "$text"
		;;
	esac
done <<<"$TABLE"
tap_is 'each group counts who belongs to it' "$(flow_sql "SELECT bool_and(member_count = (SELECT count(*) FROM subscription s WHERE s.list_id = l.id)) FROM list l")" t

# what the group's page offers to somebody signed in
site_cabildo member add otra curiosa@example.org --name Curiosa --locale es >/dev/null
printf prueba-agenda | site_cabildo account password curiosa@example.org --stdin >/dev/null
tap_run 'somebody curious signs in' browse_in curiosa
while IFS='|' read -r policy button text; do
	browse curiosa "/g/de-$policy-a" >"$TEST_TMP/page"
	tap_is "$policy: a button to join: $button" "$(grep -c "action=\"/g/de-$policy-a/join\"" "$TEST_TMP/page")" "$button"
	tap_run "$policy: the page says: $text" grep -qF "$text" "$TEST_TMP/page"
done <<<"open|1|Quien lo pide entra de inmediato.
confirm|1|Quien lo pide y confirma su dirección entra de inmediato.
approve|1|Quienes administran el grupo deciden quién entra.
invite|0|Entra quien recibe una invitación
closed|0|El grupo no recibe a nadie"
site_cabildo member invite de-invite-a curiosa@example.org >/dev/null
tap_run 'who is invited has a button' grep -q 'action="/g/de-invite-a/join"' <(browse curiosa /g/de-invite-a)
flow_end
