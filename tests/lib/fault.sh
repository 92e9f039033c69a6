# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Blows: a site under a stream of mail and of posts from the web, whose programs
# and whose PostgreSQL are killed (kill -9) while work is in their hands, and the
# three books that are compared afterwards: what was answered (the senders
# wrote it down), what is in the forum, what each recipient got (the sink wrote
# it down). Sourced after flow.sh; tests/flow/0230-kill.sh holds the story.
#
# FAULT_BOOKS	folder: 250s, web (answered), sink/copies, kills (time, kind, pid, hand)

LMTPSEND=$BUILD/tests/lib/lmtpsend
FAULT_BOOKS=$TEST_TMP/books
FAULT_GROUP=golpes
FAULT_MEMBERS=6
FAULT_SENDER='' FAULT_CUT_SENDER='' FAULT_SINK='' FAULT_CUT=() FAULT_WEB=() FAULT_GROUPS=()
VICTIM='' HAND=- HOLDER=''

# ---- what runs ----

# A PostgreSQL of its own, which keeps what it promised: the run's has no fsync.
fault_pg() {
	pg_as mkdir -p "$TEST_TMP/sock" && pg_init "$TEST_TMP/pg" "$TEST_TMP/pg.log" &&
		pg_start "$TEST_TMP/pg" "$TEST_TMP/sock" "$TEST_TMP/pg.log" &&
		pg_owner "$TEST_TMP/sock" && pg_database "$TEST_TMP/sock" fault || return 1
	TEST_PG=$TEST_TMP/sock
	# shellcheck disable=SC2034 # flow.sh reads it
	CABILDO_TEST_DATABASE="host=$TEST_PG dbname=fault"
}

# fault_sink [SCRIPT]
fault_sink() {
	mkdir -p "$FAULT_BOOKS/sink"
	"$BUILD/tests/lib/sink" ${1:+--script "$1"} --state ${FAULT_KEEP:+--keep} --port-file "$TEST_TMP/sink.port" --dir "$FAULT_BOOKS/sink" 2>"$TEST_TMP/sink.err" &
	FAULT_SINK=$!
	wait_for 10 test -s "$TEST_TMP/sink.port" && SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
}

# Two workers, so that one may take what the other had.
site_start_deliver() {
	site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers 2
}

fault_site() {
	local what i
	flow_conf
	site_cabildo migrate || return 1
	for what in receive deliver web sched http; do
		"site_start_$what" || return 1
	done
	site_conf # from now on with the ports that were given: who is started again has them too
	site_cabildo list add $FAULT_GROUP --title Golpes && site_cabildo list set $FAULT_GROUP posting=anyone flood_per_hour=0 unaddressed=accept || return 1
	for ((i = 1; i <= FAULT_MEMBERS; i++)); do
		site_cabildo member add $FAULT_GROUP "m$i@example.net" --name "Miembro $i" || return 1
	done
	printf 'clave-de-prueba' | site_cabildo account password m1@example.net --stdin
}

