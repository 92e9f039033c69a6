# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Two parts that are no figures beside a reference, and are run by name alone:
#	soak		MINUTES (20) of mixed traffic: posts to a hundred members, pages,
#			searches, digests, bounces. Memory stays, nothing fails, nobody waits.
#	overload	SECONDS_OVER (300) of 250 clients of mail and of the web for each worker:
#			some must be turned away, each of them told to come again; who is
#			served does not wait for long, and afterwards all is as before.
# Both end with an accounting of posts and copies, and fail where it does not come
# out. Sourced by tests/load/run.

# shellcheck disable=SC2046 # lists of process ids are meant to be split

SOAK_PIDS=()

# client KIND PAUSE FILE ARG...: hammer.pl, its lines in FILE
client() {
	local kind=$1 pause=$2 file=$3
	shift 3
	HAMMER_PAUSE=$pause perl "$TOP/tests/lib/hammer.pl" "$kind" "$@" >>"$file" 2>/dev/null &
	SOAK_PIDS+=("$!")
}

clients_end() {
	touch "$WORK/enough"
	[ ${#SOAK_PIDS[@]} -eq 0 ] || wait "${SOAK_PIDS[@]}"
	SOAK_PIDS=()
}

# p_of FILE N: the Nth of a hundred, of its milliseconds
p_of() {
	awk '{ print $2 }' "$1" | sort -g | awk -v n="$2" '{ v[NR] = $1 } END { k = int((NR * n + 99) / 100); print v[k] + 0 }'
}

# wrong FILE WORD...: answers that are none of these
wrong() {
	local file=$1
	shift
	awk -v ok=" $* " 'index(ok, " " $1 " ") == 0' "$file" | wc -l
}

heard() { # FILE...: how often each answer
	awk '{ n[$1]++ } END { for (k in n) printf "# the clients beside them heard %s %d times\n", k, n[k] }' "$@" >&2
}

# A line of the table, and what it must keep; the part fails with any that does not.
soak_say() { # NAME VALUE UNIT [LIMIT]
	printf '%s %s %s%s\n' "$1" "$(calc "$2")" "$3" "${4:+ (at most $4)}"
	[ -z "${4:-}" ] || awk "BEGIN { exit !($2 <= $4) }" || { note "$1: more than $4"; SOAK_BAD=1; }
}

# Each answer of 250 is one post, each post has one copy for each who gets each post.
soak_books() {
	local lost
	sort -u "$WORK"/250s* >"$WORK/answered"
	sql "SELECT '<' || msgid || '>' FROM post" | sort >"$WORK/there"
	sql "SELECT ad.addr || ' ' || p.msgid FROM post p, subscription s JOIN address ad ON ad.id = s.address_id
		WHERE s.delivery = 'each' AND p.id > $SOAK_FIRST" | sort >"$WORK/due"
	awk -F '\t' '$4 !~ /^digest\./ { print $3, $4 }' "$WORK/sink/copies" | sort >"$WORK/out"
	lost=$(($(comm -23 "$WORK/answered" "$WORK/there" | wc -l) + $(sort -u "$WORK/out" | comm -13 - "$WORK/due" | wc -l)))
	soak_say "$1_posts" "$(wc -l <"$WORK/answered")" posts
	soak_say "$1_copies" "$(wc -l <"$WORK/out")" copies
	soak_say "$1_lost" "$lost" - 0
	soak_say "$1_doubled" $(($(uniq -d "$WORK/there" | wc -l) + $(uniq -d "$WORK/out" | wc -l))) - 0
	soak_say "$1_stuck" "$(sql 'SELECT count(*) FROM outbound')" - 0
}

# soak_site NAME COUNT: the thread and the index of the pages, so many members who get each post.
soak_site() {
	SOAK_BAD=0
	rm -f "$WORK/enough" "$WORK"/250s* "$WORK"/soak.*
	pages_site "$1" && sql "$(members_sql carga "$2")" && sink_start && deliver_start && site_start_sched || return 1
	SOAK_FIRST=$(sql 'SELECT max(id) FROM post')
}

# Temporary failures that come back to the sender of a copy, each of another recipient.
bounces() {
	local from n=0
	until [ -e "$WORK/enough" ]; do
		from=$(awk -F '\t' '$4 !~ /^digest\./ { print $2 }' "$WORK/sink/copies" | tail -n $((100 - n % 100)) | head -n 1)
		n=$((n + 7))
		[ -z "$from" ] || sed "s/^To: .*/To: <$from>/" <<-'EOF' | net_lmtp "$SITE_LMTP" '' "$from" >>"$WORK/soak.bounces"
			From: MAILER-DAEMON@ok.example
			To: x
			Subject: Undelivered Mail Returned to Sender
			MIME-Version: 1.0
			Content-Type: multipart/report; report-type=delivery-status; boundary=b

			--b

			The mailbox is full.

			--b
			Content-Type: message/delivery-status

			Reporting-MTA: dns; mx.ok.example

			Final-Recipient: rfc822; lleno@ok.example
			Action: failed
			Status: 4.2.2

			--b--
		EOF
		sleep 10
	done
}

# A person has one digest a day: every half minute it is the next one's turn.
digests_due() {
	until [ -e "$WORK/enough" ]; do
		sleep 30
		sql "UPDATE digest_schedule SET due_at = now() WHERE id = (SELECT min(d.id) FROM digest_schedule d
			WHERE NOT EXISTS (SELECT FROM digest_issue i WHERE i.account_id = d.account_id))" >/dev/null
	done
}

soak_memory() { # FILE: a line every five seconds, of each program
	local name
	until [ -e "$WORK/enough" ]; do
		for name in receive deliver web sched; do
			printf '%s ' "$(pss_mb $(pgrep -g "$(site_pid "$name")"))"
		done >>"$1"
		echo >>"$1"
		sleep 5
	done
}

# What each program had in the second tenth and in the last.
soak_flat() {
	local i=0 name from to
	for name in receive deliver web cabildod; do
		i=$((i + 1))
		read -r from to < <(awk -v c=$i '{ v[NR] = $c } END {
			w = int(NR / 10) + 1
			for (k = 1; k <= w; k++) { a += v[w + k]; b += v[NR - w + k] }
			printf "%.1f %.1f\n", a / w, b / w }' "$1")
		soak_say "soak_memory_${name}_start_mb" "$from" MB
		soak_say "soak_memory_${name}_end_mb" "$to" MB "$(calc "$from * 1.2 + 3")"
	done
}

part_soak() {
	local minutes=${MINUTES:-20} cpu t0 what other
	soak_site soak 100 && sql "WITH p AS (SELECT a.id, d.id AS d FROM account a JOIN address d ON d.account_id = a.id
			WHERE d.addr ~ '^m[1-9]?5@' OR d.addr ~ '^m[1-9]?6@')
		UPDATE subscription s SET delivery = 'digest' FROM p WHERE s.account_id = p.id" || return 1
	sql "UPDATE list SET digest_every = 'daily'" >/dev/null
	# one that was joined to another is a redirect
	other=$(sql 'SELECT max(number) FROM thread WHERE moved_to IS NULL')
	setsid "$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from carga@example.org --rcpt carga@foro.example \
		--connections 2 --rate "${SOAK_RATE:-30}" --retry --quiet --count 10000000 --size 3000 --log "$WORK/250s" >"$WORK/soak.send" 2>&1 &
	what=$!
	client http 0.02 "$WORK/soak.page" "$SITE_HTTP" "$WORK/enough" / /g/carga /g/carga/1
	client http 0.02 "$WORK/soak.page" "$SITE_HTTP" "$WORK/enough" /g/carga/1 /g/carga /g/carga/1 "/g/carga/$other"
	client http 0.1 "$WORK/soak.search" "$SITE_HTTP" "$WORK/enough" '/search?q=reuni%C3%B3n' '/search?q=datos+abiertos'
	client lmtp 0.5 "$WORK/soak.post" "$SITE_LMTP" "$WORK/enough" carga@foro.example soak "$WORK/250s.slow"
	bounces &
	SOAK_PIDS+=("$!")
	digests_due &
	SOAK_PIDS+=("$!")
	soak_memory "$WORK/soak.memory" &
	SOAK_PIDS+=("$!")
	cpu=$(cpu_ms $(ours_pids) $(theirs_pids)) t0=$(now)
	sleep $((minutes * 60))
	cpu=$(calc "($(cpu_ms $(ours_pids) $(theirs_pids)) - $cpu) / ($(now) - $t0) / 10 / $(nproc)")
	kill -- "-$what" # it has a process for each connection
	wait "$what"
	clients_end
	wait_for 120 queue_empty
	soak_say soak_minutes "$minutes" minutes
	soak_say soak_processor "$cpu" '%'
	for what in page search post; do
		soak_say "soak_${what}_answers" "$(wc -l <"$WORK/soak.$what")" -
		soak_say "soak_${what}_ms_p50" "$(p_of "$WORK/soak.$what" 50)" ms
		soak_say "soak_${what}_ms_p99" "$(p_of "$WORK/soak.$what" 99)" ms 100
		soak_say "soak_${what}_errors" "$(wrong "$WORK/soak.$what" 200 250)" - 0
	done
	heard "$WORK"/soak.page "$WORK"/soak.search "$WORK"/soak.post
	soak_say soak_digests "$(awk -F '\t' '$4 ~ /^digest\./' "$WORK/sink/copies" | wc -l)" mails
	soak_say soak_bounces "$(sql 'SELECT count(*) FROM bounce_event')" reports
	soak_flat "$WORK/soak.memory"
	soak_books soak
	site_over && [ $SOAK_BAD -eq 0 ]
}

