#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a digest tells and to whom: what needs somebody first, then what they follow, nothing of what they
# muted; one mail or one for each group; what came late is marked; whoever left, may not read it any more, is
# paused or gets no mail has none, and what they missed is in their next one; after 90 days all is gone.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
post() { # GROUP WHO SUBJECT ID [PARENT]
	DEMO_LIST=$1 demo_send "$2" "$3" "$4@example.org" 0 0:00 "${5:+$5@example.org}" <<<"Texto de $4 sobre el reglamento de firma electrónica." >/dev/null
}
files() { # WHO: their digests, newest first
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$1@example.org/new" 2>/dev/null | xargs -r ls -t
}
has() {
	[ "$(files "$1" | wc -l)" = "$2" ]
}
queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}
# told TIME WHO COUNT: the digests of then are sent, and they have so many in all
told() {
	at "$1"
	wait_for 20 queue_empty && has "$2" "$3"
}
# part TYPE WHO [N]: of their newest digest, or the Nth
part() {
	perl -MMIME::QuotedPrint -MMIME::Base64 -e '
		my ($type) = shift; local $/; my $m = <>;
		my ($b) = $m =~ /boundary="([^"]+)"/ or exit 1;
		for (split /\r?\n--\Q$b\E/, $m) {
			my ($h, $t) = split /\r?\n\r?\n/, $_, 2;
			next unless defined $t && $h =~ m{Content-Type: \Q$type\E}i;
			print $h =~ /quoted-printable/i ? decode_qp($t) : $h =~ /base64/i ? decode_base64($t) : $t;
		}' "text/$1" "$(files "$2" | sed -n "${3:-1}p")" | tr -d '\r'
}
text() {
	part plain "$@"
}
lacks() {
	! "$@"
}
# delivery WHO MODE [GROUP]
delivery() {
	site_cabildo member set "${3:-agenda}" "$1@example.org" "delivery=$2" >/dev/null
}
of() { # WHO: their account
	flow_sql "SELECT account_id FROM address WHERE addr = '$1@example.org'"
}
# headings: of sections and numbered threads, in the order of the mail
headings() {
	text "$@" | grep -E '^[A-ZÁÉÍÓÚÑ ]{8,}$|^#[0-9]+ {2}' | sed -E 's/^#[0-9]+ +//; /^RESUMEN|^PARA CONTESTAR|^CÓMO CONTESTAR|^PARA RESPONDER/d' | tr '\n' '/'
}
mode() { # WHO SUBJECT MODE
	flow_sql "INSERT INTO thread_follow (thread_id, account_id, mode) SELECT id, $(of "$1"), '$3' FROM thread WHERE subject = '$2'" >/dev/null
}
monday() { # N: at seven, Guatemala
	printf '%sT13:00:00Z' "$(date -u -d "2026-11-16 $((7 * $1)) days" +%F)"
}

flow_site 'receive'
demo_group >/dev/null
site_cabildo list add datos --title 'Datos abiertos' --lang es >/dev/null
for who in ana.perez julio.zelaya carmen.loaisiga; do
	site_cabildo member add datos "$who@example.org" </dev/null >/dev/null
done
flow_sql "UPDATE subscription SET delivery = 'none'; UPDATE account SET time_zone = 'America/Guatemala', locale = 'es'; UPDATE list SET join_policy = 'approve'" >/dev/null
delivery rodrigo.mejia digest
delivery ana.perez digest
delivery ana.perez digest datos
delivery itzel.barria each
at 2026-11-18T15:00:00Z

# -- what needs somebody: the queue of a moderator, and nothing else new
for i in 1 2 3 4 5; do
	mail_make 'Oscar Ruiz' oscar.ruiz@otra.example "agenda@$SITE_DOMAIN" "En espera $i" "h$i@otra.example" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Texto.' |
		net_lmtp "$SITE_LMTP" oscar.ruiz@otra.example "agenda@$SITE_DOMAIN" >/dev/null
