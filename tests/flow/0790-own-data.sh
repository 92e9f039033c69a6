#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A person's own data as one file: what is in it, and what of others is not; by the
# page, by a link that mail brings, with memory that does not grow with ten thousand
# messages.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# what AddressSanitizer keeps of freed memory is not the program's
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=1:thread_local_quarantine_size_kb=64"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

fails() {
	! "$@"
}

# with_file ID: a post of Ana's with a file
with_file() {
	printf '%s\r\n' 'From: Ana Pérez <ana.perez@example.org>' "To: agenda@$SITE_DOMAIN" 'Subject: Con acta' \
		"Message-ID: <$1>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" \
		'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=x' '' \
		'--x' 'Content-Type: text/plain; charset=utf-8' '' 'Va el acta.' \
		'--x' 'Content-Type: text/plain; name=acta.txt' 'Content-Disposition: attachment; filename=acta.txt' \
		'Content-Transfer-Encoding: base64' '' 'QWN0YSBkZSBsYSByZXVuacOzbi4=' '--x--' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "agenda@$SITE_DOMAIN"
}

# unpack FILE DIR
unpack() {
	rm -rf "$2"
	mkdir "$2" && python3 -m zipfile -e "$1" "$2"
}

has() { # FILE TEXT
	grep -qF -- "$2" "$TEST_TMP/data/$1"
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'the posts are there' demo_posts
tap_run 'one with a file' with_file acta@example.org
for who in ana.perez marisol.quesada; do
	tap_run "$who signs in" browse_in $who
done
browse_post marisol.quesada /g/agenda/members /g/agenda/members what=delivery:none \
	"who=$(flow_sql "SELECT id FROM account WHERE name = 'Ana Pérez'")" >/dev/null
printf 'Texto retenido.\n' | demo_send ana.perez 'Con enlace' held1@example.org 0 08:00 >/dev/null
site_cabildo list set agenda emergency=true >/dev/null
printf 'Texto retenido de Ana.\n' | demo_send ana.perez 'En espera' held2@example.org 0 08:10 >/dev/null
hold=$(flow_sql "SELECT id FROM hold WHERE msgid = 'held2@example.org'")
site_cabildo hold note "$hold" --why 'Nota reservada de la moderación' >/dev/null
site_cabildo list set agenda emergency=false >/dev/null
flow_sql "INSERT INTO audit (door, act, actor_id, list_id, subject_id, detail_digest)
	SELECT 'web', 'member.role', (SELECT account_id FROM address WHERE addr = 'ana.perez@example.org'), 1,
	(SELECT account_id FROM address WHERE addr = 'julio.zelaya@example.org'), ''" >/dev/null
flow_sql "INSERT INTO audit_detail (audit_id, salt, before, after) SELECT max(id), '', 'julio.zelaya@example.org', 'moderator' FROM audit" >/dev/null

tap_is 'a stranger is asked to sign in' "$(browse_status - /account/data)" 303
tap_is 'her page' "$(browse_status ana.perez /account/data)" 200
tap_run 'says how much there is' grep -q 'sus mensajes con sus adjuntos (3)' <(browse ana.perez /account/data)
tap_run 'and is named among her preferences' grep -q 'href="/account/data"' <(browse ana.perez /me)
tap_is 'looking is not recorded' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'account.export'")" 0
tap_is 'the button gives the file' "$(browse_post ana.perez /account/data /account/data x=1)" 200
cp "$TEST_TMP/answer" "$TEST_TMP/ana.zip"
tap_run 'which opens' unpack "$TEST_TMP/ana.zip" "$TEST_TMP/data"
tap_is 'and is recorded' "$(flow_sql "SELECT a.name FROM audit JOIN account a ON a.id = actor_id WHERE act = 'account.export'")" 'Ana Pérez'
tap_run 'the account is JSON' python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
assert d["account"]["name"] == "Ana Pérez" and d["addresses"][0]["address"] == "ana.perez@example.org"
assert d["groups"][0]["group"] == "agenda" and d["groups"][0]["receives"] == "none"
assert d["messages_that_waited"][0]["text"].startswith("Texto retenido de Ana")
assert "password_hash" not in str(d) and "argon2" not in str(d)' "$TEST_TMP/data/account.json"
tap_is 'the index has each message' "$(grep -c '^agenda,' "$TEST_TMP/data/posts.csv")" 3
ls "$TEST_TMP/data/posts/agenda" >"$TEST_TMP/names"
tap_is 'each is a file' "$(wc -l <"$TEST_TMP/names")" 3
tap_run 'as it was sent, byte for byte' sh -c 'grep -rlq "Message-ID: <acta@example.org>" "$1"' sh "$TEST_TMP/data/posts"
raw=$(flow_sql "SELECT encode(string_agg(c.bytes, '' ORDER BY c.n), 'hex') FROM raw_chunk c JOIN post p ON p.raw_id = c.raw_id WHERE p.msgid = 'acta@example.org'")
tap_is 'which holds against the database' "$(od -An -v -tx1 "$(grep -rl 'acta@example.org' "$TEST_TMP/data/posts")" | tr -d ' \n')" "$raw"
tap_is 'her file is there, decoded' "$(cat "$TEST_TMP"/data/files/agenda/*-acta.txt)" 'Acta de la reunión.'
tap_run 'the record says what she did' has record.csv 'usted'
tap_run 'and what others did to her, not who' has record.csv 'alguien que administra'
for secret in 'Nota reservada' 'julio.zelaya@example.org' 'marisol.quesada@example.org' 'rodrigo.mejia@example.org' 'carmen.loaisiga@example.org'; do
	tap_is "nothing of others: $secret" "$(grep -rlF -- "$secret" "$TEST_TMP/data" | grep -v '/posts/agenda/')" ''
done
tap_is 'no message of others' "$(grep -rl '^From: ' "$TEST_TMP/data/posts" | xargs grep -hi '^From: ' | grep -vc 'ana.perez@example.org')" 0

# -- by mail
AUTHSERV=$AUTHSERV mail_make 'Ana Pérez' ana.perez@example.org agenda-request@foro.example 'mis datos' md1@example.org \
	'Mon, 16 Nov 2026 09:00:00 -0600' <<<'mis datos' | net_lmtp "$SITE_LMTP" ana.perez@example.org agenda-request@foro.example >/dev/null
tap_run 'a mail answers with a summary' wait_for 10 browse_mail ana.perez@example.org 'Mensajes suyos aquí: '
link=$(browse_mail ana.perez@example.org '/account/data/' | grep -oE '/account/data/[a-z2-7]+' | head -n 1)
tap_is 'and a link, to a page' "$(browse_status - "$link")" 200
tap_is 'whose button gives the same' "$(browse_post - "$link" "$link" x=1)" 200
tap_run 'for real' unpack "$TEST_TMP/answer" "$TEST_TMP/data"
tap_run 'it is hers' has account.json 'ana.perez@example.org'
tap_is 'it signs nobody in' "$(browse_status - /me)" 303
tap_is 'a link that nobody was sent' "$(browse_status - /account/data/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)" 404
flow_sql "UPDATE account SET second_step = 'x' WHERE name = 'Ana Pérez'" >/dev/null
tap_is 'who has a second step must sign in' "$(browse_status - "$link") $(browse_post - /signin "$link" x=1)" '303 303'
flow_sql "UPDATE account SET second_step = NULL WHERE name = 'Ana Pérez'" >/dev/null
flow_sql "UPDATE token SET expires_at = now() WHERE purpose = 'export'" >/dev/null
tap_is 'after its days it is void' "$(browse_status - "$link")" 404
for _ in 1 2 3; do
	browse_post ana.perez /account/data /account/data x=1 >/dev/null
done
tap_is 'a sixth time within a day is too often' "$(browse_post ana.perez /account/data /account/data x=1)" 429

# -- ten thousand messages
peak() { # the most memory of any process of the web front, kB
	# some of them end meanwhile
	cat /proc/[0-9]*/status 2>/dev/null | awk -v parent="$(site_pid web)" '
		/^Name:/ { of = "" }
		/^PPid:/ { of = $2 }
		/^VmHWM:/ && of == parent && $2 > max { max = $2 }
		END { print max + 0 }'
}
before=$(peak)
tap_run "the processes of the front are found" test "$before" -gt 1000
flow_sql "DO \$\$ DECLARE p post; m raw_message; BEGIN
	SELECT * INTO p FROM post WHERE msgid = 'acta@example.org';
	UPDATE post SET account_id = (SELECT account_id FROM address WHERE addr = 'marisol.quesada@example.org') WHERE id = p.id;
	SELECT * INTO p FROM post WHERE msgid = 'acta@example.org';
	INSERT INTO post SELECT (jsonb_populate_record(p, jsonb_build_object('id', 1000000 + g, 'number', 100 + g,
		'msgid_hash', '\\x' || md5(g::text) || md5((-g)::text), 'attachment_count', 0))).* FROM generate_series(1, 10000) g;
	END \$\$" >/dev/null
tap_is 'there are ten thousand' "$(flow_sql "SELECT count(*) > 10000 FROM post")" t
from=$(date +%s%N)
tap_is 'they are given' "$(browse_post marisol.quesada /account/data /account/data x=1)" 200
ms=$((($(date +%s%N) - from) / 1000000))
tap_is 'all of them' "$(python3 -c 'import sys, zipfile
print(sum(n.startswith("posts/") for n in zipfile.ZipFile(sys.argv[1]).namelist()) > 10000)' "$TEST_TMP/answer")" True
after=$(peak)
grown_little() {
	[ "$after" -ge "$before" ] && [ $((after - before)) -lt 20000 ]
}
tap_run "with the memory of a few: $before kB, then $after kB, in $ms ms" grown_little
flow_end
