# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What tests/load/run measures, part by part; each makes a site of its own and
# ends it. Sourced by it.

# shellcheck disable=SC2046 # lists of process ids are meant to be split

# ---- mail in ----

# The same body, words and raw bytes in one commit, by as many clients.
ingest_ref() {
	local i rate
	local -a rates=()
	sql "CREATE TABLE ref_source AS SELECT row_number() OVER () AS n, p.body, c.bytes
			FROM post p JOIN raw_chunk c ON c.raw_id = p.raw_id AND c.n = 0 LIMIT 3000;
		ALTER TABLE ref_source ADD PRIMARY KEY (n);
		CREATE TABLE ref_post (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text NOT NULL,
			raw bytea NOT NULL, search tsvector NOT NULL);
		CREATE INDEX ON ref_post USING gin (search) WITH (gin_pending_list_limit = 2048);
		ANALYZE ref_source" || return 1
	cat >"$WORK/ref.sql" <<-SQL
		\\set n random(1, $(sql 'SELECT count(*) FROM ref_source'))
		INSERT INTO ref_post (body, raw, search) SELECT body, bytes, to_tsvector('spanish', body)
			FROM ref_source WHERE n = :n;
	SQL
	for ((i = 0; i < RUNS; i++)); do
		rate=$(pgbench -h "$WORK/sock" -U postgres -n -M prepared -c 4 -j 1 -T "$SECONDS_EACH" \
			-f "$WORK/ref.sql" "$DB" 2>/dev/null | awk '/^tps/ { print $3 }')
		rates+=("${rate:?pgbench}")
	done
	figure ingest_posts_per_s_ref posts/s "${rates[@]}"
}

