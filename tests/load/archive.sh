# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The parts of tests/load/run about archives: how fast they come in, into an empty site and
# beside people who read, and whether a site stays as quick when it has grown. Sourced by it.

# shellcheck disable=SC2046 # lists of process ids are meant to be split

# archive COUNT SEED [FIRST]: FILE of such an mbox (tests/load/archive.c), or of CORPORA.
archive() {
	local file=$WORK/archive-$2.mbox
	if [ -n "$CORPORA" ]; then
		messages "$1" "$2"
		return
	fi
	"$BUILD/tests/load/archive" "$@" >"$file" && printf '%s\n' "$file"
}

# imported LIST FILE: seconds that it took; false where not all of it is there.
imported() {
	local t0 rc=0
	t0=$(now)
	site_cabildo import "$1" "$2" >"$WORK/import.out" 2>"$WORK/import.err" || rc=$?
	t0=$(calc "$(now) - $t0")
	if [ $rc -ne 0 ]; then
		tail -n 3 "$WORK/import.err" >&2
		return 1
	fi
	note "import: $(tail -n 1 "$WORK/import.out"), $t0 s"
	printf '%s\n' "$t0"
}

# The same file into public-inbox, searchable when it ends.
import_ref() {
	local t0 n
	rm -rf "$WORK/inbox"
	t0=$(now)
	n=$(HOME=$WORK perl "$TOP/tests/load/ref_inbox.pl" "$WORK/inbox" "$1" 2>"$WORK/inbox.err") ||
		{ tail -n 3 "$WORK/inbox.err" >&2; return 1; }
	calc "$n / ($(now) - $t0)"
	rm -rf "$WORK/inbox"
}

