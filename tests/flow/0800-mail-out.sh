#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# What leaves by SMTP: whose From a copy has, by the DMARC policies of a name
# server of the test's own; a message to two groups; members who stand in To or
# Cc of the message already.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

DNSD='' SINK=''
FLOW_ALSO=end_own

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	[ -z "$DNSD" ] || kill "$DNSD" 2>/dev/null
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
}

start_own() {
	mkdir -p "$TEST_TMP/sink"
	cat >"$TEST_TMP/zone" <<-'ZONE'
		_dmarc.estricta.example TXT v=DMARC1; p=reject
		_dmarc.suave.example TXT v=DMARC1; p=none
		_dmarc.rota.example SERVFAIL
	ZONE
	"$TOP/tests/lib/dnsd.pl" "$TEST_TMP/dns.port" "$TEST_TMP/zone" "$TEST_TMP/dns.log" 2>"$TEST_TMP/dns.err" &
	DNSD=$!
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/sink.port" --dir "$TEST_TMP/sink" --keep 2>"$TEST_TMP/sink.err" &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/dns.port" && wait_for 10 test -s "$TEST_TMP/sink.port" || return 1
	SITE_DNS=127.0.0.1:$(cat "$TEST_TMP/dns.port")
	SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
}

group() {
	local who
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo list add actas --title Actas --lang es || return 1
	for who in 'ana@estricta.example|Ana Pérez' 'luz@suave.example|Luz' 'rosa@rota.example|Rosa' 'eva@nada.example|Eva'; do
		site_cabildo member add agenda "${who%%|*}" --name "${who#*|}" || return 1
	done
	site_cabildo member add actas luz@suave.example && site_cabildo member add actas eva@nada.example &&
		site_cabildo member add actas ana@estricta.example && site_cabildo member add actas sol@nada.example --name Sol
	# these do not hide their addresses
	flow_sql 'UPDATE account SET hide_address = false' >/dev/null
}

# post WHO ID [HEADER...]: to the group; further headers stand first.
post() {
	local who=$1 id=$2
	shift 2
	{
		[ $# -eq 0 ] || printf '%s\n' "$@"
		mail_make "${who%%@*}" "$who" "agenda@$SITE_DOMAIN" "Aviso $id" "$id@x.example" 'Mon, 16 Nov 2026 09:00:00 -0600' \
			<<<'Para cada persona, una copia.'
	} | net_lmtp "$SITE_LMTP" "$who" "agenda@$SITE_DOMAIN"
}

# to ID: who has a copy of it, sorted, one a line each.
to() {
	awk -F'\t' -v id="$1@x.example" 'index($4, id) { print $3 }' "$TEST_TMP/sink/copies" 2>/dev/null | tr -d '<>' | sort
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# head ID NAME: that field of one of its copies, unfolded, "-" where there is none.
head_of() {
	local f
	f=$(grep -liE "^Message-ID: *<${1//./\\.}@x\\.example>" "$TEST_TMP"/sink/*.eml | head -n 1)
	[ -n "$f" ] || { echo "no copy of $1"; return 1; }
	tr -d '\r' <"$f" | awk -v want="$2" '
		$0 == "" { exit }
		/^[ \t]/ { if (on) { sub(/^[ \t]+/, " "); v = v $0 } next }
		{ on = tolower($0) ~ "^" tolower(want) ":"; if (on) { v = $0; sub(/^[^:]*: */, "", v) } }
		END { print v == "" ? "-" : v }'
}

sent() {
	post "$@" && wait_for 20 queue_empty
}

froms() {
	local list="agenda@$SITE_DOMAIN"
	tap_run 'somebody posts whose domain says reject' sent ana@estricta.example f1
	tap_is 'the copies come from the list' "$(head_of f1 From)" "ana por Agenda <$list>"
	tap_is 'answers go to the list' "$(head_of f1 Reply-To)" "$list"
	tap_is 'and the author can be reached' "$(head_of f1 Cc)" "ana <ana@estricta.example>"
	tap_run 'another one, with p=none' sent luz@suave.example f2
	tap_is 'the copies keep From' "$(head_of f2 From)" 'luz <luz@suave.example>'
	tap_run 'a domain of which DNS says nothing' sent rosa@rota.example f3
	tap_is 'the careful choice: from the list' "$(head_of f3 From)" "rosa por Agenda <$list>"
	tap_run 'a domain without a record' sent eva@nada.example f4
	tap_is 'the copies keep From' "$(head_of f4 From)" 'eva <eva@nada.example>'
	tap_run 'another post of the first' sent ana@estricta.example f5
	tap_is 'DNS was asked once for that domain' "$(grep -c '^_dmarc.estricta.example TXT' "$TEST_TMP/dns.log")" 1
	tap_run 'the list rewrites never' site_cabildo list set agenda dmarc_policy=never reply_policy=both
	tap_run 'a post' sent ana@estricta.example f6
	tap_is 'From stays' "$(head_of f6 From)" 'ana <ana@estricta.example>'
	tap_is 'answers go to both' "$(head_of f6 Reply-To)" "$list, ana <ana@estricta.example>"
	tap_run 'the list rewrites always' site_cabildo list set agenda dmarc_policy=always reply_policy=author
	tap_run 'a post' sent luz@suave.example f7
	tap_is 'From is the list' "$(head_of f7 From)" "luz por Agenda <$list>"
	tap_is 'answers go to the author' "$(head_of f7 Reply-To)" 'luz <luz@suave.example>'
	flow_sql "UPDATE account SET hide_address = true WHERE name = 'Luz'" >/dev/null
	tap_run 'who hides the address posts' sent luz@suave.example f8
	tap_is 'answers go to the list' "$(head_of f8 Reply-To)" "$list"
	tap_run 'back to the default' site_cabildo list set agenda dmarc_policy=auto reply_policy=list
}

