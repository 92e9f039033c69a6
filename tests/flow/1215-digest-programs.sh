#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# A digest of two groups is answered from seven mail programs, in three languages, as
# text and HTML or as HTML alone: with a number on top, under one thread or two, with
# one thread quoted, with the rest cut off. tests/lib/answers.pl makes the answers out of
# the digest's own HTML. Each is a post in its thread, with what was written and
# nothing else, or comes back; nothing of one group is in the other.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org
at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
# post LIST WHO SUBJECT ID [PARENT]: text on stdin
post() {
	mail_make "$2" "$2@example.org" "$1@foro.example" "$3" "$4@example.org" 'Sun, 22 Nov 2026 09:00:00 -0600' "${5:-}" |
		net_lmtp "$SITE_LMTP" "$2@example.org" "$1@foro.example" >/dev/null
}
digests() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$ANA/new" 2>/dev/null
}
sent() {
	[ -n "$(digests)" ]
}

flow_site 'receive'
demo_group >/dev/null
site_cabildo list add datos --title 'Datos abiertos' >/dev/null
for who in $ANA luz@example.org raul@example.org; do site_cabildo member add datos $who >/dev/null; done
for who in luz raul; do site_cabildo member add agenda $who@example.org >/dev/null; done
for list in agenda datos; do site_cabildo list set $list flood_per_hour=0 >/dev/null; done
flow_sql "UPDATE subscription SET delivery = 'none'; UPDATE account SET time_zone = 'America/Guatemala'" >/dev/null
site_cabildo member set agenda $ANA delivery=digest >/dev/null
site_cabildo member set datos $ANA delivery=digest >/dev/null
at 2026-11-18T15:00:00Z
post agenda luz 'Orden del día de la reunión' a1 <<'TEXT'
Estimadas y estimados colegas:

Propongo este orden para la reunión de delegaciones, con jaguares y todo lo que
quedó pendiente de la sesión anterior:

1. Avances por país.
2. Firma electrónica entre fronteras.

Saludos cordiales,
Luz
TEXT
post agenda raul 'Re: Orden del día de la reunión' a2 a1@example.org <<'TEXT'
Agrego un punto sobre los quetzales. Saludos cordiales, Raúl
TEXT
post agenda raul 'Catálogo de trámites' b1 <<'TEXT'
Ya está la primera versión con los tapires. Faltan por revisar los requisitos
de cada trámite y quién responde por ellos. ¿Qué les parece el formato?
TEXT
post datos luz 'Licencias de los datos' c1 <<'TEXT'
Propongo una sola licencia para todos los manatíes:

- abierta
- sin plazo

Saludos cordiales,
Luz
TEXT
post datos raul 'Re: Licencias de los datos' c2 c1@example.org <<'TEXT'
De acuerdo con una sola, mientras queden fuera los pelícanos.
TEXT
post datos raul 'Portal nuevo' d1 <<'TEXT'
El portal nuevo de las guacamayas se abre el martes.
TEXT
at 2026-11-23T13:00:00Z
site_start_deliver
tap_run 'a digest of two groups is sent' wait_for 20 sent
MAIL=$(digests | head -n 1)
mkdir "$TEST_TMP/answers"
tap_run 'it is answered from every program' perl "$TOP/tests/lib/answers.pl" "$MAIL" "$TEST_TMP/answers" "$AUTHSERV"
REPLY=$(tr -d '\r' <"$MAIL" | sed -n 's/^Reply-To: //p')
before=$(flow_sql 'SELECT max(id) FROM post')
refused=''
for f in "$TEST_TMP"/answers/*.*.*.??; do
	net_lmtp "$SITE_LMTP" $ANA "$REPLY" <"$f" >/dev/null || refused+="${f##*/}"$'\n'
done
tap_none 'every answer is taken' "$refused"

tr -d '\r' <"$MAIL" | perl -MMIME::QuotedPrint -0777 -ne 'm{Content-Type: text/plain.*?\n\n(.*?)\n--=_}s and print decode_qp($1)' |
	sed -n 's/^\(#[0-9]*\)  *\(.*\)/\1\t\2/p' >"$TEST_TMP/numbers"
flow_sql "SELECT regexp_replace(split_part(p.msgid, '@', 1), '^[0-9]+\.', ''), t.subject, btrim(regexp_replace(regexp_replace(p.body, 'Enviado desde mi iPhone|Sent from my iPhone|Enviado do meu iPhone', ' '), '\s+', ' ', 'g'))
	FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.id > $before ORDER BY p.id" >"$TEST_TMP/posted"
flow_sql "SELECT split_part(msgid, '@', 1), fate || ':' || rule FROM intake WHERE rule LIKE 'digest-%' ORDER BY id" >"$TEST_TMP/fates"
# judge PROGRAM: each answer that did not become what was wanted
judge() {
	awk -F'\t' -v p="$1" '
		FILENAME ~ /numbers$/ { n[$2] = $1; next }
		FILENAME ~ /posted$/ { got[$1] = got[$1] "\t" ($2 in n ? n[$2] : "?" $2) " " $3; next }
		FILENAME ~ /fates$/ { if ($2 == "refused:digest-reply") back[$1] = 1; next }
		index($1, p ".") != 1 { next }
		{
			want = ""
			for (i = 2; i <= NF; i++) if ($i !~ /^back/) want = want "\t" $i
			if ($2 ~ /^back/ && back[$1] && got[$1] == "") next
			if (want != "" && got[$1] == want) next
			print $1 ": got" (back[$1] ? " back" : "") got[$1] ", wanted " want
		}' "$TEST_TMP/numbers" "$TEST_TMP/posted" "$TEST_TMP/fates" "$TEST_TMP/answers/expect.tsv"
}
[ -z "${CABILDO_ANSWERS_KEEP:-}" ] || cp -r "$TEST_TMP/answers" "$TEST_TMP/posted" "$TEST_TMP/fates" "$MAIL" "$CABILDO_ANSWERS_KEEP"
for program in gmail gmailapp outlook outlookweb apple thunderbird yahoo; do
	tap_none "$program: each in its thread, or back" "$(judge $program)"
done
# each word stands in one group's posts alone
other() {
	flow_sql "SELECT p.msgid || ': ' || w FROM post p JOIN list l ON l.id = p.list_id JOIN raw_chunk c ON c.raw_id = p.raw_id
		CROSS JOIN unnest(ARRAY[$2]) w WHERE l.name = '$1' AND p.id > $before AND
		(p.body LIKE '%' || w || '%' OR convert_from(c.bytes, 'UTF8') LIKE '%' || w || '%'
		OR convert_from(decode(coalesce(substring(convert_from(c.bytes, 'UTF8') from E'base64\r?\n\r?\n([A-Za-z0-9+/=\r\n]*)'), ''), 'base64'), 'UTF8') LIKE '%' || w || '%')"
}
tap_none 'nothing of one group is in the other' "$(other agenda "'manatíes', 'pelícanos', 'guacamayas', 'Licencias', 'Portal'")"
tap_none 'nor the other way' "$(other datos "'jaguares', 'quetzales', 'tapires', 'Orden', 'Catálogo'")"
tap_is 'no thread is called after a digest' "$(flow_sql "SELECT count(*) FROM thread WHERE subject ILIKE '%resumen%' OR subject ILIKE '%digest%'")" 0
tap_none 'none waits' "$(flow_sql "SELECT msgid FROM hold")"
flow_end
