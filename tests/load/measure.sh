# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# How tests/load/run measures: clocks, medians, processor time, memory, the
# site of one part. Sourced by it.

note() {
	printf '# %s\n' "$*" >&2
}

# calc EXPRESSION: by awk, three digits after the point at most.
calc() {
	awk "BEGIN { x = $1; printf (x >= 100 ? \"%.0f\" : x >= 10 ? \"%.1f\" : \"%.3f\"), x }"
}

now() {
	printf '%s' "$EPOCHREALTIME"
}

median() {
	printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# figure NAME UNIT VALUE...: the median to stdout and to $FIG_NAME for the ratio.
figure() {
	local name=$1 unit=$2 m
	shift 2
	m=$(median "$@")
	printf -v "FIG_$name" %s "$m"
	printf '%s %s %s\n' "$name" "$(calc "$m")" "$unit"
	[ $# -eq 1 ] || note "$name: $(printf '%s\n' "$@" | sort -g | awk '{ printf "%s%.1f", NR == 1 ? "" : " ", $1 }')"
}

# ratio NAME: ours over NAME_ref's.
ratio() {
	local ours=FIG_$1 ref=FIG_$1_ref
	[ -n "${!ours:-}" ] && [ -n "${!ref:-}" ] || return 1
	printf '%s_ratio %s\n' "$1" "$(calc "${!ours} / ${!ref}")"
}

# ---- the site of a part ----

# db_use NAME: the configuration points there, with PostgreSQL as it stands.
db_use() {
	# shellcheck disable=SC2034 # site.sh reads them
	SITE_DB="host=$WORK/sock dbname=$1" SITE_LMTP=0 SITE_POLICY=0
	DB=$1
	SITE_HTTP=${SITE_HTTP:-$(net_free_port)}
	SITE_RELAY=${SITE_RELAY:-null:}
	[ -n "${SITE_SOCK:-}" ] || site_dirs || return 1
	site_conf
}

sql() {
	pg_sql "$WORK/sock" "$DB" "$1"
}

# site_fresh NAME: an empty site in a database of its own, one open group `carga`.
site_fresh() {
	pg_database "$WORK/sock" "$1" template_load && db_use "$1" || return 1
	site_cabildo list add carga --title Carga --visibility public >/dev/null &&
		site_cabildo list set carga posting=anyone nonmember=accept flood_per_hour=0 >/dev/null || return 1
	sql "UPDATE list SET nonmember = 'accept', posting = 'anyone'"
}

# site_over: ends it, and the part's database.
site_over() {
	local rc=0
	site_stop || rc=1
	sink_stop
	if site_complaints 2>/dev/null | head -n 5 | grep . >&2; then
		note 'a program complained'
	fi
	rm -f "$SITE"/log/*
	pg_drop "$WORK/sock" "$DB" 2>/dev/null
	return $rc
}

SINK_PID=
# sink_start [SCRIPT]: an empty sink; $SINK_PORT, and $WORK/sink/copies its log.
sink_start() {
	rm -rf "$WORK/sink"
	mkdir -p "$WORK/sink"
	"$BUILD/tests/lib/sink" --port-file "$WORK/sink/port" --dir "$WORK/sink" </dev/null >"$WORK/sink/err" 2>&1 &
	SINK_PID=$!
	wait_for 10 test -s "$WORK/sink/port" && SINK_PORT=$(cat "$WORK/sink/port")
}

sink_stop() {
	[ -z "$SINK_PID" ] || { kill "$SINK_PID" && wait "$SINK_PID"; } 2>/dev/null
	SINK_PID=
}

# sink_until COUNT: true once so many copies are in its log, false after 120 s.
sink_until() {
	local until=$((SECONDS + 120))
	until [ "$(wc -l <"$WORK/sink/copies")" -ge "$1" ]; do
		[ $SECONDS -lt $until ] || { note "only $(wc -l <"$WORK/sink/copies") of $1 copies"; return 1; }
		sleep 0.05
	done
}

# sink_at N: when the Nth copy was taken, by the sink's own clock: to look for it takes a while.
sink_at() {
	sed -n "$1{p;q}" "$WORK/sink/copies" | cut -f1
}

deliver_start() {
	# shellcheck disable=SC2034 # site.sh reads it
	SITE_RELAY=smtp://127.0.0.1:$SINK_PORT
	site_conf
	site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers "$WORKERS"
}

# ---- what it costs ----

# ours_pids: all processes of our programs (each runs in a group of its own);
# theirs: PostgreSQL's.
ours_pids() {
	local name
	for name in receive deliver web sched; do
		[ ! -e "$SITE/run/$name.pid" ] || pgrep -g "$(site_pid "$name")"
	done
}

theirs_pids() {
	local pid
	pid=$(head -n 1 "$WORK/pg/postmaster.pid") && echo "$pid" && pgrep -P "$pid"
}

# cpu_ms PID...: user and system time with that of ended children.
cpu_ms() {
	local pid
	for pid; do
		cat "/proc/$pid/stat" 2>/dev/null
	done | awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); t += $12 + $13 + $14 + $15 } END { printf "%.0f", t * 1000 / hz }'
}

# pss_mb PID...
pss_mb() {
	local pid
	for pid; do
		cat "/proc/$pid/smaps_rollup" 2>/dev/null
	done | awk '$1 == "Pss:" { k += $2 } END { printf "%.1f", k / 1024 }'
}

# ---- messages ----

# messages COUNT SEED [GROUP]: FILE of an mbox of its own, generated or of CORPORA.
messages() {
	local file=$WORK/$2.mbox
	if [ -n "$CORPORA" ]; then
		find "$CORPORA" -name '*.mbox' -size +0 | sort |
			awk -v runs="$RUNS" -v k="$2" '(NR - 1) % runs == k % runs' | while read -r f; do
			cat "$f"
			echo
		done | LC_ALL=C awk -v n="$1" '/^From / && blank { c++ } c > n { exit } { print; blank = $0 == "" } BEGIN { blank = 1 }' >"$file"
	else
		awk -v N="$1" -v SEED="$2" -v LIST="${3:-carga}@foro.example" -f "$TOP/tests/load/messages.awk" >"$file"
	fi
	printf '%s\n' "$file"
}

# lmtp MBOX [GROUP]: all of it over 4 connections; prints messages a second.
lmtp() {
	local out
	out=$("$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from carga@example.org \
		--rcpt "${2:-carga}@foro.example" --connections 4 --quiet --mbox "$1" 2>&1) ||
		note "lmtpsend: $(tr '\n' ' ' <<<"$out")"
	awk '$1 == "rate" { print $2 }' <<<"$out"
}

# ---- pages ----

# load PATH [HEADER...]: requests a second of 8 clients; nothing may fail.
load() {
	load_n 8 "$@" | awk '$1 == "Requests/sec:" { print $2 }'
}

# load_n CLIENTS PATH [HEADER...]: what wrk says; false where an answer failed.
load_n() {
	local n=$1 path=$2 out h
	local -a args=()
	shift 2
	for h; do args+=(-H "$h"); done
	out=$(wrk -t $((n > 1 ? 2 : 1)) -c "$n" -d "${SECONDS_EACH}s" --latency "${args[@]}" \
		"http://127.0.0.1:$SITE_HTTP$path") || return 1
	if grep -E 'Non-2xx|Socket errors' <<<"$out" >&2; then
		note "wrk $path: some answers failed"
		return 1
	fi
	printf '%s\n' "$out"
}

# fetch PATH FILE [HEADER...]: the body as it comes, to FILE; the head to FILE.head.
fetch() {
	local path=$1 file=$2
	shift 2
	local -a args=()
	local h
	for h; do args+=(-H "$h"); done
	curl -s -S -D "$file.head" -o "$file" "${args[@]}" "http://127.0.0.1:$SITE_HTTP$path"
}
