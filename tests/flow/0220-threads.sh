#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 180
# Threads do not depend on the order of arrival: sixty messages of six
# conversations, shuffled, give the same threads and parents each time; a reply
# and its parent that come at once find each other; circles are cut.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
MAIL=$TEST_TMP/mail
SEEDS='1 2 3 4 5 6'
[ -z "${TEST_LONG:-}" ] || SEEDS=$(seq 60)

# message FILE ID FROM MINUTE IN-REPLY-TO REFERENCES; the last two may be empty
message() {
	{
		printf 'From: %s\nTo: grupo@foro.example\nSubject: %sConversación\n' "$3" "${5:+Re: }"
		printf 'Message-ID: <%s>\nDate: %s\n' "$2" "$(LC_ALL=C date -R -u -d "2026-11-01 08:00 UTC $4 minutes")"
		[ -z "$5" ] || printf 'In-Reply-To: <%s>\n' "$5"
		[ -z "$6" ] || printf 'References: %s\n' "$6"
		printf '\nTexto de %s.\n' "$2"
	} >"$MAIL/$1"
}

# plan: 60 lines `id root parent irt refs` of six trees: who answers whom is
# random, and so is how much of the way back a mail program tells.
plan() {
	awk 'BEGIN {
		srand(20261122)
		for (i = 0; i < 60; i++) {
			id = "m" i "@example.org"; t = i % 6
			if (i < 6) { root[t] = id; path[id] = ""; print id, id, "-", "-", "-" }
			else {
				p = member[t, int(rand() * n[t])]
				path[id] = path[p] (path[p] == "" ? "" : ",") "<" p ">"
				how = int(rand() * 4); irt = p; refs = path[id]
				if (how == 0) refs = "-"                        # In-Reply-To alone
				if (how == 1) irt = "-"                         # References alone
				if (how == 2 && split(refs, r, ",") > 2) refs = r[1] "," r[length(r)]
				print id, root[t], p, irt, refs
			}
			member[t, n[t]++] = id
		}
	}'
}

make_plan() {
	local id irt refs n=0
	plan >"$TEST_TMP/plan"
	while read -r id _ _ irt refs; do
		[ "$irt" != - ] || irt=
		[ "$refs" != - ] || refs=
		message "$id" "$id" "p$((n % 7))@example.org" $((n++)) "$irt" "${refs//,/ }"
	done <"$TEST_TMP/plan"
	awk '{ print $1, $2, $3 }' "$TEST_TMP/plan" | LC_ALL=C sort >"$TEST_TMP/truth"
}

# shuffled SEED: the files in that order; 0: as they were written
shuffled() {
	awk -v seed="$1" -v dir="$MAIL" 'BEGIN { srand(seed) }
		{ print (seed ? rand() : NR / 1e6) "\t" dir "/" $1 }' "$TEST_TMP/plan" | sort -n | cut -f 2
}

# send LIST CONNECTIONS FILE...
send() {
	local list=$1 n=$2
	shift 2
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from rebote@example.org --rcpt "$list@foro.example" \
		--connections "$n" --retry "$@"
}

group() {
	site_cabildo list add "$1" --title "$1" --visibility public && site_cabildo list set "$1" posting=anyone unaddressed=accept flood_per_hour=0
}

# threads_of LIST: `id root parent`, the root being the oldest post of the thread
threads_of() {
	flow_sql "SELECT p.msgid || ' ' || first_value(p.msgid) OVER (PARTITION BY p.thread_id ORDER BY p.sent_at, p.id)
			|| ' ' || coalesce(q.msgid, '-')
		FROM post p JOIN list l ON l.id = p.list_id LEFT JOIN post q ON q.id = p.parent_id
		WHERE l.name = '$1'" | LC_ALL=C sort
}

# broken LIST: what does not add up there
broken() {
	flow_sql "SELECT 'counts of thread ' || t.id FROM thread t JOIN list l ON l.id = t.list_id
			WHERE l.name = '$1' AND t.post_count <> (SELECT count(*) FROM post p WHERE p.thread_id = t.id)
		UNION ALL SELECT 'participants of thread ' || t.id FROM thread t JOIN list l ON l.id = t.list_id
			WHERE l.name = '$1' AND t.moved_to IS NULL AND t.participant_count <>
			(SELECT count(DISTINCT author_addr) FROM post p WHERE p.thread_id = t.id)
		UNION ALL SELECT 'dates of thread ' || t.id FROM thread t JOIN list l ON l.id = t.list_id
			WHERE l.name = '$1' AND t.moved_to IS NULL AND (t.first_post_at, t.last_post_at) IS DISTINCT FROM
			(SELECT (min(sent_at), max(sent_at)) FROM post p WHERE p.thread_id = t.id)
		UNION ALL SELECT 'last post of thread ' || t.id FROM thread t JOIN list l ON l.id = t.list_id
			WHERE l.name = '$1' AND t.moved_to IS NULL AND NOT EXISTS
			(SELECT FROM post p WHERE p.id = t.last_post_id AND p.thread_id = t.id AND p.sent_at = t.last_post_at)
		UNION ALL SELECT 'a post in a thread that was merged: ' || p.msgid FROM post p
			JOIN thread t ON t.id = p.thread_id JOIN list l ON l.id = p.list_id
			WHERE l.name = '$1' AND t.moved_to IS NOT NULL
		UNION ALL SELECT 'two hops from thread ' || t.id FROM thread t JOIN thread u ON u.id = t.moved_to
			JOIN list l ON l.id = t.list_id WHERE l.name = '$1' AND u.moved_to IS NOT NULL
		UNION ALL SELECT 'no number: thread ' || t.id FROM thread t JOIN list l ON l.id = t.list_id
			WHERE l.name = '$1' AND t.number IS NULL
		UNION ALL SELECT 'counts of the group' FROM list l WHERE l.name = '$1' AND (l.post_count, l.thread_count) IS DISTINCT FROM
			((SELECT count(*) FROM post p WHERE p.list_id = l.id),
			 (SELECT count(*) FROM thread t WHERE t.list_id = l.id AND t.moved_to IS NULL))
		UNION ALL SELECT 'a parent in another thread: ' || p.msgid FROM post p JOIN post q ON q.id = p.parent_id
			JOIN list l ON l.id = p.list_id WHERE l.name = '$1' AND p.thread_id <> q.thread_id
		UNION ALL SELECT 'a circle at ' || x.msgid FROM (
			WITH RECURSIVE up AS (
				SELECT p.id AS start, p.msgid, p.parent_id, 1 AS depth FROM post p JOIN list l ON l.id = p.list_id
					WHERE l.name = '$1'
				UNION ALL SELECT up.start, up.msgid, q.parent_id, depth + 1 FROM up JOIN post q ON q.id = up.parent_id
					WHERE depth < 200)
			SELECT DISTINCT msgid FROM up WHERE depth >= 200) x"
}

