#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# What moderators do to threads, each act and its way back: after undoing it,
# threads, posts, ids and participants are row by row what they were. Old
# addresses and old Message-IDs lead to the new place, where who asks may see it;
# a mail that answers an old id lands there.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# mail LIST ID SUBJECT [PARENT [WHO]]
mail() {
	mail_make "$(demo_name "${5:-ana.perez}")" "${5:-ana.perez}@example.org" "$1@$SITE_DOMAIN" "$3" "$2" \
		"$(LC_ALL=C date -R -u -d "2026-11-16 09:00 UTC $((++minute)) minutes")" "${4:-}" <<<"Texto de ${2%@*} con la palabra buscada." |
		net_lmtp "$SITE_LMTP" "${5:-ana.perez}@example.org" "$1@$SITE_DOMAIN"
}
minute=0

thread() {
	site_cabildo thread "$@"
}

# act_of OUTPUT: its number
act_of() {
	sed -n 's/^act //p' <<<"$1"
}

# place ID: group/thread/number of a post
place() {
	flow_sql "SELECT l.name || '/' || t.number || '/' || p.number FROM post p JOIN thread t ON t.id = p.thread_id
		JOIN list l ON l.id = t.list_id WHERE p.msgid = '$1' AND l.id = p.list_id"
}

# dump: all that an act may change and its way back restores. Versions and the
# next numbers only grow; the addresses that posts had meanwhile lead to them for ever.
dump() {
	flow_sql "SELECT 'post', p.id, p.list_id, p.thread_id, p.number, p.parent_id, p.placed, p.state FROM post p ORDER BY p.id"
	flow_sql "SELECT 'thread', t.id, t.list_id, t.number, t.subject, t.state, t.pinned_until, t.post_count, t.first_post_at,
		t.last_post_at, t.last_post_id, t.participant_count, t.participants, t.moved_to, t.titled, t.placed
		FROM thread t WHERE t.id <= $last ORDER BY t.id"
	flow_sql "SELECT 'who', p.* FROM thread_participant p ORDER BY p.thread_id, p.addr"
	flow_sql "SELECT 'ref', encode(r.id_hash, 'hex'), r.list_id, r.thread_id, r.post_id FROM thread_ref r
		WHERE r.list_id = (SELECT id FROM list WHERE name = 'agenda') ORDER BY 2, 3"
	flow_sql "SELECT 'waits', encode(w.id_hash, 'hex'), w.list_id, w.post_id, w.rank FROM ref_wait w ORDER BY 2, 3, 4"
	flow_sql "SELECT 'follows', f.* FROM thread_follow f WHERE f.thread_id <= $last ORDER BY f.thread_id, f.account_id"
	flow_sql "SELECT 'leads', r.* FROM post_redirect r JOIN post p USING (thread_id, number) ORDER BY 2, 3"
	flow_sql "SELECT 'tag', g.* FROM thread_tag g ORDER BY 2, 3"
	flow_sql "SELECT 'list', l.id, l.thread_count, l.post_count, l.last_post_at FROM list l ORDER BY l.id"
}

# there_and_back TEXT ACT...: undone, all is as it was; the act's number is left in $act
there_and_back() {
	local text=$1 out
	shift
	last=$(flow_sql 'SELECT max(id) FROM thread')
	dump >"$TEST_TMP/before"
	out=$(thread "$@") || out=
	act=$(act_of "$out")
	tap_run "$text is done" test -n "$act"
	dump >"$TEST_TMP/between"
	tap_run "$text changes something" fails cmp -s "$TEST_TMP/before" "$TEST_TMP/between"
	tap_none "$text: everything adds up" "$(broken)"
	tap_run "$text is undone" thread undo "$act"
	dump >"$TEST_TMP/after"
	tap_none "$text leaves no trace in the rows" "$(diff "$TEST_TMP/before" "$TEST_TMP/after")"
	tap_run "$text is not undone twice" fails thread undo "$act"
}

fails() {
	! "$@" 2>/dev/null
}