# quiet NAME: 10 s of one client of each kind; their p99 stand in soak.NAME.*
quiet() {
	rm -f "$WORK/enough"
	client http 0.01 "$WORK/soak.$1.page" "$SITE_HTTP" "$WORK/enough" / /g/carga /g/carga/1
	client lmtp 0.05 "$WORK/soak.$1.post" "$SITE_LMTP" "$WORK/enough" carga@foro.example "$1" "$WORK/250s.$1"
	sleep 10
	clients_end
	rm -f "$WORK/enough"
}

# What wrk heard: 200, 503 that say when to come again, and anything else.
wrk_counts() {
	cat >"$WORK/soak.lua" <<-'EOF'
		local threads = {}
		function setup(t) table.insert(threads, t) end
		function init() served, shed, other = 0, 0, 0 end
		function response(status, headers)
			if status == 200 then served = served + 1
			elseif status == 503 and headers["Retry-After"] then shed = shed + 1
			else other = other + 1 end
		end
		function done()
			local a, b, c = 0, 0, 0
			for _, t in ipairs(threads) do a = a + t:get("served"); b = b + t:get("shed"); c = c + t:get("other") end
			print("counts", a, b, c)
		end
	EOF
}

# part_overload's clients: some two hundred and fifty for each worker, of each kind, where a few are usual.
overload_clients() { # SECONDS CLIENTS
	local send web i
	wrk_counts
	# each answer that told it to come again is a line of its own
	setsid "$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from carga@example.org --rcpt carga@foro.example \
		--connections "$2" --retry --count 10000000 --size 3000 --log "$WORK/250s" \
		> >(awk '/: 45[0-9] / { later++ } END { print later + 0 }' >"$WORK/soak.later") 2>&1 &
	send=$!
	wrk -t 2 -c "$2" -d "$1s" --timeout 30s -s "$WORK/soak.lua" "http://127.0.0.1:$SITE_HTTP/g/carga/1" >"$WORK/soak.wrk" &
	web=$!
	for i in 1 2 3 4; do
		client http 0.1 "$WORK/soak.over.page" "$SITE_HTTP" "$WORK/enough" / /g/carga /g/carga/1
		client lmtp 0.1 "$WORK/soak.over.post" "$SITE_LMTP" "$WORK/enough" carga@foro.example "over$i" "$WORK/250s.over"
	done
	wait $web
	kill -- "-$send" # it has a process for each connection
	wait $send
	clients_end
}

