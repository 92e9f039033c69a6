#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Locks have one order: conversations whose messages come all at once, by many
# connections, answers before what they answer, the same ones to two groups by
# three ways and from an archive that is imported meanwhile, so that threads are
# joined while others write into them. No
# transaction waits for one that waits for it, none is tried twice for that, and
# each conversation is one thread in each group, with all its posts.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# shellcheck disable=SC2034 # site.sh reads SITE_WORKERS
ROUNDS=6 TREES=8 EACH=15 SITE_WORKERS=8
[ -z "${TEST_LONG:-}" ] || ROUNDS=60
MAIL=$TEST_TMP/mail
mkdir -p "$MAIL"

# round N SEED: an mbox of that round's messages, in the order of SEED. Three
# people write; each message answers one of its conversation and names it alone.
round() {
	awk -v r="$1" -v seed="$2" -v trees=$TREES -v each=$EACH 'BEGIN {
		srand(r)
		n = trees * each
		for (i = 0; i < n; i++) {
			t = i % trees
			k = int(i / trees)
			id[i] = "r" r ".m" i "@example.org"
			parent[i] = k == 0 ? "" : id[t + trees * int(rand() * k)]
			author[i] = int(rand() * 3)
		}
		srand(seed)
		for (i = 0; i < n; i++)
			order[i] = i
		for (i = n - 1; i > 0; i--) {
			j = int(rand() * (i + 1)); x = order[i]; order[i] = order[j]; order[j] = x
		}
		for (j = 0; j < n; j++) {
			i = order[j]
			printf "From a@example.org Mon Nov 16 09:00:00 2026\n"
			printf "From: Autora %d <a%d@example.org>\nTo: uno@foro.example, dos@foro.example\n", author[i], author[i]
			printf "Subject: Ronda %d, hilo %d\nMessage-ID: <%s>\n", r, i % trees, id[i]
			printf "Date: Mon, 16 Nov 2026 09:%02d:%02d +0000\n", (i / 60) % 60, i % 60
			if (parent[i] != "")
				printf "In-Reply-To: <%s>\nReferences: <%s>\n", parent[i], parent[i]
			printf "\nTexto de %s.\n\n", id[i]
		}
	}' >"$MAIL/$1.$2"
}

# send ROUND SEED GROUP...
send() {
	local box=$MAIL/$1.$2 to=()
	round "$1" "$2"
	shift 2
	for group; do
		to+=(--rcpt "$group@foro.example")
	done
	"$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from a@example.org "${to[@]}" \
		--connections 4 --quiet --mbox "$box" >>"$TEST_TMP/sent" 2>&1
}

# archive ROUND SEED GROUP: the same messages, imported
archive() {
	round "$1" "$2"
	site_cabildo import "$3" "$MAIL/$1.$2" >>"$TEST_TMP/sent" 2>&1
}

all_at_once() {
	local r pid pids rc=0
	for ((r = 1; r <= ROUNDS; r++)); do
		pids=()
		send $r 1 uno dos &
		pids+=($!)
		send $r 2 dos &
		pids+=($!)
		send $r 3 uno &
		pids+=($!)
		[ $((r % 2)) -eq 0 ] || { archive $r 4 uno & pids+=($!); }
		for pid in "${pids[@]}"; do
			wait "$pid" || rc=1
		done
	done
	[ $rc -eq 0 ] || cat "$TEST_TMP/sent"
	return $rc
}

deadlocks() {
	flow_sql "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
}

flow_conf
# a circle is seen at once, not after a second in which it could dissolve unseen
flow_sql "ALTER DATABASE ${CABILDO_TEST_DATABASE##*dbname=} SET deadlock_timeout = '50ms'"
for group in uno dos; do
	site_cabildo list add $group --title "Grupo $group" >/dev/null &&
		site_cabildo list set $group posting=anyone nonmember=accept identity=open flood_per_hour=0 unaddressed=accept >/dev/null ||
		exit 1
done
site_start_receive || exit 1
tap_run 'each message is taken' all_at_once
site_end receive # what a connection counted is in the statistics when it ends
tap_is 'no transaction waited in a circle' "$(deadlocks)" 0
tap_is 'each group has each message once' "$(flow_sql 'SELECT l.name, count(*), l.post_count FROM post p
	JOIN list l ON l.id = p.list_id GROUP BY l.id ORDER BY 1')" "dos	$((ROUNDS * TREES * EACH))	$((ROUNDS * TREES * EACH))
uno	$((ROUNDS * TREES * EACH))	$((ROUNDS * TREES * EACH))"
tap_is 'and each conversation in one thread' "$(flow_sql 'SELECT l.name, count(*), l.thread_count, min(t.post_count), max(t.post_count)
	FROM thread t JOIN list l ON l.id = t.list_id WHERE t.moved_to IS NULL GROUP BY l.id ORDER BY 1')" \
	"dos	$((ROUNDS * TREES))	$((ROUNDS * TREES))	$EACH	$EACH
uno	$((ROUNDS * TREES))	$((ROUNDS * TREES))	$EACH	$EACH"
tap_none 'no post is in a thread that went into another' \
	"$(flow_sql 'SELECT t.id, t.moved_to, p.id FROM post p JOIN thread t ON t.id = p.thread_id WHERE t.moved_to IS NOT NULL')"
tap_none 'each thread counts its posts and who wrote them' "$(flow_sql 'SELECT t.id, t.post_count, t.participant_count, c.posts, c.authors,
	(SELECT sum(posts) FROM thread_participant WHERE thread_id = t.id)
	FROM thread t JOIN (SELECT thread_id, count(*) AS posts, count(DISTINCT author_addr) AS authors FROM post GROUP BY 1) c
	ON c.thread_id = t.id WHERE t.post_count <> c.posts OR t.participant_count <> c.authors
	OR (SELECT sum(posts) FROM thread_participant WHERE thread_id = t.id) <> c.posts')"
tap_none 'each post hangs under the one it answers, where it names one' "$(flow_sql "SELECT p.id FROM post p
	WHERE cardinality(refs) > 0 AND parent_id IS DISTINCT FROM (SELECT q.id FROM post q
		WHERE q.msgid = p.refs[1] AND q.list_id = p.list_id) LIMIT 5")"
tap_is 'threads were joined meanwhile, or this shows nothing' \
	"$(flow_sql 'SELECT count(*) > 20 FROM thread WHERE moved_to IS NOT NULL')" t
flow_end