# broken: what does not add up
broken() {
	flow_sql "SELECT 'counts of thread ' || t.id FROM thread t WHERE t.post_count <>
			(SELECT count(*) FROM post p WHERE p.thread_id = t.id AND p.state <> 'hidden')
		UNION ALL SELECT 'participants of thread ' || t.id FROM thread t WHERE t.participant_count <>
			(SELECT count(DISTINCT author_addr) FROM post p WHERE p.thread_id = t.id AND p.state <> 'hidden')
		UNION ALL SELECT 'a post in a thread that leads away: ' || p.msgid FROM post p JOIN thread t ON t.id = p.thread_id
			WHERE t.moved_to IS NOT NULL
		UNION ALL SELECT 'two hops from thread ' || t.id FROM thread t JOIN thread u ON u.id = t.moved_to WHERE u.moved_to IS NOT NULL
		UNION ALL SELECT 'no number: thread ' || t.id FROM thread t WHERE t.number IS NULL
		UNION ALL SELECT 'a post of another group than its thread: ' || p.msgid FROM post p JOIN thread t ON t.id = p.thread_id
			WHERE p.list_id <> t.list_id
		UNION ALL SELECT 'an id that leads elsewhere: ' || p.msgid FROM thread_ref r JOIN post p ON p.id = r.post_id
			WHERE p.thread_id <> r.thread_id
		UNION ALL SELECT 'no id for ' || p.msgid FROM post p WHERE NOT EXISTS (SELECT FROM thread_ref r
			WHERE r.post_id = p.id AND r.list_id = p.list_id)
		UNION ALL SELECT 'counts of ' || l.name FROM list l WHERE (l.post_count, l.thread_count) IS DISTINCT FROM
			((SELECT coalesce(sum(t.post_count), 0) FROM thread t WHERE t.list_id = l.id AND t.moved_to IS NULL AND t.state <> 'hidden'),
			 (SELECT count(*) FROM thread t WHERE t.list_id = l.id AND t.moved_to IS NULL AND t.state <> 'hidden'))"
}

# leads FROM TO: the old address answers with the new one
leads() {
	net_get "$SITE_HTTP" "$1" 2>/dev/null | tr -d '\r' | grep -qE "^Location: (http://[^/]*)?$2(\$|[?#])"
}

# gone PATH: 404, and not a word of what is there
gone() {
	local page
	page=$(net_get "$SITE_HTTP" "$1") && return 1
	! grep -qE "${2:-reservado|Reservado}" <<<"$page"
}

# nowhere PATH...: none of the pages has the text of the post
nowhere() {
	local text=$1 path
	shift
	for path; do
		! net_get "$SITE_HTTP" "$path" | grep -qF -- "$text" || return 1
	done
}

shows() {
	net_get "$SITE_HTTP" "$1" | grep -qF -- "$2"
}

is_post() {
	[ -n "$(place "$1")" ]
}

fate_of() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = '$1' ORDER BY id DESC LIMIT 1"
}