# only FILE ANSWER: its lines with that answer, so that p_of is of those alone
only() {
	awk -v a="$2" '$1 == a' "$1" >"$1.only"
	p_of "$1.only" 99
}

part_overload() {
	local seconds=${SECONDS_OVER:-300} clients=$((WORKERS * 250)) t0 served shed other
	ulimit -n 8192 2>/dev/null
	soak_site overload 4 || return 1
	quiet warm
	quiet before
	overload_clients "$seconds" "$clients"
	t0=$SECONDS
	until quiet after && awk "BEGIN { exit !($(p_of "$WORK/soak.after.page" 99) <= 5 * $(p_of "$WORK/soak.before.page" 99) + 50) }"; do
		[ $((SECONDS - t0)) -lt 120 ] || { note 'overload: pages stay slow'; SOAK_BAD=1; break; }
		rm -f "$WORK"/soak.after.*
	done
	soak_say overload_clients $((2 * clients)) clients
	soak_say overload_recovers_s $((SECONDS - t0 - 10)) s 30
	wait_for 900 queue_empty
	soak_say overload_queue_empty_s $((SECONDS - t0)) s
	for t0 in before over after; do
		soak_say "overload_${t0}_page_ms_p99" "$(only "$WORK/soak.$t0.page" 200)" ms $([ $t0 != over ] || echo 2000)
		soak_say "overload_${t0}_post_ms_p99" "$(only "$WORK/soak.$t0.post" 250)" ms $([ $t0 != over ] || echo 6000)
	done
	read -r served shed other < <(awk '$1 == "counts" { print $2, $3, $4 }' "$WORK/soak.wrk")
	soak_say overload_pages_served "${served:-0}" pages
	soak_say overload_pages_shed_503 "${shed:-0}" -
	soak_say overload_mail_later_451 "$(cat "$WORK/soak.later")" -
	[ "${shed:-0}" -gt 0 ] || { note 'overload: no page was answered 503 with Retry-After'; SOAK_BAD=1; }
	[ "$(cat "$WORK/soak.later")" -gt 0 ] || { note 'overload: no mail was told 451'; SOAK_BAD=1; }
	soak_say overload_pages_other "${other:-1}" - 0
	awk '/Socket errors/ { print "# " $0 }' "$WORK/soak.wrk" >&2
	heard "$WORK/soak.over.page" "$WORK/soak.over.post"
	# 503 by us says when to come again; a page that was cut, or a connection that died, is an error
	soak_say overload_page_errors "$(wrong "$WORK/soak.over.page" 200 503)" - 0
	soak_say overload_post_errors "$(wrong "$WORK/soak.over.post" 250 421 451 452)" - 0
	soak_books overload
	site_over && [ $SOAK_BAD -eq 0 ]
}