done
flow_sql "UPDATE hold SET kind = CASE msgid WHEN 'h2@otra.example' THEN 'join' WHEN 'h3@otra.example' THEN 'report' WHEN 'h4@otra.example' THEN 'owner-mail' ELSE kind END" >/dev/null
tap_is 'five things wait' "$(flow_sql "SELECT string_agg(kind, ' ' ORDER BY kind) FROM hold WHERE decided_at IS NULL")" 'join message message owner-mail report'
site_start_deliver
tap_run 'who moderates has a digest of it' told "$(monday 1)" rodrigo.mejia 1
tap_is 'of no thread' "$(flow_sql 'SELECT count(*), max(threads) FROM digest_issue' | tr '\t' ' ')" '1 0'
tap_is 'a line for each kind' "$(text rodrigo.mejia | grep -oE '^\* Moderación: [^,]* en Agenda' | tr '\n' '/')" \
	'* Moderación: 2 mensajes en espera en Agenda/* Moderación: 1 solicitud para entrar en Agenda/* Moderación: 1 aviso sobre un mensaje en Agenda/* Moderación: 1 correo para quienes administran en Agenda/'
tap_is 'each leads to its part of the queue' "$(text rodrigo.mejia | grep -oE '/g/agenda/moderation\?kind=[a-z-]*' | sed 's/.*=//' | tr '\n' ' ')" 'message join report owner-mail '
tap_is 'in the HTML too' "$(part html rodrigo.mejia | grep -oE '/g/agenda/moderation\?kind=[a-z-]*' | sed 's/.*=//' | tr '\n' ' ')" 'message join report owner-mail '
tap_run 'whoever does not moderate has none' has ana.perez 0

# -- first what needs them, then what they follow, then by activity; nothing of what they muted
post agenda marisol.quesada 'Presupuesto' a1
post agenda julio.zelaya 'Re: Presupuesto' a2 a1
post agenda carmen.loaisiga 'Re: Presupuesto' a3 a2
post agenda marisol.quesada 'Seminario' b1
post agenda carmen.loaisiga 'Almuerzo' c1
post agenda julio.zelaya 'Re: Almuerzo' c2 c1
for who in rodrigo.mejia ana.perez; do
	mode $who Seminario follow
	mode $who Almuerzo mute
done
post datos julio.zelaya 'Licencias' l1
tap_run 'the week after' told "$(monday 2)" rodrigo.mejia 2
tap_is 'what needs them is first, then what they follow, then the rest' "$(headings rodrigo.mejia)" \
	'REQUIERE SU ACCIÓN/HILOS QUE SIGUE/Seminario/CON MÁS ACTIVIDAD/Presupuesto/'
tap_is 'in the HTML too' "$(part html rodrigo.mejia | tr '\n' ' ' | grep -oE '<h2[^>]*>[^<]*|Seminario</span>|Presupuesto</span>' | sed 's/.*>\([^<]\)/\1/; s/<.*//' | tr '\n' '/')" \
	'Requiere su acción/Hilos que sigue/Seminario/Con más actividad/Presupuesto/'
tap_run 'a muted thread is not counted' grep -q '^2 hilos, 4 mensajes' <(text rodrigo.mejia)
tap_run 'nor named' lacks grep -q Almuerzo <(text rodrigo.mejia)
tap_is 'one mail for all groups of hers' "$(headings ana.perez)" 'HILOS QUE SIGUE/Seminario/CON MÁS ACTIVIDAD/Presupuesto/Licencias/'
tap_run 'each thread with its group' grep -q 'Datos abiertos' <(text ana.perez)
flow_sql "UPDATE subscription SET away_from = current_date - 1, away_until = current_date + 1 WHERE role = 'moderator'" >/dev/null
tap_run 'who is away has nothing where nothing else is new' told "$(monday 3)" rodrigo.mejia 2
flow_sql "UPDATE subscription SET away_from = NULL, away_until = NULL; UPDATE hold SET decided_at = now(), decision = 'discard', done_at = now()" >/dev/null