follow() {
	flow_sql "INSERT INTO thread_follow (thread_id, account_id, mode) SELECT p.thread_id, a.account_id, 'follow'
		FROM post p, address a WHERE p.msgid = '$1' AND a.addr = '$2@example.org' ON CONFLICT DO NOTHING"
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
site_cabildo list add otro --title 'Otro grupo' --visibility public >/dev/null
site_cabildo list add reservado --title 'Reservado' --visibility members >/dev/null
for list in otro reservado; do
	site_cabildo member add $list julio.zelaya@example.org >/dev/null
done
site_cabildo member add otro ana.perez@example.org >/dev/null
# thread 1: five posts, two branches; 2: one; 3: a stray answer without ids, and an answer to it
for m in 'a1|Presupuesto|' 'a2|Re: Presupuesto|a1' 'a3|Re: Presupuesto|a1' 'a4|Re: Presupuesto|a3' 'a5|Re: Presupuesto|a2' \
	'b1|Calendario|' 'c1|Sobre el presupuesto|' 'c2|Re: Sobre el presupuesto|c1' 'w1|Re: Lo que falta|nadie'; do
	IFS='|' read -r id subject parent <<<"$m"
	mail agenda "$id@x.example" "$subject" "${parent:+$parent@x.example}" >/dev/null
done
tap_is 'the posts are where they were written' "$(for id in a1 a5 b1 c1 c2 w1; do place $id@x.example; done | tr '\n' ' ')" \
	'agenda/1/1 agenda/1/5 agenda/2/1 agenda/3/1 agenda/3/2 agenda/4/1 '
follow a1@x.example carmen.loaisiga
tap_none 'everything adds up' "$(broken)"

# -- each act, and its way back
there_and_back 'closing' lock agenda 1
there_and_back 'hiding a thread' hide agenda 1
there_and_back 'pinning' pin agenda 1 --until 2031-01-01
there_and_back 'renaming' rename agenda 1 --subject 'Presupuesto 2027'
there_and_back 'tagging' tag agenda 1 'presupuesto, 2027 ,Presupuesto'
there_and_back 'hiding posts' hide agenda 1 --posts 5,2
there_and_back 'splitting' split agenda 1 --posts 3-4 --subject 'Aparte'
there_and_back 'merging' merge agenda 1 2
there_and_back 'moving' move agenda 1 otro
there_and_back 'attaching a stray post' reattach agenda 3 1 1/5
there_and_back 'attaching a whole stray thread' reattach agenda 4 1 1/1
there_and_back 'attaching within the thread' reattach agenda 1 5 3

# -- tags: chips, and a page of each
tap_run 'two threads have a tag' thread tag agenda 1 'dinero, año 2027'
thread tag agenda 2 'fechas' >/dev/null
tap_run 'the group can be read by it' shows '/g/agenda?tag=dinero' '/g/agenda/1'
tap_run 'and shows no other' nowhere '/g/agenda/2"' '/g/agenda?tag=dinero'
tap_run 'a tag of two words too' shows '/g/agenda?tag=a%C3%B1o%202027' '/g/agenda/1'
tap_run 'eleven are too many' fails thread tag agenda 1 a,b,c,d,e,f,g,h,i,j,k

# -- closed: mail waits, its sender is told; who moderates may
tap_run 'it is closed' thread lock agenda 1 --why 'Ya se acordó.'
tap_run 'a reply by mail is taken' mail agenda l1@x.example 'Re: Presupuesto' a5@x.example
tap_is 'and waits' "$(fate_of l1@x.example)" held:thread-closed
tap_is 'its author is told why' "$(flow_sql "SELECT count(*) FROM hold WHERE msgid = 'l1@x.example' AND reason LIKE 'Its thread is closed%'")" 1
tap_run 'a moderator answers' mail agenda l2@x.example 'Re: Presupuesto' a5@x.example rodrigo.mejia
tap_is 'that is posted' "$(fate_of l2@x.example)" posted:posted
tap_run 'the page says so' shows /g/agenda/1 'cerr'
tap_run 'closing it again is refused' fails thread lock agenda 1
tap_is 'who follows has one mail' "$(flow_sql "SELECT count(*) FROM notice_sent" | grep -c '[1-9]')" 1
tap_run 'it is opened' thread unlock agenda 1

# -- hidden: nowhere
tap_run 'a post shows its text' shows /g/agenda/1 'Texto de a4 con'
tap_run 'a post is hidden' thread hide agenda 1 --posts 4
tap_run 'and is nowhere' nowhere 'Texto de a4 con' /g/agenda/1 /g/agenda/1/4 /g/agenda/atom /g/agenda/1/atom '/search?q=buscada' /m/a4@x.example
tap_run 'nor in the counts' shows /g/agenda/1 '5 mensajes'
tap_run 'its address is not there' gone /g/agenda/1/4
tap_run 'nor by its id' gone /m/a4@x.example
tap_run 'nobody is left' fails thread hide agenda 2 --posts 1
tap_run 'it is shown again' thread restore agenda 1 --posts 4
tap_run 'and is there' shows /g/agenda/1 'Texto de a4 con'
tap_run 'the thread is hidden' thread hide agenda 1
tap_run 'and is nowhere' nowhere 'Texto de a' /g/agenda/1 /g/agenda/1/1 /g/agenda/atom /g/agenda/1/atom '/search?q=buscada' /m/a1@x.example
tap_run 'nor its title' nowhere Presupuesto /g/agenda / '/search?q=buscada'
tap_run 'a reply to it is taken' mail agenda l3@x.example 'Re: Presupuesto' a5@x.example
tap_is 'and waits' "$(fate_of l3@x.example)" held:thread-closed
tap_run 'approved, it stays hidden' site_cabildo hold approve "$(flow_sql "SELECT id FROM hold WHERE msgid = 'l3@x.example'")"
tap_run 'and becomes a post' wait_for 20 is_post l3@x.example
tap_is 'of which nobody gets a copy' "$(flow_sql "SELECT count(*) FROM outbound o JOIN post p ON p.id = o.post_id WHERE p.msgid = 'l3@x.example'")" 0
tap_none 'everything adds up' "$(broken)"
tap_run 'the thread is shown again' thread restore agenda 1
tap_none 'everything adds up' "$(broken)"

# -- renamed: replies by mail go on
tap_run 'it is renamed' thread rename agenda 1 --subject 'Presupuesto regional'
tap_run 'an answer under the old subject' mail agenda r1@x.example 'Re: Presupuesto' a2@x.example
tap_is 'stands in it' "$(place r1@x.example | cut -d/ -f1-2)" agenda/1
tap_run 'the new title stays' shows /g/agenda/1 'Presupuesto regional'

# -- split: old addresses, old ids, answers, late parents
out=$(thread split agenda 1 --posts 3,4 --subject 'Cómo se reparte' --why 'Es otro tema.')
new=$(sed -n 's/^thread agenda\///p' <<<"$out")
split=$(act_of "$out")
tap_run 'it is split' test -n "$new"
tap_is 'the posts are there' "$(place a3@x.example) $(place a4@x.example)" "agenda/$new/1 agenda/$new/2"
tap_run 'the old address of a post leads there' leads /g/agenda/1/4 "/g/agenda/$new/2"
tap_run 'so does its id' leads /m/a4@x.example "/g/agenda/$new"
tap_run 'an answer to an old id' mail agenda s1@x.example 'Re: Presupuesto' a4@x.example
tap_is 'lands in the new thread' "$(place s1@x.example)" "agenda/$new/3"
tap_run 'an answer to what stayed' mail agenda s2@x.example 'Re: Presupuesto' a5@x.example
tap_is 'stays' "$(place s2@x.example | cut -d/ -f1-2)" agenda/1
tap_is 'who follows the one follows both' "$(flow_sql "SELECT count(*) FROM thread_follow f JOIN thread t ON t.id = f.thread_id WHERE t.number = $new")" 1
tap_none 'everything adds up' "$(broken)"
tap_run 'undone, what came since goes along' thread undo "$split"
tap_is 'in their thread again' "$(place a3@x.example) $(place a4@x.example) $(place s1@x.example | cut -d/ -f1-2)" 'agenda/1/3 agenda/1/4 agenda/1'
tap_run 'the address it had leads back' leads "/g/agenda/$new" /g/agenda/1
tap_run 'and that of each post' leads "/g/agenda/$new/2" /g/agenda/1/4
tap_none 'everything adds up' "$(broken)"

# -- a waiting reply that a moderator placed stays when its parent comes
tap_run 'a reply whose parent is missing gets its place' thread reattach agenda 4 1 2/1
at=$(place w1@x.example)
tap_is 'there' "${at%/*}" agenda/2
tap_run 'its parent comes' mail agenda nadie@x.example 'Lo que falta'
tap_is 'it stays where it was put' "$(place w1@x.example) $(flow_sql "SELECT q.msgid FROM post p JOIN post q ON q.id = p.parent_id WHERE p.msgid = 'w1@x.example'")" \
	"$at b1@x.example"
tap_none 'everything adds up' "$(broken)"

# -- merge
out=$(thread merge agenda 3 2)
tap_run 'two are joined' test -n "$out"
tap_run 'the old address leads to the other' leads /g/agenda/3 /g/agenda/2
at=$(place c2@x.example)
tap_is 'its posts are there' "${at%/*}" agenda/2
tap_run 'that of a post to the post' leads /g/agenda/3/2 "/g/$at"
tap_run 'an answer to an old id' mail agenda m1@x.example 'Re: Sobre el presupuesto' c2@x.example
tap_is 'lands in the other' "$(place m1@x.example | cut -d/ -f1-2)" agenda/2
tap_run 'moved again, the first act is not undone' thread split agenda 2 --posts "${at##*/}" --subject 'Solo esto'
tap_run 'but refused' fails thread undo "$(act_of "$out")"
tap_none 'everything adds up' "$(broken)"

# -- move: to a public group, and to one that is not
again() { # LIST ID
	mail_make 'Ana Pérez' ana.perez@example.org "$1@$SITE_DOMAIN" 'Re: Presupuesto' "$2" \
		"$(LC_ALL=C date -R -u -d '2026-11-16 12:00 UTC')" a2@x.example <<<'Otra vez.' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "$1@$SITE_DOMAIN"
}
tap_run 'an answer before' again agenda repite0@x.example
tap_is 'stands there' "$(place repite0@x.example | cut -d/ -f1-2)" agenda/1
out=$(thread move agenda 1 otro)
here=$(sed -n 's/^thread otro\///p' <<<"$out")
tap_run 'it is moved' test -n "$here"
tap_run 'the old address leads to the other group' leads /g/agenda/1 "/g/otro/$here"
tap_run 'that of a post too' leads /g/agenda/1/2 "/g/otro/$here/2"
tap_run 'and the id' leads /m/a2@x.example "/g/otro/$here"
tap_run 'a member of both answers by the old group' mail agenda v1@x.example 'Re: Presupuesto' a2@x.example
tap_is 'and it lands in the new one' "$(place v1@x.example | cut -d/ -f1-2)" "otro/$here"
tap_run 'one of the old group alone' mail agenda v2@x.example 'Re: Presupuesto' a2@x.example itzel.barria
tap_is 'waits there, by the rules of that group' "$(flow_sql "SELECT l.name || ':' || h.rule FROM hold h JOIN list l ON l.id = h.list_id WHERE h.msgid = 'v2@x.example'")" otro:nonmember
tap_none 'everything adds up' "$(broken)"
tap_run 'its feed too' leads /g/agenda/1/atom "/g/otro/$here/atom"

# a mail that arrives again: at the old group, at the new one, with another date
for list in agenda otro otro; do
	tap_run "the answer that was here before the move, again to $list" again $list repite0@x.example
done
tap_is 'is known at both' "$(flow_sql "SELECT string_agg(fate, ' ' ORDER BY id) FROM intake WHERE msgid = 'repite0@x.example'")" 'posted duplicate duplicate duplicate'
tap_run 'a mail to the old group' again agenda repite1@x.example
tap_is 'is in the new one' "$(place repite1@x.example | cut -d/ -f1-2)" "otro/$here"
tap_run 'it arrives again there' again agenda repite1@x.example
tap_run 'and at the group where it is' again otro repite1@x.example
tap_run 'twice' again otro repite1@x.example
tap_is 'each time it is known' "$(flow_sql "SELECT string_agg(fate, ' ' ORDER BY id) FROM intake WHERE msgid = 'repite1@x.example' AND post_id IS NOT NULL")" 'posted duplicate duplicate duplicate'
tap_is 'nothing waits, nothing is posted twice' "$(flow_sql "SELECT (SELECT count(*) FROM hold WHERE msgid = 'repite1@x.example'), (SELECT count(*) FROM post WHERE msgid = 'repite1@x.example')")" '0	1'
tap_run 'its id with other words and another date' mail otro repite1@x.example 'Re: Presupuesto' a2@x.example
tap_is 'waits' "$(flow_sql "SELECT rule FROM hold WHERE msgid = 'repite1@x.example'")" id-reused
flow_sql "UPDATE hold SET decided_at = now(), decision = 'discard', done_at = now() WHERE msgid = 'repite1@x.example'" >/dev/null

# what waited in the old group when its thread went
waits_in() { # ID
	flow_sql "SELECT l.name FROM hold h JOIN list l ON l.id = h.list_id WHERE h.msgid = '$1' AND h.decided_at IS NULL"
}
tap_run 'a thread' mail agenda espera1@x.example 'Calendario de pruebas'
from=$(place espera1@x.example | cut -d/ -f2)
tap_run 'an answer by one whose posts wait' site_cabildo member set agenda carmen.loaisiga@example.org moderation=hold
tap_run 'comes' mail agenda espera2@x.example 'Re: Calendario de pruebas' espera1@x.example carmen.loaisiga
tap_is 'and waits in its group' "$(waits_in espera2@x.example)" agenda
out=$(thread move agenda "$from" otro)
to=$(sed -n 's/^thread otro\///p' <<<"$out")
tap_is 'the thread goes, and with it what waits' "$(waits_in espera2@x.example)" otro
tap_run 'undone' thread undo "$(act_of "$out")"
tap_is 'it waits where it did' "$(waits_in espera2@x.example)" agenda
out=$(thread move agenda "$from" otro)
tap_run 'moved again, it is approved there' site_cabildo hold approve "$(flow_sql "SELECT id FROM hold WHERE msgid = 'espera2@x.example'")"
placed() { [ "$(place espera2@x.example | cut -d/ -f1)" = otro ]; }
tap_run 'and becomes a post there' wait_for 30 placed
tap_none 'everything adds up' "$(broken)"
tap_run 'an answer waits again' mail otro espera3@x.example 'Re: Calendario de pruebas' espera1@x.example carmen.loaisiga
to=$(place espera1@x.example | cut -d/ -f2)
tap_is 'in that group' "$(waits_in espera3@x.example)" otro
tap_run 'which goes where its author sees nothing' thread move otro "$to" reservado
tap_is 'it stays where it is' "$(waits_in espera3@x.example)" otro
tap_run 'the first thread goes on to a group of members' thread move otro "$here" reservado
for path in /g/agenda/1 /g/agenda/1/2 "/g/otro/$here" "/g/otro/$here/2" /m/a2@x.example; do
	tap_run "who may not see it gets nothing at $path" gone "$path"
done
tap_run 'an answer by the first group' mail agenda v3@x.example 'Re: Presupuesto' a2@x.example itzel.barria
tap_is 'waits here: nothing tells where it went' "$(flow_sql "SELECT l.name || ':' || h.rule FROM hold h JOIN list l ON l.id = h.list_id WHERE h.msgid = 'v3@x.example'")" agenda:thread-closed
tap_is 'and no mail says it' "$(cd "$SITE/outbox" && grep -rliE 'reservado' . 2>/dev/null | grep -vE 'marisol|julio|rodrigo' | wc -l)" 0
tap_run 'one who belongs there' mail agenda v4@x.example 'Re: Presupuesto' a2@x.example julio.zelaya
tap_is 'lands there' "$(place v4@x.example | cut -d/ -f1)" reservado
tap_run 'the first move is not undone before the second' fails thread undo "$(act_of "$out")"
tap_none 'everything adds up' "$(broken)"
tap_is 'every act is on the record' "$(flow_sql "SELECT count(*) FROM thread_act a WHERE NOT EXISTS
	(SELECT FROM audit d WHERE d.act = 'thread.' || a.kind AND d.thread_id = a.thread_id)")" 0
flow_end
