#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# A moderator's whole day in w3m on a terminal, by its keys alone: fifty that wait
# decided one by one and together, one undone, a split, a ban, a text of the group
# written anew. Keys are typed ahead, w3m takes them in turn;
# a page is waited for by what stands on the screen.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

if ! command -v w3m >/dev/null || ! command -v script >/dev/null; then
	echo '1..0 # SKIP needs w3m and script'
	exit 0
fi

# shellcheck disable=SC2317 # tap_run calls it
fifty() {
	local n
	for n in {01..50}; do
		mail_make 'Óscar Ruiz' "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" "Mensaje $n" "w3m.$n@otra.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto del mensaje $n." |
			net_lmtp "$SITE_LMTP" "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" || return 1
	done
}

w3m_start() {
	local dir=$TEST_TMP/w3m
	mkdir -p "$dir"
	# a text of many lines is written in the editor of the person
	printf '#!/bin/sh\ncat "$HOME/words" >"$1"\n' >"$dir/editor"
	chmod +x "$dir/editor"
	mkfifo "$dir/keys"
	HOME=$dir TERM=xterm LC_ALL=C.UTF-8 script -qfc "stty rows 50 cols 100; exec w3m -o editor=$dir/editor -o accept_language=es \
		-o use_cookie=1 -o wrap_search=1 -o confirm_qq=0 -o use_mouse=0 http://127.0.0.1:$SITE_HTTP/signin" \
		"$dir/screen" <"$dir/keys" >/dev/null 2>&1 &
	W3M_PID=$!
	exec {W3M}>"$dir/keys"
	wait_for 30 shown_since 1
}

# shellcheck disable=SC2317 # flow_stop calls it
w3m_stop() {
	[ -z "${W3M_PID:-}" ] || kill "$W3M_PID" 2>/dev/null
}
FLOW_ALSO=w3m_stop

# keys TEXT...: with the escapes of printf %b
keys() {
	local k
	for k; do
		printf '%b' "$k" >&"$W3M"
	done
}

# From the top of the page to the first place where each of these words stands in turn.
find_words() {
	local word
	keys g
	for word; do
		keys "/$word\r"
	done
}
BACK='\033[Z' ENTER='\r' TAB='\t'

# loads KEY...: what leads to another page, and its arrival there: what is typed
# while a page loads is lost
loads() {
	local from
	from=$(stat -c %s "$TEST_TMP/w3m/screen")
	keys "$@"
	wait_for 30 shown_since "$from" || echo "# no page came of $*"
}

shown_since() {
	tail -c "+$1" "$TEST_TMP/w3m/screen" | tr -d '\n' | grep -aqE '200 OK.*Viewing <'
}

visit() {
	loads U '\025' "http://127.0.0.1:$SITE_HTTP$1\r"
}

# choose MESSAGE WORD: its radio button stands before its word
choose() {
	find_words "Mensaje $1" "$2"
	keys $BACK $ENTER
}

tick() {
	find_words "Mensaje $1"
	keys $BACK $BACK $ENTER # the heading's link, the group's before it, the box before that
}

is() { # VALUE SQL
	[ "$(flow_sql "$2")" = "$1" ]
}

decided() {
	is "$1" "SELECT coalesce(string_agg(right(msgid, -4), ' ' ORDER BY id) FILTER (WHERE decision = '$2'), '') FROM
		(SELECT id, split_part(msgid, '@', 1) AS msgid, decision FROM hold) h"
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'the thread is there' wait_for 20 demo_page 'pedimos tratar este punto'
thread=$(demo_page 'pedimos tratar este punto')
site_cabildo hold window 600
tap_run 'fifty wait' fifty
since=$(date +%s)
w3m_start

find_words 'Entrar con contrase'
keys $TAB $ENTER 'rodrigo.mejia@example.org\r' $TAB $ENTER 'prueba-agenda\r' $TAB
loads $ENTER
tap_run 'signed in' wait_for 10 is t 'SELECT count(*) = 1 FROM session WHERE account_id IS NOT NULL'

visit /moderation
choose 01 Publicar
choose 02 Descartar
choose 03 Devolver
echo '¿De qué fecha habla?' >"$TEST_TMP/w3m/words"
find_words 'Mensaje 03' 'Para quien'
keys $TAB $ENTER
find_words 'A los marcados' Aplicar
loads $ENTER
tap_run 'one is returned with its question' wait_for 10 is 1 "SELECT count(*) FROM hold WHERE msgid = 'w3m.03@otra.example' AND decision = 'return' AND why LIKE '%fecha habla%'"
tap_run 'one approved' decided 01 approve
tap_run 'one discarded' decided 02 discard
find_words 'Mensaje 02' Deshacer
loads $ENTER
tap_run 'which is undone' wait_for 30 decided '' discard

visit "/g/$DEMO_LIST/texts"
echo 'La convocatoria de {group} termina el lunes.' >"$TEST_TMP/w3m/words"
find_words 'Para qu'
keys $TAB $ENTER jjjj $ENTER # the fifth kind: a rejection
find_words 'tulo para elegirlo'
keys $TAB $ENTER 'Fuera de plazo\r' $TAB $ENTER
find_words Guardar
loads $ENTER
tap_run 'a text of the group is written' wait_for 10 is 'Fuera de plazo	La convocatoria de {group} termina el lunes.' \
	"SELECT title, btrim(body, E'\\r\\n ') FROM template WHERE kind = 'reject'"
find_words 'Fuera de plazo' Editar
loads $ENTER
echo 'La convocatoria de {group} ya ha terminado.' >"$TEST_TMP/w3m/words"
find_words 'tulo para elegirlo'
keys $TAB $TAB $ENTER
find_words Guardar
loads $ENTER
tap_run 'and edited' wait_for 10 is 'Fuera de plazo	La convocatoria de {group} ya ha terminado.' \
	"SELECT title, btrim(body, E'\\r\\n ') FROM template WHERE kind = 'reject'"

visit /moderation
for n in 02 {04..50}; do
	tick "$n"
done
find_words 'A los marcados'
keys $TAB $ENTER j $ENTER # the first of the list: to publish them all
find_words 'A los marcados' Aplicar
loads $ENTER
tap_run 'forty-eight are approved in one form' wait_for 60 is 49 "SELECT count(*) FROM hold WHERE decision = 'approve'"

visit "$thread/tools"
find_words '3. Julio'
keys $BACK $ENTER
find_words 'tulo del hilo nuevo'
keys $TAB $ENTER 'Quien sigue\r'
find_words 'Separar en un hilo'
loads $ENTER
tap_run 'a thread is split' wait_for 10 is 1 "SELECT post_count FROM thread WHERE subject = 'Quien sigue'"

visit "/g/$DEMO_LIST/bans"
find_words 'n o dominio'
keys $TAB $ENTER 'molesto@otra.example\r'
find_words 'Motivo'
keys $TAB $ENTER 'Publicidad\r' $TAB
loads $ENTER
tap_run 'an address is banned' wait_for 10 is 'molesto@otra.example	Publicidad' 'SELECT addr, reason FROM ban'
keys Q
exec {W3M}>&-
wait "$W3M_PID"
W3M_PID=
echo "# the day took $(($(date +%s) - since)) s"
tap_is 'every act came by the web, from one person' "$(flow_sql "SELECT DISTINCT a.door, ac.name FROM audit a JOIN account ac ON ac.id = a.actor_id WHERE a.act LIKE 'hold.%' OR a.act LIKE 'thread.%' OR a.act LIKE 'ban.%'")" 'web	Rodrigo Mejía'
flow_end
