#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# The fast way of cabildo import makes row by row what taking each message by itself
# makes: posts, numbers, threads and where merged ones lead, folds, search entries, pages,
# files, what waits, counts. Archives in order, backwards and shuffled, in one run and in
# several; with CORPORA, real ones as well.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

BOX=$TEST_TMP/box
mkdir "$BOX"
export CABILDO_LIBEXECDIR=$BUILD

# rows: all that an import wrote, without ids and times of its own.
rows() {
	local p='(SELECT msgid FROM post WHERE id =' t='(SELECT number FROM thread WHERE id ='
	flow_sql "SELECT 'post', row_number() OVER (ORDER BY p.id), p.msgid, $t p.thread_id), p.number, $p p.parent_id), p.parent_rank, p.refs,
		p.author_name, p.author_addr, p.account_id IS NOT NULL, p.sent_at, p.sent_guessed, p.source, p.lang, md5(p.subject), md5(p.body),
		p.folds, md5(p.html), md5(p.packed), p.attachment_count, p.automatic, p.addressed, md5(p.search::text), p.msgid_hash, p.state,
		r.size, r.hash, r.chunks, r.keep, (SELECT md5(string_agg(bytes, '' ORDER BY n)) FROM raw_chunk WHERE raw_id = r.id)
		FROM post p LEFT JOIN raw_message r ON r.id = p.raw_id ORDER BY p.id"
	flow_sql "SELECT 'thread', number, subject, subject_base, state, post_count, next_post, first_post_at, last_post_at, $p last_post_id),
		participant_count, participants, version, $t th.moved_to), titled, placed FROM thread th ORDER BY number"
	flow_sql "SELECT 'ref', id_hash, $t thread_id), $p post_id) FROM thread_ref ORDER BY id_hash"
	flow_sql "SELECT 'wait', id_hash, $p post_id), rank FROM ref_wait ORDER BY 2, 3"
	flow_sql "SELECT 'person', $t thread_id), addr, account_id IS NOT NULL, name, posts FROM thread_participant ORDER BY 2, 3"
	flow_sql "SELECT 'redirect', $t thread_id), number, $p post_id) FROM post_redirect ORDER BY 2, 3"
	flow_sql "SELECT 'file', $p post_id), n, name, type, size, hash, encoding, raw_offset, raw_length, inner_offset, inline, folded
		FROM attachment ORDER BY 2, 3"
	flow_sql "SELECT 'seen', id_hash, fate, $p post_id), hold_id FROM message_seen ORDER BY 2"
	flow_sql "SELECT 'list', next_thread, thread_count, post_count, last_post_at, version FROM list WHERE name = 'archivo'"
	flow_sql "SELECT 'left', (SELECT count(*) FROM outbound), (SELECT count(*) FROM hold), (SELECT count(*) FROM intake),
		(SELECT count(*) FROM raw_message) - (SELECT count(*) FROM post)"
}

# A group with nothing in it, and two members.
anew() {
	flow_sql 'SET client_min_messages = warning; TRUNCATE list, account, raw_message, raw_chunk, message_seen, post, thread, thread_ref,
		ref_wait, thread_participant, post_redirect, attachment, intake CASCADE' >/dev/null
	site_cabildo list add archivo >/dev/null
	site_cabildo member add archivo ana@example.org --name 'Ana de la Cuenta' </dev/null >/dev/null
}

# way NAME [OPTION] -- FILE...: each file in a run of its own.
way() {
	local name=$1 f
	shift
	local -a opt=()
	[ "$1" = -- ] || { opt=("$1") && shift; }
	shift
	anew
	for f; do
		site_cabildo import archivo "$f" "${opt[@]}" 2>&1 || echo "status $?"
	done >"$TEST_TMP/$name.said"
	rows >"$TEST_TMP/$name.rows"
}

# same NAME FILE...
same() {
	local name=$1
	shift
	way one --one-by-one -- "$@"
	way fast -- "$@"
	tap_is "$name: what is said" "$(cat "$TEST_TMP/fast.said")" "$(cat "$TEST_TMP/one.said")"
	tap_none "$name: the same rows" "$(diff "$TEST_TMP/one.rows" "$TEST_TMP/fast.rows" | head -n 12)"
	tap_run "$name: there are rows" test "$(grep -c '^post' "$TEST_TMP/one.rows")" -ge 5
}