# shellcheck disable=SC2317 # a trap calls it
fault_end() {
	touch "$FAULT_BOOKS/stop"
	[ -z "$FAULT_SENDER$FAULT_CUT_SENDER" ] || senders KILL
	[ -z "$FAULT_SINK" ] || kill "$FAULT_SINK" 2>/dev/null
	[ ${#FAULT_WEB[@]} -eq 0 ] || kill "${FAULT_WEB[@]}" 2>/dev/null
	[ ${#FAULT_CUT[@]} -eq 0 ] || kill "${FAULT_CUT[@]}" 2>/dev/null
	site_stop
	pg_stop "$TEST_TMP/pg"
}

# ---- the streams ----

# More than the blows can outlast, as an MTA tries: until a message is taken.
fault_mail() {
	setsid "$LMTPSEND" ${FAULT_RATE:+--rate "$FAULT_RATE"} --to "127.0.0.1:$SITE_LMTP" --from ana.perez@example.org \
		--rcpt "$FAULT_GROUP@$SITE_DOMAIN" --count 1000000 --connections "${FAULT_CONNECTIONS:-4}" --retry --retry-ms 50 \
		--log "$FAULT_BOOKS/250s" --quiet >"$TEST_TMP/stream" 2>&1 &
	FAULT_SENDER=$!
}

# Another sender, whose connection breaks where it must not: once DATA is said, in the
# middle of an answer, before the 250. What it is not answered it sends again.
fault_mail_cut() {
	local port
	port=$(net_free_port) || return 1
	echo never >"$TEST_TMP/cut"
	perl "$TOP/tests/lib/cutter.pl" "$port" "$SITE_LMTP" "$TEST_TMP/cut" &
	FAULT_CUT=("$!")
	wait_for 10 net_listening "$port" || return 1
	setsid "$LMTPSEND" --to "127.0.0.1:$port" --from luis.paz@example.org --rcpt "$FAULT_GROUP@$SITE_DOMAIN" --count 1000000 \
		--tag cut --connections 2 --retry --retry-ms 100 --log "$FAULT_BOOKS/250s.cut" --quiet >"$TEST_TMP/stream.cut" 2>&1 &
	FAULT_CUT_SENDER=$!
	while sleep 0.3; do
		case $((RANDOM % 4)) in
		0) echo "after $((RANDOM % 1500))" ;;
		1) echo 'at DATA' ;;
		2) echo 'at Subject' ;;
		3) echo never ;;
		esac >"$TEST_TMP/cut"
	done &
	FAULT_CUT+=("$!")
}

# web JAR PATH [FIELD=VALUE...]: one request; the body in JAR.body, its status printed.
web() {
	local jar=$1 path=$2 f args=()
	shift 2
	for f; do args+=(--data-urlencode "$f"); done
	curl -s -m 20 -b "$jar" -c "$jar" -o "$jar.body" -w '%{http_code}' "${args[@]}" "http://127.0.0.1:$SITE_HTTP$path"
}

# again JAR WANTED PATH [FIELD=VALUE...]: as a person does who gets no answer, or
# that of a server which is away; anything else is written down. False: told to stop.
again() {
	local jar=$1 wanted=$2 code
	shift
	shift
	until code=$(web "$jar" "$@") && [ "$code" = "$wanted" ]; do
		case $code in
		000 | 500 | 502 | 503 | 504) ;;
		*) echo "$code $*" >>"$FAULT_BOOKS/web.strange" ;;
		esac
		[ ! -e "$FAULT_BOOKS/stop" ] || return 1
		sleep 0.2
	done
}

field() { # JAR NAME
	sed -n "s/.*name=\"$2\" value=\"\([^\"]*\)\".*/\1/p" "$1.body" | head -n 1
}

# One person, who writes new threads for as long as it lasts. The form's id stays
# the same while it is sent again.
web_person() {
	local k=$1 jar=$FAULT_BOOKS/jar.$1 i=0 csrf id seen subject
	again "$jar" 200 /signin || return
	again "$jar" 303 /signin/password "csrf=$(field "$jar" csrf)" addr=m1@example.net password=clave-de-prueba next=/ || return
	while [ ! -e "$FAULT_BOOKS/stop" ]; do
		subject="Desde la web $k-$((++i))"
		again "$jar" 200 /g/$FAULT_GROUP/new || return
		csrf=$(field "$jar" csrf) id=$(field "$jar" form_id)
		again "$jar" 200 /g/$FAULT_GROUP/new "csrf=$csrf" "form_id=$id" "subject=$subject" text=Texto. act=preview || return
		seen=$(field "$jar" seen)
		echo "$subject" >>"$FAULT_BOOKS/web.begun"
		again "$jar" 303 /g/$FAULT_GROUP/new "csrf=$csrf" "form_id=$id" "seen=$seen" "subject=$subject" text=Texto. act=post || return
		echo "$subject" >>"$FAULT_BOOKS/web.answered"
	done
}