# -- one for each group
flow_sql "INSERT INTO digest_choice (account_id, per_group) VALUES ($(of ana.perez), true)" >/dev/null
post agenda julio.zelaya 'Re: Presupuesto' a4 a1
post datos julio.zelaya 'Re: Licencias' l2 l1
at "$(date -u -d "$(monday 3) 1 day" +%FT%TZ)"
n=$(files ana.perez | wc -l)
tap_run 'who wants one for each group has two' told "$(monday 4)" ana.perez $((n + 2))
tap_is 'each of its own' "$(for i in 1 2; do headings ana.perez $i; done | tr '/' '\n' | grep -E 'Presupuesto|Licencias' | sort | tr '\n' ' ')" 'Licencias Presupuesto '
tap_is 'and from it' "$(files ana.perez | head -n 2 | xargs grep -hiE '^List-Id:' | grep -oE '<[a-z.]*>' | sort | tr '\n' ' ')" '<agenda.foro.example> <datos.foro.example> '
flow_sql "DELETE FROM digest_choice" >/dev/null
at "$(date -u -d "$(monday 4) 1 day" +%FT%TZ)"
tap_is 'nothing was told twice by it' "$(flow_sql "SELECT count(*) FROM (SELECT i.account_id, x.p FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) CROSS JOIN unnest(b.posts) x (p) GROUP BY 1, 2 HAVING count(*) > 1) y")" 0

# -- what came late
post agenda julio.zelaya 'Acta de octubre' late1
post agenda julio.zelaya 'Re: Acta de octubre' late2 late1
flow_sql "UPDATE post SET sent_at = CASE msgid WHEN 'late1@example.org' THEN timestamptz '$(monday 3)' ELSE timestamptz '$(monday 4)' + interval '1 day' END WHERE msgid LIKE 'late%'" >/dev/null
tap_run 'what was sent weeks ago and came now' told "$(monday 5)" rodrigo.mejia 4
tap_is 'is in it, marked; what is of its time is not' "$(text rodrigo.mejia | grep -E '^ +Julio Zelaya, ' | sed -E 's/.*[0-9](.*):$/\1/' | tr '\n' '/')" ' (llegó tarde)//'

# -- between making and sending
hold_sending() {
	site_kill deliver TERM
	site_end deliver
}
tap_run 'nothing is sent for a while' hold_sending
delivery julio.zelaya digest
delivery julio.zelaya digest datos
delivery carmen.loaisiga digest
at "$(date -u -d "$(monday 5) 1 day" +%FT%TZ)"
post agenda marisol.quesada 'Se oculta' o1
post datos carmen.loaisiga 'Sigue aquí' s1
at "$(monday 6)"
tap_is 'digests wait' "$(flow_sql "SELECT count(*) FROM outbound WHERE digest_id IS NOT NULL")" 4
flow_sql "UPDATE thread SET state = 'hidden' WHERE subject = 'Se oculta'" >/dev/null
site_cabildo member remove agenda julio.zelaya@example.org >/dev/null
n=$(files ana.perez | wc -l)
site_start_deliver
tap_run 'then they leave' wait_for 20 queue_empty
tap_run 'who belongs to both groups has theirs' has ana.perez $((n + 1))
tap_is 'without the thread that was hidden since' "$(headings ana.perez)" 'CON MÁS ACTIVIDAD/Sigue aquí/'
tap_is 'who left one group reads of the other' "$(headings julio.zelaya)" 'CON MÁS ACTIVIDAD/Sigue aquí/'
tap_run 'and nothing of that group' lacks grep -q 'Agenda' <(text julio.zelaya)
tap_run 'where nothing is left there is no mail' has carmen.loaisiga 0
tap_is 'which the ledger says' "$(flow_sql "SELECT outcome FROM delivery WHERE addr = 'carmen.loaisiga@example.org' AND notice_kind = 'digest'")" skipped
tap_run 'nothing is sent for a while again' hold_sending
post datos carmen.loaisiga 'Adiós' s2
at "$(monday 7)"
site_cabildo member remove datos julio.zelaya@example.org >/dev/null
n=$(files julio.zelaya | wc -l)
site_start_deliver
tap_run 'they leave' wait_for 20 queue_empty
tap_run 'who left all has nothing' has julio.zelaya "$n"