# awk program: messages of odd threads. ORDER: straight, back, mixed.
threads() {
	awk -v SEED="$1" -v ORDER="$2" '
	function out(i, k, refs) {
		printf "From ana@example.org Mon Mar  2 20:08:%02d 2009\n", i % 60
		printf "From: %s\n", who[i]
		printf "Date: Mon, 2 Mar 2009 %02d:%02d:%02d +0000\n", (i * 7) % 24, (i * 11) % 60, i % 60
		if (id[i]) printf "Message-ID: <%s>\n", id[i]
		if (names[i]) printf "References: %s\n", names[i]
		if (answers[i]) printf "In-Reply-To: <%s>\n", answers[i]
		printf "Subject: %s\nTo: lista@example.org, ana@example.org\n", subject[i]
		if (i % 9 == 4) {
			printf "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/plain\n\nCon dibujo %d.\n", i
			printf "--b\nContent-Type: image/png; name=logo%d.png\nContent-Disposition: inline\nContent-ID: <l%d>\nContent-Transfer-Encoding: base64\n\n", i % 2, i
			print "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
			printf "--b--\n\n"
		} else {
			printf "\nTexto propio número %d, sobre la reunión del comité y sus acuerdos.\n", i
			if (answers[i]) {
				# a quotation without marks, as some programs leave it
				if (i % 3 == 0) printf "\n-----Mensaje original-----\nDe: alguien\n\n%s\n", body(i)
				else printf "\n> Texto propio, sobre la reunión\n> del comité.\n"
			}
			printf "%s\n\n", body(i)
		}
	}
	function body(i) {
		return "El grupo de trabajo acordó revisar el documento de la sesión anterior\ncon todas las observaciones que los países enviaron durante el mes de marzo\ny volver a reunirse cuando la secretaría tenga lista la versión que sigue.\nParte " int(i / 4) "."
	}
	BEGIN {
		srand(SEED)
		N = 700
		for (i = 0; i < N; i++) {
			a = int(rand() * 12)
			who[i] = a == 0 ? "ana@example.org" : a == 1 ? "Ana Pérez <ana@example.org>" : a == 2 ? "" : "Autora " a " <a" a "@example.org>"
			id[i] = rand() < 0.03 ? "" : "m" i "@x"
			subject[i] = rand() < 0.05 ? "" : "Hilo " int(i / 6)
			if (rand() < 0.7 && i > 0) {
				k = int(rand() * (i < 30 ? i : 30)); k = i - 1 - k
				subject[i] = "Re: " subject[k]
				if (id[k] && rand() < 0.8) answers[i] = id[k]
				if (id[k]) names[i] = names[k] (rand() < 0.3 ? " <nobody" int(rand() * 9) "@x>" : "") (rand() < 0.9 ? " <" id[k] ">" : "")
				# both at once: two threads are one
				if (rand() < 0.06) names[i] = names[i] " <m" int(rand() * N) "@x>"
				if (rand() < 0.03) names[i] = names[i] " <" id[i] ">"
			}
			# again, and the id of another
			order[i] = i
		}
		if (ORDER == "back") for (i = 0; i < N; i++) order[i] = N - 1 - i
		if (ORDER == "mixed") for (i = N - 1; i > 0; i--) { k = int(rand() * (i + 1)); t = order[i]; order[i] = order[k]; order[k] = t }
		for (i = 0; i < N; i++) {
			out(order[i])
			if (rand() < 0.02) out(order[i])
			if (rand() < 0.01) { was = who[order[i]]; who[order[i]] = "otra@example.org"; out(order[i]); who[order[i]] = was }
		}
	}' >"$BOX/$1-$2.mbox"
}

flow_conf
for order in straight back mixed; do
	threads 1 $order
	same "$order" "$BOX/1-$order.mbox"
done
threads 2 mixed
threads 3 straight
same 'archives that answer each other' "$BOX/2-mixed.mbox" "$BOX/3-straight.mbox" "$BOX/2-mixed.mbox"
if [ -d "${CORPORA:-}" ]; then
	sets='linux-man usrp-users'
	[ -z "${TEST_LONG:-}" ] || sets="$sets twisted-web twisted-python r-help-es"
	for set in $sets; do
		[ ! -d "$CORPORA/archive-$set" ] || same "$set" "$CORPORA/archive-$set/data"
	done
fi
tap_end