fault_web() {
	local k
	for k in 1 2; do
		web_person $k >"$TEST_TMP/web.$k" 2>&1 &
		FAULT_WEB+=("$!")
	done
}

lines() {
	wc -l 2>/dev/null <"$1" || echo 0
}

answered_more_than() {
	[ "$(lines "$FAULT_BOOKS/250s")" -gt "$1" ]
}

waiting() {
	local n
	n=$(flow_sql 'SELECT count(*) FROM outbound' 2>/dev/null) && echo "$n"
}

shorter() {
	local n
	n=$(waiting) && [ "$n" -le "$1" ]
}

# senders SIGNAL: to both
senders() {
	kill "-$1" -- ${FAULT_SENDER:+"-$FAULT_SENDER"} ${FAULT_CUT_SENDER:+"-$FAULT_CUT_SENDER"} 2>/dev/null
}

# What the relay put off is due now: no hour is waited for.
hurry() {
	flow_sql 'UPDATE outbound SET not_before = now() WHERE not_before > now() AND lease IS NULL' >/dev/null 2>&1
}

soon_shorter() {
	hurry
	shorter "$1"
}

# The senders rest where the queue is long: it is to be busy, not endless.
fault_breathe() {
	shorter 3000 && return
	senders STOP
	wait_for 120 soon_shorter 500
	senders CONT
}

# ---- aiming ----

# kids PROGRAM: its workers
kids() {
	local pid
	pid=$(site_pid "$1") && cat "/proc/$pid/task/$pid/children" 2>/dev/null
}

# in_tx PROGRAM PID: its session has a transaction open that has written or waits
# for its next statement. The process stands still, so this stays true.
in_tx() {
	[ "$(flow_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cabildo-$1[$2]'
		AND (state LIKE 'idle in transaction%' OR backend_xid IS NOT NULL)" 2>/dev/null)" = 1 ]
}