# -- who gets no mail: nothing falls between
flow_sql "UPDATE address SET suspended_at = now() WHERE addr = 'carmen.loaisiga@example.org'" >/dev/null
post agenda marisol.quesada 'Mientras no recibía' m1
at "$(monday 8)"
tap_is 'a suspended address gets none' "$(flow_sql "SELECT count(*) FROM digest_issue WHERE account_id = $(of carmen.loaisiga) AND period >= '$(monday 8 | cut -c1-10)'")" 0
flow_sql "UPDATE address SET suspended_at = NULL" >/dev/null
post agenda marisol.quesada 'Y después' m2
tap_run 'when it is back' told "$(monday 9)" carmen.loaisiga 1
tap_is 'it has all of it' "$(headings carmen.loaisiga | tr '/' '\n' | sed 1d | sort | tr '\n' '/')" 'Mientras no recibía/Y después/'
tap_run 'nothing is sent' hold_sending
post agenda marisol.quesada 'Entre hacer y enviar' p1
at "$(monday 10)"
flow_sql "UPDATE subscription SET pause_until = now() + interval '5 days' WHERE account_id = $(of carmen.loaisiga)" >/dev/null
site_start_deliver
tap_run 'who paused since their digest was made' wait_for 20 queue_empty
tap_run 'does not get it' has carmen.loaisiga 1
flow_sql "UPDATE subscription SET pause_until = NULL WHERE account_id = $(of carmen.loaisiga)" >/dev/null
post agenda marisol.quesada 'Después de la pausa' p2
tap_run 'but the next one' told "$(monday 11)" carmen.loaisiga 2
tap_is 'has what they missed' "$(headings carmen.loaisiga | tr '/' '\n' | sed 1d | sort | tr '\n' '/')" 'Después de la pausa/Entre hacer y enviar/'
tap_is 'and others what they had not had' "$(headings ana.perez)" 'CON MÁS ACTIVIDAD/Después de la pausa/'

# -- who gets each post
tap_is 'who gets each post had no digest in all that time' "$(flow_sql "SELECT count(*) FROM digest_issue WHERE account_id = $(of itzel.barria)")" 0
flow_sql "INSERT INTO digest_choice (account_id, anyway) VALUES ($(of itzel.barria), true)" >/dev/null
at "$(date -u -d "$(monday 11) 1 day" +%FT%TZ)"
post agenda marisol.quesada 'También en resumen' e1
tap_run 'but where they ask for it' told "$(monday 12)" itzel.barria 1
tap_is 'they have' "$(headings itzel.barria)" 'CON MÁS ACTIVIDAD/También en resumen/'

# -- 90 days
n=$(flow_sql "SELECT count(*) FROM digest_issue")
tap_run 'there are digests' test "$n" -gt 10
at "$(date -u -d "$(monday 12) 89 days" +%FT%TZ)"
tap_is 'the last ones are there for 89 days' "$(flow_sql "SELECT count(*) > 0 FROM digest_issue WHERE period = '$(monday 12 | cut -c1-10)'")" t
at "$(date -u -d "$(monday 12) 92 days" +%FT%TZ)"
tap_is 'and gone after 91, with what they were made of' "$(flow_sql "SELECT (SELECT count(*) FROM digest_issue WHERE period <= '$(monday 12 | cut -c1-10)'), (SELECT count(*) FROM digest_span WHERE made_at < '$(monday 12)'::timestamptz + interval '1 day'), (SELECT count(*) FROM digest_block WHERE made_at < '$(monday 12)'::timestamptz + interval '1 day')" | tr '\t' ' ')" '0 0 0'
flow_end