same() {
	diff <(threads_of "$1") "$TEST_TMP/truth"
}

orders() {
	local seed files
	make_plan
	for seed in 0 $SEEDS; do
		mapfile -t files < <(shuffled "$seed")
		tap_run "order $seed: sixty messages are taken" send_shuffled "s$seed" "${files[@]}"
		tap_run "order $seed: threads and parents are those of the plan" same "s$seed"
		tap_none "order $seed: everything adds up" "$(broken "s$seed")"
	done
	tap_is 'the orders differed' "$(for seed in 0 $SEEDS; do
		shuffled "$seed" | cksum
	done | sort | uniq -d)" ''
}

send_shuffled() {
	local list=$1
	shift
	group "$list" && send "$list" 1 "$@"
}

# Families of four, one member on each of four connections at the same time.
at_once() {
	local i files=() bad
	for ((i = 0; i < 50; i++)); do
		message "f$i" "f$i@example.org" a@example.org "$i" '' ''
		message "f$i.a" "f$i.a@example.org" b@example.org $((i + 1)) "f$i@example.org" "<f$i@example.org>"
		message "f$i.b" "f$i.b@example.org" c@example.org $((i + 2)) "f$i.a@example.org" ''
		message "f$i.c" "f$i.c@example.org" d@example.org $((i + 3)) "f$i@example.org" ''
		files+=("$MAIL/f$i" "$MAIL/f$i.a" "$MAIL/f$i.b" "$MAIL/f$i.c")
	done
	group juntos
	tap_run 'two hundred messages over four connections are taken' send juntos 4 "${files[@]}"
	bad=$(threads_of juntos | awk '{
		split($1, p, "."); split($1, q, "@"); base = q[1]; sub(/\..*/, "", base)
		want = base "@example.org"; parent = "-"
		if (q[1] ~ /\.[ac]$/) parent = want
		if (q[1] ~ /\.b$/) parent = base ".a@example.org"
		if ($2 != want || $3 != parent) print
		n++
	} END { if (n != 200) print n " posts" }')
	tap_none 'each family is one thread, each reply under its parent' "$bad"
	tap_none 'everything adds up' "$(broken juntos)"
}

circles() {
	group vueltas
	message l1 l1@x a@example.org 1 l2@x ''
	message l2 l2@x a@example.org 2 l1@x ''
	message l3 l3@x a@example.org 3 l3@x '<l3@x> <l3@x>'
	message l4 l4@x a@example.org 4 l6@x '<l5@x> <l6@x>'
	message l5 l5@x a@example.org 5 l4@x '<l4@x>'
	message l6 l6@x a@example.org 6 l5@x '<l4@x> <l5@x>'
	tap_run 'circles are taken' send vueltas 1 "$MAIL"/l[1-6]
	tap_is 'each is a post' "$(threads_of vueltas | wc -l)" 6
	tap_none 'and no circle is left' "$(broken vueltas)"
	tap_is 'one alone answers nobody' "$(threads_of vueltas | grep '^l3@x')" 'l3@x l3@x -'
}

unknown() {
	group lejos
	message u1 u1@x a@example.org 1 nunca@x '<antes@x> <nunca@x>'
	message u2 u2@x b@example.org 2 nunca@x ''
	message u3 u3@x c@example.org 3 m0@example.org '<m0@example.org>'
	message u4 u4@x d@example.org 4 '' ''
	tap_run 'replies to what nobody has are taken' send lejos 1 "$MAIL"/u[1-4]
	tap_is 'what answers the same is one thread; an id of another group is nobody' \
		"$(threads_of lejos | tr '\n' ';')" 'u1@x u1@x -;u2@x u1@x -;u3@x u3@x -;u4@x u4@x -;'
	tap_none 'everything adds up' "$(broken lejos)"
}

mkdir -p "$MAIL"
flow_site receive
orders
at_once
circles
unknown
flow_end