# shellcheck disable=SC2153 # run sets POSTS
part_import() {
	local i box s n cpu0 cpu1 ref=''
	local -a rates=() refs=() ours=() theirs=()
	if command -v public-inbox-init >/dev/null; then
		ref=yes
	else
		note 'import: no public-inbox here, no reference'
	fi
	for ((i = 1; i <= RUNS; i++)); do
		site_fresh "import$i" || return 1
		box=$(archive "$POSTS" "$i")
		cpu0=$(cpu_ms $$)" "$(cpu_ms $(theirs_pids))
		s=$(imported carga "$box") || { site_over; return 1; }
		cpu1=$(cpu_ms $$)" "$(cpu_ms $(theirs_pids))
		n=$(sql 'SELECT count(*) FROM post')
		[ "$(sql "SELECT count(*) FROM pg_indexes WHERE indexname = 'post_search'")" = 1 ] ||
			{ note 'import: the search has no index'; return 1; }
		rates+=("$(calc "$n / $s")")
		ours+=("$(calc "(${cpu1% *} - ${cpu0% *}) / $n")")
		theirs+=("$(calc "(${cpu1#* } - ${cpu0#* }) / $n")")
		[ -z "$ref" ] || refs+=("$(import_ref "$box")")
		rm -f "$box"
		site_over
	done
	note "import: of a message ours $(median "${ours[@]}"), PostgreSQL $(median "${theirs[@]}") ms of processor"
	figure import_msgs_per_s messages/s "${rates[@]}"
	[ -z "$ref" ] || { figure import_msgs_per_s_ref messages/s "${refs[@]}" && ratio import_msgs_per_s; }
}

# Four readers who look at a page fifty times a second in all; p99 in ms.
readers() {
	cat >"$WORK/readers.lua" <<-'LUA'
		local paths = { "/g/vieja", "/g/vieja/1", "/g/vieja/7", "/g/vieja/20", "/" }
		local n = 0
		request = function() n = n + 1; return wrk.format("GET", paths[n % #paths + 1]) end
		delay = function() return 80 end
	LUA
	wrk -t 1 -c 4 -d "$1s" --latency -s "$WORK/readers.lua" "http://127.0.0.1:$SITE_HTTP" |
		awk '$1 == "99%" { v = $2; if (v ~ /us$/) v /= 1000; else if (v ~ /[0-9]s$/) v *= 1000; print v + 0 }
			/Non-2xx|Socket errors/ { print > "/dev/stderr" }'
}

part_import_live() {
	local i box s rest
	local -a rates=() slow=()
	site_fresh live && site_cabildo list add vieja --title Vieja --visibility public >/dev/null || return 1
	box=$(archive "$LIVE_POSTS" 77)
	imported vieja "$box" >/dev/null || return 1
	rm -f "$box"
	sql 'VACUUM ANALYZE'
	site_start_web && site_start_http || return 1
	rest=$(readers "$SECONDS_EACH")
	for ((i = 1; i <= RUNS; i++)); do
		box=$(archive "$POSTS" "$i" $((i * 1000000)))
		readers 600 >"$WORK/readers.ms" &
		s=$(imported carga "$box") || { kill $!; return 1; }
		pkill -INT -P $! -x wrk # of this shell's own child; it says what it saw
		wait $!
		rates+=("$(calc "$POSTS / $s")") slow+=("$(cat "$WORK/readers.ms")")
		rm -f "$box"
	done
	figure import_live_msgs_per_s messages/s "${rates[@]}"
	figure import_live_page_ms_p99 ms "${slow[@]}"
	note "import_live: p99 of the same pages without it ${rest:-?} ms"
	site_over
}

# ---- growth ----

# spent COUNT COMMAND...: milliseconds of processor, ours and PostgreSQL's, for each of so many.
spent() {
	local n=$1 cpu0
	shift
	cpu0=$(cpu_ms $(ours_pids) $(theirs_pids))
	"$@" >/dev/null || return 1
	calc "($(cpu_ms $(ours_pids) $(theirs_pids)) - $cpu0) / $n"
}

# pages COUNT FORMAT MAX: each a number of 1 to MAX, the same ones each time.
pages() {
	local i
	for ((i = 0; i < $1; i++)); do
		# shellcheck disable=SC2059 # the format is ours
		printf "url = \"http://127.0.0.1:$SITE_HTTP$2\"\noutput = \"/dev/null\"\n" $((i * 7919 % $3 + 1))
	done | curl -s -S -f --compressed -K -
}

# What a site of so many posts costs; prints NAME VALUE.
growth_posts() {
	local posts=$1 box threads
	site_fresh "growth$posts" || return 1
	mkfifo "$WORK/archive.fifo"
	"$BUILD/tests/load/archive" "$posts" 5 >"$WORK/archive.fifo" &
	imported carga "$WORK/archive.fifo" >"$WORK/seconds" || return 1
	rm -f "$WORK/archive.fifo"
	note "growth: $posts posts, $(calc "$posts / $(cat "$WORK/seconds")") a second, $(sql 'SELECT pg_size_pretty(pg_database_size(current_database()))')"
	sql 'VACUUM ANALYZE' && sql "$(members_sql carga 1)" || return 1
	threads=$(sql 'SELECT thread_count FROM list WHERE name = '\''carga'\')
	site_start_web && site_start_http && site_start_receive || return 1
	pages 40 "/g/carga/%d" "$threads" && pages 40 "/g/carga?x=%d" 9
	echo "thread_page $(spent 400 pages 400 "/g/carga/%d" "$threads")"
	echo "group_page $(spent 400 pages 400 "/g/carga?x=%d" 9)"
	echo "home_page $(spent 400 pages 400 "/?x=%d" 9)"
	echo "search $(spent 20 pages 20 "/search?q=tracoco&x=%d" 9)"
	box=$(archive 200 6 7000000)
	lmtp "$box" >/dev/null
	box=$(archive 400 7 7001000)
	echo "ingest $(spent 400 lmtp "$box")"
	site_over >/dev/null
}

# One post to so many members, until the last copy.
growth_members() {
	local n=$1 box k=$((2000 / $1))
	[ "$k" -gt 0 ] || k=1
	site_fresh "members$n" && sql "$(members_sql carga "$n")" && sql 'ANALYZE' || return 1
	sink_start && site_start_receive && deliver_start || return 1
	box=$(archive "$k" 8)
	growth_copies "$box" $((n * k)) && : >"$WORK/sink/copies"
	box=$(archive "$k" 9 5000)
	echo "fanout $(spent $((n * k)) growth_copies "$box" $((n * k)))"
	site_over >/dev/null
}

growth_copies() {
	lmtp "$1" >/dev/null && sink_until "$2"
}

# The home page and a group's among so many groups, and the look-up of a post's group.
growth_groups() {
	local n=$1 box
	site_fresh "groups$n" || return 1
	sql "INSERT INTO list (name, mail_domain, list_id, title, visibility) SELECT 'g' || i, 'foro.example', 'g' || i || '.foro.example',
		'Grupo ' || i, 'public' FROM generate_series(1, $n) i"
	box=$(archive 2000 10)
	imported carga "$box" >/dev/null || return 1
	sql 'VACUUM ANALYZE' && sql "$(members_sql carga 1)" || return 1
	site_start_web && site_start_http && site_start_receive || return 1
	pages 20 "/g/carga?x=%d" 9
	echo "groups_page $(spent 400 pages 400 "/g/carga?x=%d" 9)"
	box=$(archive 100 11 300000)
	lmtp "$box" >/dev/null
	box=$(archive 300 12 400000)
	echo "groups_ingest $(spent 300 lmtp "$box")"
	site_over >/dev/null
}

# growth_ask GB: the disk has that much, or the run ends here.
growth_disk() {
	local have
	have=$(df -Pk "$WORK" | awk 'END { print int($4 / 1048576) }')
	[ "$have" -ge "$1" ] && return 0
	note "growth: $1 GB are needed below $WORK, $have are free"
	return 1
}

# growth_of WORK SIZE...: each figure at the largest over that at the smallest.
growth_of() {
	local what=$1 size first last
	shift
	: >"$WORK/growth"
	for size; do
		"growth_$what" "$size" >"$WORK/growth.now" || { note "growth: $what $size did not end well"; return 1; }
		sed "s/^/$size /" "$WORK/growth.now" >>"$WORK/growth"
		note "growth: $size $what: $(tr '\n' ' ' <"$WORK/growth.now")ms of processor"
	done
	first=$1 last=${*: -1}
	awk -v a="$first" -v b="$last" '$1 == a { v[$2] = $3 } $1 == b && v[$2] > 0 { print $2, $3 / v[$2] }' "$WORK/growth" |
		while read -r name value; do figure "growth_$name" "times" "$value"; done
}

part_growth() {
	local most=${GROWTH##* }
	growth_disk $((most * 14 / 1000000 + 2)) || return 1
	# shellcheck disable=SC2086 # numbers
	{ growth_of posts $GROWTH && growth_of members $GROWTH_MEMBERS && growth_of groups $GROWTH_GROUPS; }
}