# both ID LIST...: one message from Ana, who writes to several groups; to each by a
# connection of its own and at the same time, as a mail server may.
both() {
	local id=$1 list pids=() rc=0
	shift
	for list; do
		mail_make Ana ana@estricta.example 'agenda@foro.example>, <actas@foro.example' "Dos $id" "$id@x.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<<'A dos grupos.' |
			net_lmtp "$SITE_LMTP" ana@estricta.example "$list@$SITE_DOMAIN" &
		pids+=("$!")
	done
	for list in "${pids[@]}"; do
		wait "$list" || rc=1
	done
	return $rc
}

# one_each ID...: of each message, each member of either group has one copy
one_each() {
	local id
	for id; do
		[ "$(to "$id" | tr '\n' ' ')" = 'ana@estricta.example eva@nada.example luz@suave.example rosa@rota.example sol@nada.example ' ] ||
			{ echo "$id: $(to "$id" | tr '\n' ' ')"; return 1; }
	done
}

two_groups() {
	local id ids=()
	for id in g1 g2 g3 g4 g5 g6 g7 g8; do
		ids+=("$id")
		both "$id" agenda actas >"$TEST_TMP/both" 2>&1 || tap_ok 1 "$id is taken by both groups" "$(cat "$TEST_TMP/both")"
	done
	tap_run 'eight messages to two groups at once leave' wait_for 30 queue_empty
	tap_is 'each is a post in both' "$(flow_sql "SELECT count(*), count(DISTINCT list_id) FROM post WHERE msgid ~ '^g[1-8]@'")" '16	2'
	tap_run 'whoever is in both groups has each once' one_each "${ids[@]}"
	# hours later, when the first copies are in the ledger alone
	tap_run 'another to one group' both h1 agenda
	tap_run 'its copies leave' wait_for 20 queue_empty
	tap_run 'and the same to the other' both h1 actas
	tap_run 'its copies leave' wait_for 20 queue_empty
	tap_run 'there only for who has none' one_each h1
}

# addressed ID CC: Eva writes to the group, with others in Cc
addressed() {
	{
		printf 'Cc: %s\n' "$2"
		mail_make Eva eva@nada.example "agenda@$SITE_DOMAIN" "Con copia $1" "$1@x.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Con copia.'
	} | net_lmtp "$SITE_LMTP" eva@nada.example "agenda@$SITE_DOMAIN" && wait_for 20 queue_empty
}

in_cc() {
	tap_run 'a message names two members in Cc' addressed c1 '"Luz, L" <LUZ@Suave.example>, rosa2@otra.example'
	tap_is 'the one gets no second copy' "$(to c1 | tr '\n' ' ')" 'ana@estricta.example eva@nada.example rosa@rota.example '
	flow_sql "INSERT INTO address (account_id, addr) SELECT id, 'rosa2@otra.example' FROM account WHERE name = 'Rosa'" >/dev/null
	tap_run 'the other by another address of hers' addressed c2 '"Luz, L" <LUZ@Suave.example>, rosa2@otra.example'
	tap_is 'nor does she' "$(to c2 | tr '\n' ' ')" 'ana@estricta.example eva@nada.example '
	tap_run 'who wants it all the same' site_cabildo member set agenda luz@suave.example copy_when_addressed=yes
	tap_run 'gets it' addressed c3 'luz@suave.example, rosa@rota.example'
	tap_is 'the other does not' "$(to c3 | tr '\n' ' ')" 'ana@estricta.example eva@nada.example luz@suave.example '
	tap_is 'the post knows whom it named' "$(flow_sql "SELECT addressed FROM post WHERE msgid = 'c3@x.example'")" \
		'{agenda@foro.example,luz@suave.example,rosa@rota.example}'
}

tap_run 'a name server and a sink run' start_own
flow_site 'receive deliver'
tap_run 'two groups are made' group
froms
two_groups
in_cc
flow_end