part_ingest() {
	local i box cpu0 cpu1
	local -a rates=()
	site_fresh ingest && sql "$(members_sql carga 1)" && site_start_receive || return 1
	lmtp "$(messages 200 99)" >/dev/null # connections, prepared statements, catalogues
	cpu0=$(cpu_ms $(ours_pids))" "$(cpu_ms $(theirs_pids))
	for ((i = 1; i <= RUNS; i++)); do
		box=$(messages "$MESSAGES" "$i")
		rates+=("$(lmtp "$box")")
	done
	cpu1=$(cpu_ms $(ours_pids))" "$(cpu_ms $(theirs_pids))
	sql 'SELECT count(*), count(*) FILTER (WHERE parent_id IS NOT NULL), avg(length(body))::integer FROM post' |
		while read -r n replies len; do note "ingest: $n posts, $replies answers, $len characters each"; done
	note "ingest: queued $(sql 'SELECT count(*) FROM outbound'), of one post ours $(calc "(${cpu1% *} - ${cpu0% *}) / ($RUNS * $MESSAGES)"), PostgreSQL $(calc "(${cpu1#* } - ${cpu0#* }) / ($RUNS * $MESSAGES)") ms of processor"
	[ "$(sql 'SELECT count(*) FROM outbound')" = "$(sql 'SELECT count(*) FROM post')" ] || return 1
	figure ingest_posts_per_s posts/s "${rates[@]}"
	ingest_ref && ratio ingest_posts_per_s
	ingest_visible
	site_over
}

# From the end of DATA to the page that shows it: one post at a time, on kept connections.
ingest_visible() {
	local -a ms=()
	site_start_web && site_start_http || return 1
	mapfile -t ms < <("$BUILD/tests/load/visible" "$SITE_LMTP" "$SITE_HTTP" carga@foro.example /g/carga 100)
	[ ${#ms[@]} -eq 100 ] || { note 'ingest: not every post was seen'; return 1; }
	figure ingest_visible_ms_p50 ms "${ms[@]}"
	figure ingest_visible_ms_p99 ms "$(printf '%s\n' "${ms[@]}" | sort -g | sed -n 99p)"
}

# ---- mail out ----

# smtp-source with as many kept connections and messages of the same length.
fanout_ref() {
	local i t0 bytes
	local -a rates=()
	command -v smtp-source >/dev/null || { note 'fanout: no smtp-source (package postfix), no reference'; return 1; }
	bytes=$(awk -F'\t' '{ n += $5 } END { print int(n / NR) }' "$WORK/sink/copies")
	for ((i = 0; i < RUNS; i++)); do
		sink_stop
		sink_start || return 1
		t0=$(now)
		smtp-source -d -s "$WORKERS" -m "$MEMBERS" -l "$bytes" -f a@foro.example -t b@ok.example \
			"127.0.0.1:$SINK_PORT" >/dev/null 2>&1
		sink_until "$MEMBERS" || return 1
		rates+=("$(calc "$MEMBERS / ($(sink_at "$MEMBERS") - $t0)")")
	done
	figure fanout_personal_copies_per_s_ref copies/s "${rates[@]}"
}

# A hundred of the members are in another group too, for what goes before.
fanout_warm() {
	site_cabildo list add otro --title Otro --visibility public >/dev/null &&
		sql "UPDATE list SET nonmember = 'accept', posting = 'anyone', flood_per_hour = 0;
			INSERT INTO subscription (list_id, account_id, address_id, source)
			SELECT l.id, s.account_id, s.address_id, s.source FROM (SELECT * FROM subscription ORDER BY id LIMIT 100) s, list l WHERE l.name = 'otro'"
}

# From the post's first byte to the last copy in the sink's log, by programs that have worked before.
part_fanout() {
	local i t0 cpu0 box
	local -a rates=()
	site_fresh fanout && sql "$(members_sql carga "$MEMBERS")" && fanout_warm && sql 'ANALYZE' || return 1
	sink_start && site_start_receive && deliver_start || return 1
	lmtp "$(CORPORA='' messages 40 99 otro)" otro >/dev/null && sink_until 4000 || return 1
	for ((i = 1; i <= RUNS; i++)); do
		box=$(CORPORA='' messages 1 "$i")
		wait_for 10 queue_empty || return 1
		: >"$WORK/sink/copies"
		cpu0=$(cpu_ms $(ours_pids))" "$(cpu_ms $(theirs_pids))
		t0=$(now)
		lmtp "$box" >/dev/null
		sink_until "$MEMBERS" || return 1
		rates+=("$(calc "$MEMBERS / ($(sink_at "$MEMBERS") - $t0)")")
		note "fanout: of one copy ours $(calc "($(cpu_ms $(ours_pids)) - ${cpu0% *}) / $MEMBERS"), PostgreSQL $(calc "($(cpu_ms $(theirs_pids)) - ${cpu0#* }) / $MEMBERS") ms of processor; the first after $(calc "($(sink_at 1) - $t0) * 1000") ms"
		[ "$(cut -f3 "$WORK/sink/copies" | sort | uniq -d | wc -l)" = 0 ] || return 1
	done
	figure fanout_personal_copies_per_s copies/s "${rates[@]}"
	fanout_ref && ratio fanout_personal_copies_per_s
	site_over
}

# 200 posts to 100 members, and what all that costs.
part_posts() {
	local i t0 cpu0 n=200 box
	local -a rates=() cpu=()
	site_fresh posts && sql "$(members_sql carga 100)" && sql 'ANALYZE' || return 1
	sink_start && site_start_receive && deliver_start || return 1
	for ((i = 1; i <= RUNS; i++)); do
		: >"$WORK/sink/copies"
		box=$(messages $n "$i")
		cpu0=$(cpu_ms $(ours_pids) $(theirs_pids))
		t0=$(now)
		lmtp "$box" >/dev/null
		sink_until $((n * 100)) || return 1
		rates+=("$(calc "$n / ($(sink_at $((n * 100))) - $t0)")")
		wait_for 10 queue_empty
		cpu+=("$(calc "($(cpu_ms $(ours_pids) $(theirs_pids)) - $cpu0) / $n")")
	done
	figure fanout_posts_per_s posts/s "${rates[@]}"
	figure cpu_ms_per_post ms "${cpu[@]}"
	site_over
}

queue_empty() {
	[ "$(sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# ---- pages ----

# rates NAME PATH [HEADER...]: RUNS of wrk, after one that does not count where there are several.
rates() {
	local name=$1 i r
	local -a all=()
	shift
	[ "$RUNS" -eq 1 ] || load "$@" >/dev/null || return 1
	for ((i = 0; i < RUNS; i++)); do
		r=$(load "$@") && [ -n "$r" ] || return 1
		all+=("$r")
	done
	figure "$name" requests/s "${all[@]}"
}

# reference NAME SQL BYTES: the same through a program that does nothing else.
reference() {
	local ours=$SITE_HTTP rc=0
	SITE_HTTP=$(net_free_port)
	rm -f "$SITE_SOCK/ref"
	REF_DB="host=$WORK/sock dbname=$DB user=cabildo-web" REF_SQL=$2 REF_BYTES=$3 \
		site_run ref "$BUILD/tests/load/ref_page" "$SITE_SOCK/ref" "$WORKERS"
	sed -e "s|^server.port.*|server.port = $SITE_HTTP|" -e "s|$SITE_SOCK/web|$SITE_SOCK/ref|" \
		"$SITE/lighttpd.conf" >"$SITE/ref.conf"
	site_run lighttpd-ref /usr/sbin/lighttpd -D -f "$SITE/ref.conf"
	site_up ref test -S "$SITE_SOCK/ref" && site_up lighttpd-ref net_listening "$SITE_HTTP" &&
		rates "$1" /x || rc=1
	site_end lighttpd-ref
	site_end ref
	SITE_HTTP=$ours
	return $rc
}

THREAD_SQL='SELECT html, subject, author_name, author_addr, sent_at FROM post WHERE thread_id = 1 ORDER BY number LIMIT 30'

# pages_site NAME: a thread of 30 posts and an index of 300 threads.
pages_site() {
	local box=$WORK/thread.mbox
	site_fresh "$1" && site_start_receive || return 1
	awk -v N=30 -v SEED=7 -v THREAD=1 -v LIST=carga@foro.example -f "$TOP/tests/load/messages.awk" >"$box"
	"$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from a@example.org --rcpt carga@foro.example \
		--quiet --mbox "$box" >/dev/null || return 1
	lmtp "$(messages $((MESSAGES < 1000 ? MESSAGES : 1000)) 8)" >/dev/null
	[ "$(sql 'SELECT post_count FROM thread WHERE id = 1')" = 30 ] || return 1
	sql 'VACUUM ANALYZE'
	site_start_web && site_start_http
}

# The same for a member who has read half of it, over what anybody gets.
pages_member() {
	local cookie csrf anybody=FIG_thread_page_req_per_s
	site_cabildo member add carga lectora@example.org --name Lectora </dev/null >/dev/null &&
		printf lectora-de-carga | site_cabildo account password lectora@example.org --stdin >/dev/null || return 1
	sql "INSERT INTO read_mark (account_id, thread_id, number) SELECT account_id, 1, 15 FROM address WHERE addr = 'lectora@example.org'"
	csrf=$(curl -s -c "$WORK/jar" "http://127.0.0.1:$SITE_HTTP/signin" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -n 1)
	curl -s -o /dev/null -b "$WORK/jar" -c "$WORK/jar" --data-urlencode "csrf=$csrf" --data next=/ \
		--data-urlencode addr=lectora@example.org --data password=lectora-de-carga \
		"http://127.0.0.1:$SITE_HTTP/signin/password"
	cookie=$(awk '/cabildo/ { print $6 "=" $7 }' "$WORK/jar" | tail -n 1)
	fetch "$1" "$WORK/member" 'Accept-Encoding: gzip' "Cookie: $cookie"
	gzip -dc <"$WORK/member" | grep -q 'action="/signout"' || { note 'pages: the member is not signed in'; return 1; }
	rates thread_page_member_req_per_s "$1" 'Accept-Encoding: gzip' "Cookie: $cookie" || return 1
	figure thread_page_member_req_per_s_ref requests/s "${!anybody}"
	ratio thread_page_member_req_per_s
}

part_pages() {
	local page=/g/carga/1 own etag gz plain
	pages_site pages || return 1
	fetch $page "$WORK/gz" 'Accept-Encoding: gzip' && fetch $page "$WORK/plain" || return 1
	[ "$(grep -c '<article' "$WORK/plain")" = 30 ] || { note 'pages: not 30 posts'; return 1; }
	gz=$(stat -c %s "$WORK/gz") plain=$(stat -c %s "$WORK/plain")
	gzip -dc <"$WORK/gz" | cmp -s - "$WORK/plain" || note 'pages: gzip and plain differ'
	load $page >/dev/null # connections, prepared statements
	rates thread_page_req_per_s $page 'Accept-Encoding: gzip' &&
		reference thread_page_req_per_s_ref "$THREAD_SQL" "$gz" && ratio thread_page_req_per_s
	rates thread_page_plain_req_per_s $page &&
		reference thread_page_plain_req_per_s_ref "$THREAD_SQL" "$plain" && ratio thread_page_plain_req_per_s
	etag=$(sed -n 's/\r$//; s/^[Ee][Tt]ag: //p' "$WORK/gz.head")
	fetch $page "$WORK/304" 'Accept-Encoding: gzip' "If-None-Match: $etag"
	if head -n 1 "$WORK/304.head" | grep -q ' 304'; then
		rates thread_page_304_req_per_s $page 'Accept-Encoding: gzip' "If-None-Match: $etag" &&
			reference thread_page_304_req_per_s_ref 'SELECT subject FROM thread WHERE id = 1' 20 &&
			ratio thread_page_304_req_per_s
	else
		note 'pages: If-None-Match is not answered 304'
	fi
	pages_member $page
	rates index_page_req_per_s /g/carga 'Accept-Encoding: gzip'
	figure page_bytes_thread bytes "$gz"
	# without the blocks of the posts, each of which stands in a pack with 24 bytes around it
	own=$(sql 'SELECT sum(octet_length(packed) - 24) FROM post WHERE thread_id = 1')
	figure page_bytes_own bytes $((gz - own))
	site_over
}

# The same page by plain CGI: one process and one connection a request.
part_cgi() {
	local ours rc=0
	pages_site cgi || return 1
	fetch /g/carga/1 "$WORK/plain" || return 1
	ours=$SITE_HTTP
	SITE_HTTP=$(net_free_port)
	cat >"$SITE/cgi.conf" <<-CONF
		server.bind = "127.0.0.1"
		server.port = $SITE_HTTP
		server.document-root = "$SITE/empty"
		server.errorlog = "$SITE/log/lighttpd-cgi.log"
		server.modules = ( "mod_rewrite", "mod_alias", "mod_cgi", "mod_setenv" )
		url.rewrite-once = ( "^/g/(.*)\$" => "/ours/g/\$1" )
		alias.url = ( "/ours" => "$BUILD/cabildo-web", "/ref" => "$BUILD/tests/load/ref_page" )
		cgi.assign = ( "cabildo-web" => "", "ref_page" => "" )
		setenv.set-environment = ( "CABILDO_CONF" => "$SITE/cabildo.conf",
			"CABILDO_DATADIR" => "$CABILDO_DATADIR", "CABILDO_LOCALEDIR" => "$CABILDO_LOCALEDIR",
			"REF_DB" => "host=$WORK/sock dbname=$DB user=cabildo-web",
			"REF_SQL" => "$THREAD_SQL", "REF_BYTES" => "$(stat -c %s "$WORK/plain")" )
	CONF
	site_run cgi /usr/sbin/lighttpd -D -f "$SITE/cgi.conf"
	site_up cgi net_listening "$SITE_HTTP" || return 1
	fetch /g/carga/1 "$WORK/cgi" || return 1
	if [ "$(grep -c '<article' "$WORK/cgi")" = 30 ]; then
		rates cgi_page_req_per_s /g/carga/1 && rates cgi_page_req_per_s_ref /ref &&
			ratio cgi_page_req_per_s || rc=1
	else
		note "cgi: not the page: $(head -n 1 "$WORK/cgi.head")"
		rc=1
	fi
	SITE_HTTP=$ours
	wait_for 5 cgi_quiet # what wrk left behind when it hung up
	site_over && return $rc
}

cgi_quiet() {
	[ "$(pgrep -c -g "$(site_pid cgi)")" -le 1 ]
}

# ---- search ----

# latency NAME QUERY: of one client; p50 and p99 as wrk saw them.
latency() {
	local out
	out=$(load_n 1 "/search?q=$2") || return 1
	for p in 50 99; do
		figure "$1_p$p" ms "$(awk -v p="$p%" '$1 == p { v = $2; if (v ~ /us$/) v /= 1000; else if (v ~ /[0-9]s$/) v *= 1000; print v + 0 }' <<<"$out")"
	done
}

# The commonest word, one of a few posts, and three of the middle.
part_search() {
	local words common rare three
	site_fresh search && site_start_receive || return 1
	lmtp "$(messages "$POSTS" 5)" >/dev/null
	sql 'VACUUM ANALYZE'
	words="SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', body) FROM post ORDER BY id LIMIT 2000') WHERE word ~ '^[a-z]{4,}\$'"
	common=$(sql "$words ORDER BY ndoc DESC, word LIMIT 1")
	rare=$(sql "$words AND ndoc = 2 ORDER BY word LIMIT 1")
	three=$(sql "SELECT string_agg(word, '+') FROM ($words ORDER BY ndoc DESC, word OFFSET 10 LIMIT 3) x")
	note "search: $(sql 'SELECT count(*) FROM post') posts; common $common, rare $rare, three $three"
	site_start_web && site_start_http || return 1
	latency search_common_ms "$common"
	latency search_rare_ms "$rare"
	latency search_three_ms "$three"
	site_over
}

# ---- mail that somebody waits for ----

# ask_link COOKIES CSRF ADDRESS FROM: the form that asks for a sign-in link; one client may send only some.
ask_link() {
	[ "$(curl -s --interface "$4" -o /dev/null -w '%{http_code}' -b "$1" --data-urlencode "csrf=$2" --data next=/ \
		--data-urlencode "addr=$3" "http://127.0.0.1:$SITE_HTTP/signin")" = 303 ]
}

# urgent_arrived ADDRESS: when its mail was taken by the sink; false after 20 s.
urgent_arrived() {
	local until=$((SECONDS + 20)) at
	until at=$(tail -n 4000 "$WORK/sink/copies" | awk -F'\t' -v to="$1" '$3 == to { print $1; exit }') && [ -n "$at" ]; do
		[ $SECONDS -lt $until ] || { note "urgent: no link for $1 within 20 s"; return 1; }
		sleep 0.02
	done
	printf '%s' "$at"
}

# Sign-in links, one at a time, while one post goes to URGENT members: from the form to the sink.
part_urgent() {
	local i t0 at csrf
	local -a ms=()
	site_fresh urgent && sql "$(members_sql carga "$URGENT")" && sql "WITH a AS (INSERT INTO account (name)
			SELECT 'Urgente ' || i FROM generate_series(1, 60) i RETURNING id, substr(name, 9) AS i)
		INSERT INTO address (account_id, addr, is_primary, verified_at) SELECT id, 'u' || i || '@ok.example', true, now() FROM a;
		ANALYZE" || return 1
	sink_start && site_start_receive && deliver_start && site_start_web && site_start_http || return 1
	csrf=$(curl -s -c "$WORK/jar" "http://127.0.0.1:$SITE_HTTP/signin" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | head -n 1)
	sed '1d' "$(CORPORA='' messages 1 3)" | net_lmtp "$SITE_LMTP" a@example.org carga@foro.example >/dev/null || return 1
	wait_for 60 test -s "$WORK/sink/copies"
	for ((i = 1; i <= 60; i++)); do
		t0=$(now)
		ask_link "$WORK/jar" "$csrf" "u$i@ok.example" "127.0.1.$i" && at=$(urgent_arrived "u$i@ok.example") || return 1
		[ "$(wc -l <"$WORK/sink/copies")" -lt "$URGENT" ] || break # the fan-out is over
		ms+=("$(calc "($at - $t0) * 1000")")
	done
	note "urgent: ${#ms[@]} links during the fan-out, median $(calc "$(median "${ms[@]}")") ms"
	[ ${#ms[@]} -ge 10 ] || { note 'urgent: the fan-out was over too soon'; return 1; }
	sink_until $((URGENT + (i > 60 ? 60 : i))) || return 1
	[ "$(cut -f3 "$WORK/sink/copies" | sort | uniq -d | wc -l)" = 0 ] || return 1
	figure urgent_ms_p99 ms "$(printf '%s\n' "${ms[@]}" | sort -g | awk '{ v[NR] = $1 } END { print v[int((NR * 99 + 99) / 100)] }')"
	site_over
}

# ---- memory ----

# memory_most FILE PID: the largest sum in FILE, looked at until PID ends.
memory_most() {
	local mb most=0
	while kill -0 "$2" 2>/dev/null; do
		mb=$(pss_mb $(ours_pids))
		most=$(awk -v a="$most" -v b="$mb" 'BEGIN { print (a > b ? a : b) }')
		sleep 0.1
	done
	printf '%s' "$most" >"$1"
}

# Mail for 100 members comes in and goes out, and pages are read.
memory_load() {
	lmtp "$(messages 300 4)" >/dev/null &
	load /g/carga/1 'Accept-Encoding: gzip' >/dev/null
	load '/search?q=a' >/dev/null
	load /g/carga >/dev/null
	wait
}

# big_message N: 25 MB less what the envelope of it takes, one file in base64.
big_message() {
	printf 'From big@example.org Mon Nov 16 11:00:00 2026\n'
	printf 'From: Big <big%s@example.org>\nTo: grande@foro.example\nSubject: Grande %s\nMessage-ID: <grande%s@example.org>\n' "$1" "$1" "$1"
	printf 'Date: Mon, 16 Nov 2026 11:00:0%s -0600\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n' "$1"
	printf -- '--x\nContent-Type: text/plain\n\nVa el archivo.\n--x\nContent-Type: application/octet-stream\n'
	printf 'Content-Disposition: attachment; filename=grande.bin\nContent-Transfer-Encoding: base64\n\n'
	head -c 19000000 /dev/urandom | base64
	printf -- '--x--\n\n'
}

# The four at once to a group of four, until the last copy is out.
big_through() {
	"$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from big@example.org \
		--rcpt grande@foro.example --connections 4 --quiet --mbox "$WORK/big.mbox" >"$WORK/big.out" 2>&1
	wait_for 120 queue_empty
}

part_memory() {
	local i idle
	pages_site memory && sql "$(members_sql carga 100)" && sink_start && deliver_start && site_start_sched || return 1
	fetch /g/carga/1 "$WORK/plain"
	wait_for 5 test -s "$WORK/plain"
	figure memory_idle_mb MB "$(pss_mb $(ours_pids))"
	note "memory: $(ours_pids | wc -l) processes, $WORKERS workers each"
	memory_load &
	memory_most "$WORK/most" $!
	figure memory_loaded_mb MB "$(cat "$WORK/most")"
	wait_for 120 queue_empty
	for i in 1 2 3 4; do big_message $i; done >"$WORK/big.mbox"
	site_cabildo list add grande --title Grande --visibility public >/dev/null && sql "UPDATE list SET nonmember = 'accept', posting = 'anyone';
		INSERT INTO subscription (list_id, account_id, address_id, source) SELECT l.id, d.account_id, d.id, 'import'
			FROM list l, address d WHERE l.name = 'grande' AND d.addr IN ('m1@ok.example', 'm2@ok.example', 'm3@ok.example', 'm4@ok.example')" || return 1
	idle=$(pss_mb $(ours_pids))
	big_through &
	memory_most "$WORK/most" $!
	[ "$(sql "SELECT count(*) FROM post WHERE subject LIKE 'Grande%'")" = 4 ] && queue_empty ||
		{ note 'memory: the four big ones did not come through'; return 1; }
	figure memory_big_mb MB "$(calc "$(cat "$WORK/most") - $idle")"
	figure memory_big_kept_mb MB "$(calc "$(pss_mb $(ours_pids)) - $idle")"
	site_over
}

# Weekly digests that are due at once: members of one to three of 20 groups with 40 threads each,
# a fifth of them with a thread that they follow or muted.
digest_site() {
	site_fresh "$1" || return 1
	sql "INSERT INTO list (name, mail_domain, list_id, title) SELECT 'g' || i, 'foro.example', 'g' || i || '.foro.example', 'Grupo ' || i FROM generate_series(1, 20) i;
		INSERT INTO account (name, time_zone) SELECT 'Persona ' || i, 'America/Guatemala' FROM generate_series(1, $DIGESTS) i;
		INSERT INTO address (account_id, addr, is_primary, verified_at) SELECT id, 'p' || id || '@example.org', true, now() FROM account;
		INSERT INTO digest_run (at, horizon) VALUES ('2026-11-16 13:00Z', '3');
		INSERT INTO subscription (list_id, account_id, address_id, delivery) SELECT DISTINCT 1 + (a.id * k) % 20, a.id, d.id, 'digest'
			FROM account a JOIN address d ON d.account_id = a.id CROSS JOIN generate_series(1, 3) k WHERE k = 1 OR a.id % 2 = 0;
		INSERT INTO thread (list_id, number, subject, subject_base, first_post_at, last_post_at)
			SELECT l.id, i, 'Hilo ' || i, 'hilo ' || i, now(), now() FROM list l, generate_series(1, 40) i;
		INSERT INTO post (list_id, thread_id, number, msgid, msgid_hash, account_id, author_name, author_addr, sent_at, source, lang, subject, body, html, search)
			SELECT t.list_id, t.id, n, t.id || '.' || n || '@x', sha256((t.id || '.' || n)::bytea), 1 + (t.id * n * 7) % 1000, 'Autor', 'a@x', now(),
				'email', 'es', 's', (SELECT string_agg('palabra' || (t.id * n * w) % 500, ' ') FROM generate_series(1, 150) w), '', ''
			FROM thread t, generate_series(1, 1 + (t.id % 9)::integer) n;
		INSERT INTO thread_follow SELECT 1 + (id * 13) % 800, id, CASE WHEN id % 10 = 0 THEN 'follow' ELSE 'mute' END FROM account WHERE id % 5 = 0;
		ANALYZE" >/dev/null
}

# The first DIGESTS_SENT of those that are queued, from the queue into the sink.
digest_compose() {
	local cpu0 t0
	sink_start && deliver_start || return 1
	# the first is on its way: what follows is not the start of programs
	sink_until 1 || return 1
	local had
	had=$(wc -l <"$WORK/sink/copies")
	cpu0=$(cpu_ms $(ours_pids))" "$(cpu_ms $(theirs_pids))
	t0=$(now)
	sink_until $((had + DIGESTS_SENT)) || return 1
	t0=$(calc "$(sink_at $((had + DIGESTS_SENT))) - $t0")
	composed+=("$(calc "$DIGESTS_SENT / $t0")")
	composed_cpu+=("$(calc "($(cpu_ms $(ours_pids) $(theirs_pids)) - ${cpu0% *} - ${cpu0#* }) / $DIGESTS_SENT")")
	note "digest: of one mail ours $(calc "($(cpu_ms $(ours_pids)) - ${cpu0% *}) / $DIGESTS_SENT"), PostgreSQL $(calc "($(cpu_ms $(theirs_pids)) - ${cpu0#* }) / $DIGESTS_SENT") ms of processor; $(awk -F'\t' '{ n += $5 } END { print int(n / NR) }' "$WORK/sink/copies") bytes"
}

part_digest() {
	local i t0 pid
	local -a rates=() kept=() composed=() composed_cpu=()
	for ((i = 1; i <= RUNS; i++)); do
		digest_site "digest$i" || return 1
		cabildod --config "$SITE/cabildo.conf" --once --at 2026-11-17T00:00:00Z >"$WORK/digest.log" 2>&1
		sql 'ANALYZE digest_schedule; CHECKPOINT' >/dev/null
		t0=$(now)
		cabildod --config "$SITE/cabildo.conf" --once --at 2026-11-23T13:00:30Z >>"$WORK/digest.log" 2>&1 &
		pid=$!
		while sleep 0.2; awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null | grep . >"$WORK/digest.now"; do
			mv "$WORK/digest.now" "$WORK/digest.kb"
		done
		wait "$pid"
		t0=$(calc "$(now) - $t0")
		[ "$(sql 'SELECT count(*), count(DISTINCT digest_id) FROM outbound' | tr -d '\t')" = "$DIGESTS$DIGESTS" ] || {
			note "digest: not as many queued as members: $(sql 'SELECT count(*) FROM outbound')"
			tail -n 3 "$WORK/digest.log" >&2
			return 1
		}
		rates+=("$(calc "$DIGESTS / $t0")") kept+=("$(calc "$(cat "$WORK/digest.kb") / 1024")")
		digest_compose || return 1
		site_over
	done
	figure digest_members_per_s members/s "${rates[@]}"
	figure digest_memory_mb MB "${kept[@]}"
	figure digest_compose_per_s mails/s "${composed[@]}"
	figure digest_compose_cpu_ms ms "${composed_cpu[@]}"
}
