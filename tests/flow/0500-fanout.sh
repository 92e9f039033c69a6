#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 600
# A post to 1,000 members (10,000 in the long form): each gets exactly one copy,
# with a return address of its own, and the ledger says so. Then the same with
# a relay that refuses for good, refuses for now, hangs up, breaks off within
# DATA, and takes a copy without saying so: each recipient has the outcome that
# fits, and only the copy of which nobody knows is sent again.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/load/members.sh
. "$TOP/tests/load/members.sh"

N=1000
[ -z "${TEST_LONG:-}" ] || N=10000
HARD=$((N / 100)) SOFT=$((N / 50)) DROP=$((N / 100)) # as members_sql deals them
ANA=ana@foro.example
FLOW_ALSO=sinks_end

# sink_start NAME [SCRIPT]: its port in $SINK_PORT. Its log is NAME/copies.
sink_start() {
	local dir=$TEST_TMP/$1
	mkdir -p "$dir"
	printf '%s\n' "${2:-}" >"$dir/script"
	"$BUILD/tests/lib/sink" --port-file "$dir/port" --dir "$dir" --script "$dir/script" \
		2>"$dir/err" </dev/null &
	SINKS+=("$!")
	wait_for 10 test -s "$dir/port" && SINK_PORT=$(cat "$dir/port")
}
SINKS=()

# shellcheck disable=SC2317 # flow_stop calls it
sinks_end() {
	[ ${#SINKS[@]} -eq 0 ] || kill "${SINKS[@]}" 2>/dev/null
}

# deliver_to PORT: four workers that send there.
deliver_to() {
	SITE_RELAY=smtp://127.0.0.1:$1
	site_conf
	site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers 4
}

post() {
	mail_make Ana "$ANA" "todos@$SITE_DOMAIN" "Aviso $1" "$1@foro.example" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Para cada persona, una copia.' |
		net_lmtp "$SITE_LMTP" "$ANA" "todos@$SITE_DOMAIN"
}

# copies NAME [DOMAIN]: the recipients in that sink's log, sorted, one a copy
copies() {
	awk -F'\t' -v d="@${2:-}" 'd == "@" || index($3, d) { print $3 }' "$TEST_TMP/$1/copies" | sort
}

members() {
	flow_sql "SELECT ad.addr FROM subscription s JOIN address ad ON ad.id = s.address_id
		WHERE s.delivery = 'each'" | sort
}

queued() {
	flow_sql 'SELECT count(*) FROM outbound'
}

queue_empty() {
	[ "$(queued)" = 0 ]
}

# tried_all: nothing is due any more, what is left waits for another time
tried_all() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound WHERE lease IS NOT NULL OR not_before <= now()')" = 0 ]
}

# ledger ID: outcomes by kind of member, as `domain outcome code count tries`
ledger() {
	flow_sql "SELECT split_part(d.addr, '@', 2) AS domain, d.outcome, d.code, count(*), min(d.tries), max(d.tries)
		FROM delivery d JOIN post p ON p.id = d.post_id WHERE p.msgid = '$1@foro.example'
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
}

all_well() {
	tap_run 'the sink is up' sink_start well
	deliver_to "$SINK_PORT"
	tap_run 'a post is taken' post bien
	tap_run 'the queue runs empty' wait_for 120 queue_empty
	tap_is 'as many copies as members' "$(copies well | wc -l)" "$N"
	tap_run 'each member one' diff <(copies well) <(members)
	tap_is 'each with a return address of its own' \
		"$(cut -f2 "$TEST_TMP/well/copies" | sort -u | grep -cE '^<?todos-bounces\+')" "$N"
	tap_is 'the ledger has each once, sent' "$(flow_sql "SELECT count(*), count(DISTINCT addr),
		count(*) FILTER (WHERE outcome = 'sent' AND code = 250 AND tries = 1) FROM delivery")" "$N	$N	$N"
	site_end deliver
}

# The first time: 550 to hard, 451 to soft, the line cut on drop; the copy of m70
# breaks off within DATA, that of m75 is taken without an answer.
MISHAPS="rcpt *@hard.example 550 5.1.1 no such person
rcpt *@soft.example x$SOFT 451 4.2.0 later
rcpt *@drop.example x$DROP drop
end m70@ok.example x1 mid
end m75@ok.example x1 lost"

mishaps() {
	local twice
	tap_run 'a sink that fails is up' sink_start ill "$MISHAPS"
	deliver_to "$SINK_PORT"
	tap_run 'a second post is taken' post mal
	tap_run 'each copy is tried' wait_for 120 tried_all
	tap_is 'what failed for now is kept' "$(queued)" $((SOFT + DROP + 2))
	tap_is 'none of the refused ones is sent' "$(copies ill hard.example | wc -l)" 0
	# their time comes
	flow_sql 'UPDATE outbound SET not_before = now() WHERE lease IS NULL'
	tap_run 'the queue runs empty' wait_for 120 queue_empty
	twice=$(copies ill | uniq -d)
	tap_is 'one copy went twice, that of which nobody knew' "$(wc -w <<<"$twice")" 1
	tap_run 'each other member but the refused has one' diff <(copies ill | uniq) \
		<(members | grep -v '@hard.example$')
	tap_is 'and there are no further copies' "$(copies ill | wc -l)" $((N - HARD + 1))
	tap_is 'the ledger has each once' "$(flow_sql "SELECT count(*), count(DISTINCT addr) FROM delivery d
		JOIN post p ON p.id = d.post_id WHERE p.msgid = 'mal@foro.example'")" "$N	$N"
	tap_is 'with the outcomes that fit' "$(ledger mal)" "drop.example	sent	250	$DROP	2	2
hard.example	failed	550	$HARD	1	1
ok.example	sent	250	$((N - HARD - SOFT - DROP))	1	2
soft.example	sent	250	$SOFT	2	2"
	tap_is 'whoever was refused for good has a bounce' "$(flow_sql "SELECT count(*), count(DISTINCT address_id),
		min(kind), min(status) FROM bounce_event")" "$HARD	$HARD	hard	5.1.1"
}

flow_site 'receive'
tap_run 'the group is made' site_cabildo list add todos --title Todos
tap_run 'a member writes' site_cabildo member add todos $ANA --name Ana
flow_sql "UPDATE subscription SET delivery = 'none'; $(members_sql todos "$N")"
all_well
mishaps
flow_end