# in_send PID: the sink has MAIL of that very connection and has not answered its
# message; or it has, and the copy is not settled.
in_send() {
	local port inodes last
	inodes=$(readlink "/proc/$1/fd/"* 2>/dev/null | sed -n 's/^socket:\[\([0-9]*\)\]$/\1/p' | tr '\n' ' ')
	for port in $(awk -v want=" $inodes" -v sink="$(printf '%04X' "${SITE_RELAY##*:}")" \
		'$3 ~ (":" sink "$") && index(want, " " $10 " ") { print substr($2, length($2) - 3) }' /proc/net/tcp); do
		if grep -qx "$(printf '%05d' "0x$port")" "$FAULT_BOOKS/sink/state"; then
			HAND=send
			return 0
		fi
	done
	last=$(tail -n 2 "$FAULT_BOOKS/sink/copies" | awk -F'\t' '{ printf "%s('\''%s'\'', '\''%s'\'')", (NR > 1 ? ", " : ""), $3, $4 }')
	[ "$(flow_sql "SELECT count(*) FROM (VALUES $last) v (addr, msgid) JOIN post p USING (msgid)
		JOIN address ad USING (addr) JOIN subscription s ON s.address_id = ad.id
		JOIN outbound o ON o.post_id = p.id AND o.subscription_id = s.id
		JOIN pg_locks k ON k.locktype = 'advisory' AND k.classid::bigint = ('x' || left(o.lease::text, 8))::bit(32)::bigint
		JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'cabildo-deliver[$1]'" 2>/dev/null)" = 1 ] && HAND=settle
}

# aim PROGRAM CHECK: one of its workers stands still, in VICTIM; if it can be,
# with work in its hands, in HAND. One blow in four is not aimed.
aim() {
	local tries=25 all
	[ $((RANDOM % 4)) -ne 0 ] || tries=1
	while :; do
		HAND=-
		read -ra all < <(kids "$1"; echo)
		[ ${#all[@]} -gt 0 ] || return 1
		VICTIM=${all[RANDOM % ${#all[@]}]}
		kill -STOP "$VICTIM" 2>/dev/null || return 1
		case $2 in
		tx) in_tx "$1" "$VICTIM" && HAND=tx ;;
		send) in_send "$VICTIM" ;;
		esac
		[ $HAND = - ] && [ $((--tries)) -gt 0 ] || return 0
		kill -CONT "$VICTIM"
		sleep "0.0$((RANDOM % 4 + 1))"
	done
}

# struck KIND PID: writes down what is about to fall on whom
struck() {
	printf '%s\t%s\t%s\t%s\n' "$EPOCHREALTIME" "$1" "$2" "$HAND" >>"$FAULT_BOOKS/kills"
}

# ---- the blows; each is false where it could not fall ----

blow_worker() { # PROGRAM CHECK
	[ "$1" != web ] || hold_list
	aim "$1" "$2" || return 1
	struck "$1-worker" "$VICTIM"
	kill -KILL "$VICTIM"
	let_go
}

# What a parent leaves behind ends by itself; whoever starts services starts it again.
blow_parent() { # PROGRAM CHECK
	local pid
	[ "$1" != web ] || hold_list
	pid=$(site_pid "$1") && aim "$1" "$2" || return 1
	struck "$1-parent" "$pid"
	kill -KILL "$pid"
	kill -CONT "$VICTIM"
	let_go
	reborn "$1" "$pid"
}

# All of it at once, as an end of memory or of patience has it.
blow_all() { # PROGRAM CHECK
	local pid all
	pid=$(site_pid "$1") && aim "$1" "$2" || return 1
	read -ra all < <(kids "$1"; echo)
	# as many deaths of workers as it has
	struck "$1-all-${#all[@]}" "$pid"
	kill -KILL -- "-$pid"
	reborn "$1" "$pid"
}

reborn() { # PROGRAM PID
	FAULT_GROUPS+=("$2")
	wait "$2" 2>/dev/null
	for _ in 1 2 3 4 5; do
		"site_start_$1" && return 0
		sleep 1
	done
	return 1
}

# Somebody else has what its transaction needs next, as happens on a busy site:
# those that are in one only now and then are found in it.
hold() { # SQL
	PGAPPNAME=holder flow_sql "BEGIN; $1; SELECT pg_sleep(5)" >/dev/null 2>&1 &
	HOLDER=$!
}

hold_list() {
	hold 'SELECT FROM list FOR UPDATE'
	wait_for 2 held
}

held() {
	[ "$(flow_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holder' AND wait_event = 'PgSleep'")" = 1 ]
}

let_go() {
	[ -n "$HOLDER" ] || return 0
	flow_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'" >/dev/null 2>&1
	wait "$HOLDER"
	HOLDER=''
}

blow_sched() {
	local pid
	pid=$(site_pid sched) || return 1
	hold 'LOCK TABLE audit_seal'
	HAND=-
	wait_for 4 sched_waits && HAND=tx
	struck sched "$pid"
	kill -KILL "$pid"
	let_go
	reborn sched "$pid"
}

sched_waits() {
	[ "$(flow_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'cabildo-sched%' AND wait_event_type = 'Lock'")" = 1 ]
}

# One session's process: PostgreSQL ends all the others and recovers.
blow_backend() {
	local pid
	aim receive tx || return 1
	pid=$(flow_sql "SELECT pid FROM pg_stat_activity WHERE application_name = 'cabildo-receive[$VICTIM]'" 2>/dev/null)
	if [ -n "$pid" ]; then
		struck pg-backend "$pid"
		kill -KILL "$pid"
	fi
	kill -CONT "$VICTIM"
	[ -n "$pid" ] && wait_for 60 waiting
}

blow_postmaster() {
	local pid all
	aim receive tx || return 1
	read -r pid <"$TEST_TMP/pg/postmaster.pid"
	read -ra all < <(cat "/proc/$pid/task/$pid/children"; echo)
	struck pg-postmaster "$pid"
	kill -KILL "$pid" "${all[@]}"
	kill -CONT "$VICTIM"
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		pg_start "$TEST_TMP/pg" "$TEST_PG" "$TEST_TMP/pg.log" && return 0
		sleep 0.5
	done
	return 1
}

# It stands still in the middle of its work for longer than others wait without a word, and goes on.
blow_freeze() { # PROGRAM CHECK
	local since
	[ "$1" != web ] || hold_list
	aim "$1" "$2" || return 1
	struck "freeze-$1" "$VICTIM"
	since=$EPOCHREALTIME
	[ "$1" != web ] || let_go
	sleep 2
	[ "$1" != deliver ] || printf '%s\t%s\n' "$since" "$EPOCHREALTIME" >>"$FAULT_BOOKS/thaws"
	kill -CONT "$VICTIM"
}

# Twenty-four make a round in which each program dies, and three stand still.
FAULT_ROUND=('worker receive tx' 'worker deliver send' 'worker web tx' 'parent deliver send' 'worker receive tx'
	backend 'worker deliver send' 'worker web tx' sched 'worker receive tx'
	'freeze receive tx' 'worker deliver send' 'parent receive tx' 'worker deliver send' 'all deliver send' 'worker receive tx'
	'freeze deliver send' postmaster 'worker deliver send' 'all receive tx' 'freeze web tx' 'parent web tx' 'worker receive tx'
	'worker deliver send')

# fault_blows N SECONDS: N blows, spread over that time.
fault_blows() {
	local n=0 begun=$SECONDS blow=() tries=0
	while [ $n -lt "$1" ] && [ $((tries++)) -lt $(($1 * 3)) ]; do
		read -ra blow <<<"${FAULT_ROUND[n % ${#FAULT_ROUND[@]}]}"
		if "blow_${blow[0]}" "${blow[@]:1}"; then
			n=$((n + 1))
		else
			echo "${blow[*]} did not fall" >>"$TEST_TMP/missed"
			sleep 0.5
		fi
		sleep "0.$((RANDOM % 5 + 1))"
		fault_breathe
		while [ $((SECONDS - begun)) -lt $(($2 * n / $1)) ]; do
			sleep 0.2
		done
	done
}

# ---- rest, and the books ----


fault_rest() {
	touch "$FAULT_BOOKS/stop"
	senders TERM
	wait "$FAULT_SENDER" ${FAULT_CUT_SENDER:+"$FAULT_CUT_SENDER"} 2>/dev/null
	wait_for 10 no_group "$FAULT_SENDER" || return 1
	[ -z "$FAULT_CUT_SENDER" ] || wait_for 10 no_group "$FAULT_CUT_SENDER" || return 1
	FAULT_SENDER='' FAULT_CUT_SENDER=''
	[ ${#FAULT_CUT[@]} -eq 0 ] || { kill "${FAULT_CUT[@]}" && wait "${FAULT_CUT[@]}"; } 2>/dev/null
	FAULT_CUT=()
	[ ${#FAULT_WEB[@]} -eq 0 ] || wait "${FAULT_WEB[@]}"
	FAULT_WEB=()
	wait_for 180 settled
}

no_group() {
	! kill -0 -- "-$1" 2>/dev/null
}

# settled: nothing arrives any more, and the queue is empty
settled() {
	local n
	hurry
	n=$(flow_sql 'SELECT count(*) FROM post')
	sleep 0.5
	shorter 0 && [ "$(flow_sql 'SELECT count(*) FROM post')" -eq "$n" ]
}

# shellcheck disable=SC2034 # the story reads them
fault_compare() {
	local b=$FAULT_BOOKS
	LC_ALL=C sort -u "$b"/250s* >"$b/answered"
	flow_sql "SELECT '<' || msgid || '>' FROM post WHERE source = 'email'" | LC_ALL=C sort >"$b/posts"
	flow_sql "SELECT subject FROM post WHERE source = 'web'" | LC_ALL=C sort >"$b/web.posts"
	LC_ALL=C sort -o "$b/web.answered" "$b/web.answered"
	flow_sql "SELECT ad.addr || ' ' || p.msgid FROM post p, subscription s JOIN address ad ON ad.id = s.address_id
		WHERE s.delivery = 'each'" |
		LC_ALL=C sort >"$b/due"
	awk -F '\t' '{ print $3, $4 }' "$b/sink/copies" | LC_ALL=C sort >"$b/copies"
	# each copy beyond the first: recipient, id, when the one before it was taken, and the
	# death that explains it: a worker's within the next two seconds (it stood still while
	# it was aimed at), or PostgreSQL's
	# (a copy that was taken while its worker stood still is settled when that goes on; the
	# sink may take one 300 ms after its sender died)
	touch "$b/thaws"
	awk -F '\t' '
		FILENAME ~ /thaws$/ { frozen[++nthaws] = $1 - 0.3; thaw[nthaws] = $2; next }
		FILENAME ~ /kills$/ { t[++n] = $1; kind[n] = $2; next }
		{ k = $3 " " $4 }
		k in at {
			why = "-"; best = 2
			for (i = 1; i <= nthaws; i++)
				if (at[k] > frozen[i] && at[k] < thaw[i])
					at[k] = thaw[i]
			for (i = 1; i <= n; i++) {
				d = t[i] - at[k]
				if (kind[i] ~ /^deliver/ && d >= -0.4 && d < best) { best = d; why = "worker" }
				if (kind[i] ~ /^pg-/ && d > -1 && d < best) { best = d; why = "postgresql" }
			}
			printf "%s\t%s\t%.0f\n", k, why, best * 1000
		}
		{ at[k] = $1 }' "$b/thaws" "$b/kills" "$b/sink/copies" >"$b/doubled"
	FAULT_LOST=$(($(LC_ALL=C comm -23 "$b/answered" "$b/posts" | wc -l) + $(LC_ALL=C comm -23 "$b/web.answered" "$b/web.posts" | wc -l) +
		$(LC_ALL=C sort -u "$b/copies" | LC_ALL=C comm -13 - "$b/due" | wc -l)))
	FAULT_DOUBLED=$(awk -F '\t' '$2 != "postgresql"' "$b/doubled" | wc -l)
	FAULT_SETTLED_LOST=$(awk -F '\t' '$2 == "postgresql"' "$b/doubled" | wc -l)
	FAULT_FORGOTTEN_MS=$(awk -F '\t' '$2 == "postgresql" && $3 > m { m = $3 } END { print m + 0 }' "$b/doubled")
	FAULT_KILLS=$(lines "$b/kills")
	FAULT_BUSY=$(awk -F '\t' '$4 != "-"' "$b/kills" | wc -l)
	# a parent alone kills none of its workers: they end their copy
	FAULT_DELIVER_DEATHS=$(awk -F '\t' '$2 == "deliver-worker" { n++ } $2 ~ /^deliver-all-/ { n += substr($2, 13) } END { print n + 0 }' "$b/kills")
	FAULT_PG_DEATHS=$(grep -c '	pg-' "$b/kills")
}

fault_line() {
	printf 'lost %d doubled %d kills %d messages %d copies %d\n' "$FAULT_LOST" "$FAULT_DOUBLED" "$FAULT_KILLS" \
		$(($(lines "$FAULT_BOOKS/posts") + $(lines "$FAULT_BOOKS/web.posts"))) "$(lines "$FAULT_BOOKS/copies")"
}
