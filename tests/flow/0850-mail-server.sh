#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 420
# docs/mail-server.md as it stands: each block is taken out of the page, nothing
# but folders, ports and the name server are changed, and Postfix with the
# filters of both ways runs with it. What a valid signature proves posts; what
# only claims does not, whatever it writes under our name; each copy is signed for
# the groups' domain, with rspamd also sealed by a chain that holds; and what the
# author signed still verifies where the group changes nothing.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"
# shellcheck source=tests/lib/doc.sh
. "$TOP/tests/lib/doc.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'
perl -MMail::DKIM::ARC::Verifier -MMail::DKIM::Signer -MNet::DNS -e 1 2>/dev/null || tap_skip_all 'libmail-dkim-perl is not installed'

DKIM=$TOP/tests/lib/dkim.pl PIDS=() WAY='' R=''
# the filters ask port 53 of a name server: an address of our own on the loopback
NS=127.$((RANDOM % 200 + 20)).$((RANDOM % 250)).$((RANDOM % 250 + 1))
DATE=$(LC_ALL=C date -R)
FLOW_ALSO=end_own

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	postfix_stop
	[ ${#PIDS[@]} -eq 0 ] || kill "${PIDS[@]}" 2>/dev/null
	wait "${PIDS[@]}" 2>/dev/null
	PIDS=()
}

# background NAME COMMAND...
background() {
	local name=$1
	shift
	"$@" >"$R/$name.out" 2>&1 </dev/null 9>&- &
	PIDS+=("$!")
}

# ---- the page ----

# page WAY: its files, on free ports
page() {
	local port pairs=()
	WAY=$1 R=$TEST_TMP/${1,,}
	mkdir -p "$R" && chmod 755 "$TEST_TMP" "$R" || return 1
	doc_blocks "$WAY" "$R" || return 1
	for port in 8024=$SITE_LMTP 8025=$SITE_POLICY 8026=$SITE_MILTER 10025=${COPIES:=$(net_free_port)}; do
		pairs+=("127.0.0.1:${port%=*}=127.0.0.1:${port#*=}")
	done
	if [ "$WAY" = rspamd ]; then
		FILTERS=$(net_free_port)
		pairs+=("127.0.0.1:11332=127.0.0.1:$FILTERS")
	else
		FILTERS="$(net_free_port) $(net_free_port)"
		pairs+=("127.0.0.1:8891=127.0.0.1:${FILTERS% *}" "127.0.0.1:8893=127.0.0.1:${FILTERS#* }")
		pairs+=("inet:8891@=inet:${FILTERS% *}@" "inet:8893@=inet:${FILTERS#* }@")
	fi
	doc_place "$R" "${pairs[@]}"
}

# The key by the commands of the page; its other half where the zone says KEY.
zone() {
	local half d
	half=$(sh -e "$R/sh/the-key" 2>/dev/null) && [ ${#half} -gt 300 ] || return 1
	sed -i "s|p=KEY|p=$half|" "$R/zone" && doc_zone "$R/zone" >"$TEST_TMP/zone.new" || return 1
	{
		printf '_dmarc.estricta.example TXT v=DMARC1; p=reject\nestricta.example TXT v=spf1 ip4:198.51.100.7 ~all\n'
		printf '_dmarc.suave.example TXT v=DMARC1; p=none\nsuave.example TXT v=spf1 ip4:198.51.100.7 ~all\n'
		printf 'sobre.example TXT v=spf1 ip4:198.51.100.9 ~all\nmail.relevo.example A 198.51.100.7\n'
		for d in estricta suave sobre relevo; do
			printf '%s.example MX 10 mx.%s.example\nmx.%s.example A 198.51.100.25\n' $d $d $d
		done
		printf 's._domainkey.%s TXT %s\n' estricta.example "$(cat "$TEST_TMP/author.txt")" suave.example "$(cat "$TEST_TMP/author.txt")" \
			relevo.example "$(cat "$TEST_TMP/author.txt")"
	} >>"$TEST_TMP/zone.new"
	mv "$TEST_TMP/zone.new" "$TEST_TMP/zone"
}

# conf_of_page: our programs have the lines of the page
conf_of_page() {
	local line
	while IFS= read -r line; do
		[[ $line =~ ^[a-z_]+\ = ]] || continue
		sed -i "/^${line%% *} =/d" "$SITE/cabildo.conf"
		printf '%s\n' "$line" >>"$SITE/cabildo.conf"
	done <"$R/etc/cabildo/cabildo.conf"
}

# postfix_of_page: Debian's master.cf, in short, and the blocks; copies go to the sink
postfix_of_page() {
	local etc=$TEST_TMP/postfix
	rm -rf "$etc"
	postfix_private || return 1
	# who connects is this machine, and stands for the world
	sed -i '1s/$/\n    -o local_header_rewrite_clients=/' "$etc/master.cf"
	cat "$R/etc/postfix/main.cf" >>"$etc/main.cf"
	sed 's/^\(127[^ ]* inet n - \)y/\1n/' "$R/etc/postfix/master.cf" >>"$etc/master.cf"
	postconf -c "$etc" -e "relayhost = [127.0.0.1]:$(cat "$TEST_TMP/sink.port")" smtpd_authorized_xclient_hosts=127.0.0.1 \
		mynetworks=127.0.0.2/32 && chmod -R a+rX "$R/etc/postfix" && postfix -c "$etc" check && postfix_run &&
		wait_for 10 net_listening "$COPIES" && ! grep -E 'warning|fatal|error' "$TEST_TMP/postfix.out"
}

rspamd_of_page() {
	chgrp -R _rspamd "$R/etc/dkim" && chmod 0640 "$R/etc/dkim/mail.key" || return 1
	mkdir -p "$R/db" "$R/run" "$R/log" && chown _rspamd "$R/db" "$R/run" "$R/log"
	# this test's own: its name server, no second socket
	printf 'dns { nameserver = ["%s"]; }\ndisable_hyperscan = true;\n' "$NS" >"$R/etc/rspamd/local.d/options.inc"
	printf 'enabled = false;\n' >"$R/etc/rspamd/local.d/worker-controller.inc"
	background rspamd rspamd -f -u _rspamd -g _rspamd -c /etc/rspamd/rspamd.conf --var=LOCAL_CONFDIR="$R/etc/rspamd" \
		--var=DBDIR="$R/db" --var=RUNDIR="$R/run" --var=LOGDIR="$R/log"
	wait_for 150 net_listening "$FILTERS" # 10 s of one processor
}

openx_of_page() {
	chown -R opendkim "$R/etc/dkim" && chmod 0600 "$R/etc/dkim/mail.key" || return 1
	printf 'Nameservers %s\nUserID opendkim\nRequireSafeKeys no\nPidFile %s\n' "$NS" "$R/opendkim.pid" >>"$R/etc/opendkim.conf"
	printf '192.0.2.1\n' >"$R/nobody"
	printf 'IgnoreHosts %s\nPidFile %s\n' "$R/nobody" "$R/opendmarc.pid" >>"$R/etc/opendmarc.conf"
	sed -i -E 's/^Syslog .*/Syslog no/' "$R/etc/opendkim.conf"
	sed -i -E 's/^Syslog .*/Syslog false/' "$R/etc/opendmarc.conf"
	printf 'nameserver %s\n' "$NS" >"$R/resolv.conf"
	background opendkim /usr/sbin/opendkim -f -x "$R/etc/opendkim.conf"
	# OpenDMARC asks whom /etc/resolv.conf names
	background opendmarc unshare -m sh -c 'mount --bind "$1" /etc/resolv.conf && exec /usr/sbin/opendmarc -f -c "$2"' - \
		"$R/resolv.conf" "$R/etc/opendmarc.conf"
	wait_for 10 net_listening "${FILTERS% *}" && wait_for 10 net_listening "${FILTERS#* }"
}

name_server() {
	background dns "$TOP/tests/lib/dnsd.pl" "$R/dns.port" "$TEST_TMP/zone" "$R/dns.log" "$NS" 53
	wait_for 10 test -s "$R/dns.port"
}

sink_start() {
	mkdir -p "$TEST_TMP/sink"
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/sink.port" --dir "$TEST_TMP/sink" --keep 2>"$TEST_TMP/sink.err" </dev/null &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/sink.port"
}

# ---- mail ----

groups() {
	local g
	for g in agenda vestida; do
		site_cabildo list add $g --title "Grupo $g" --lang es && site_cabildo list set $g reply_policy=author &&
			site_cabildo member add $g ana@estricta.example --name 'Ana Pérez' && site_cabildo member add $g luz@suave.example --name Luz &&
			site_cabildo member add $g pedro@sobre.example --name Pedro && site_cabildo member add $g eva@lectora.example --name Eva || return 1
		for m in ana@estricta.example luz@suave.example pedro@sobre.example; do
			site_cabildo member set $g $m own_copy=no || return 1
		done
	done
	site_cabildo list set vestida subject_tag=Vestida footer=true
}

# message GROUP ID ADDRESS: what programs write that must not be tidied: a name
# without a domain, no space behind a comma, two Received lines from before
message() {
	printf 'Received: from pc by relevo.example; Mon, 16 Nov 2026 09:00:00 -0600\nReceived: from b by pc; Mon, 16 Nov 2026 09:00:00 -0600\n'
	printf 'From: "P., %s" <%s>\nTo: equipo,<%s@foro.example>\nSubject: Acta  de\n\tla reunion %s\n' "${3%@*}" "$3" "$1" "$2"
	printf 'Date: %s\nMessage-ID: <%s@m.example>\n\nTexto  de %s. \n' "$DATE" "$2" "$2"
}

# signed GROUP ID ADDRESS
signed() {
	message "$@" | "$DKIM" sign "$TEST_TMP/author" "${3#*@}" relaxed/relaxed
}

claim() {
	printf 'Authentication-Results: mx.foro.example; dkim=pass header.d=estricta.example; dmarc=pass header.from=estricta.example\n'
}

# send CLIENT ENVELOPE GROUP: stdin comes from that address
send() {
	NET_CLIENT=$1 net_smtp "$POSTFIX_PORT" "$2" "$3@foro.example"
}

# refused PATTERN COMMAND...: its answer matches
refused() {
	local want=$1 reply
	shift
	reply=$("$@") && { echo "taken: $reply"; return 1; }
	echo "$reply"
	grep -qE "$want" <<<"$reply"
}

fate() {
	flow_sql "SELECT fate FROM intake WHERE msgid = '$1@m.example'"
}

decided() {
	[ -n "$(fate "$1")" ]
}

# posted ID: true when it is
posted() {
	wait_for 20 decided "$1" && [ "$(fate "$1")" = posted ] || { fate "$1"; results "$1"; return 1; }
}

# results ID: Authentication-Results of the stored bytes, one a line
results() {
	flow_sql "SELECT convert_from(string_agg(c.bytes, ''::bytea ORDER BY c.n), 'UTF8') FROM intake i JOIN raw_chunk c ON c.raw_id = i.raw_id
		WHERE i.msgid = '$1@m.example'" | tr -d '\r' | sed '/^$/q' |
		sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]\+/ /g' | grep '^Authentication-Results:'
}

# copy ID: path of the copy that reached the member who only reads
copy() {
	local f
	f=$(grep -lE "^Message-ID: <$1@m.example>" "$TEST_TMP"/sink/*.eml 2>/dev/null | head -n 1)
	printf '%s' "${f:-/nonexistent}"
}

arrived() {
	[ -e "$(copy "$1")" ]
}

# verified ID: `RESULT DOMAIN` of each signature of the copy, sorted
verified() {
	"$DKIM" verify 53 "$NS" <"$(copy "$1")" | cut -d' ' -f1,2 | LC_ALL=C sort
}

chain() {
	"$DKIM" chain 53 "$NS" <"$(copy "$1")"
}

copy_from() {
	grep -m 1 '^From:' "$(copy "$1")" | tr -d '\r'
}

# ---- what must hold ----

# common P: of either way; P keeps ids apart
common() {
	local p=$1
	tap_run "$WAY: an unknown address is refused at RCPT" refused '^550 5\.1\.1' send 198.51.100.7 x@fuera.example nadie </dev/null
	tap_run "$WAY: a member's signed post is taken" send 198.51.100.7 ana@estricta.example agenda < <(signed agenda ${p}s1 ana@estricta.example)
	tap_run "$WAY: and posted" posted ${p}s1
	tap_run "$WAY: by what our own server found" grep -qE '^Authentication-Results: mx\.foro\.example;.*dkim=pass.*dmarc=pass|^Authentication-Results: mx\.foro\.example;.*dmarc=pass' \
		<(results ${p}s1)
	tap_run "$WAY: a copy leaves" wait_for 20 arrived ${p}s1
	tap_is "$WAY: the author's signature holds in it, and the groups' domain signs it too" "$(verified ${p}s1)" 'pass estricta.example
pass foro.example'
	tap_is "$WAY: From is the author's, as it was written" "$(copy_from ${p}s1)" 'From: "P., ana" <ana@estricta.example>'
	tap_run "$WAY: somebody else claims to be her, and writes our name" send 203.0.113.66 ana@estricta.example agenda < <(claim; message agenda ${p}f1 ana@estricta.example)
	tap_run "$WAY: it is decided" wait_for 20 decided ${p}f1
	tap_is "$WAY: it is no post, for want of proof" "$(flow_sql "SELECT fate, rule FROM intake WHERE msgid = '${p}f1@m.example'")" 'held	identity'
	tap_is "$WAY: what was claimed is gone" "$(results ${p}f1 | grep -cE 'dkim=pass|dmarc=pass')" 0
	tap_run "$WAY: our own server says fail" grep -qE '^Authentication-Results: mx\.foro\.example;.*dmarc=fail' <(results ${p}f1)
	tap_run "$WAY: one that adds a claim to a valid signature of another domain" send 203.0.113.66 luz@suave.example agenda < <(claim; message agenda ${p}f2 ana@estricta.example |
		"$DKIM" sign "$TEST_TMP/author" suave.example relaxed/relaxed)
	tap_run "$WAY: is decided" wait_for 20 decided ${p}f2
	tap_is "$WAY: and is no post either" "$(fate ${p}f2)" held
	tap_run "$WAY: a post to a group that changes it" send 198.51.100.7 luz@suave.example vestida < <(signed vestida ${p}v1 luz@suave.example)
	tap_run "$WAY: is posted" posted ${p}v1
	tap_run "$WAY: leaves" wait_for 20 arrived ${p}v1
	tap_run "$WAY: signed for the groups' domain" grep -qx 'pass foro.example' <(verified ${p}v1)
	tap_run "$WAY: somebody asks to join" send 198.51.100.7 ${p}otra@suave.example agenda-join < <(signed agenda-join ${p}j1 ${p}otra@suave.example)
	tap_run "$WAY: the answer leaves signed, from the groups' domain" wait_for 20 asked "$p"
}

# asked: what we write of our own accord is signed by whom From names
asked() {
	local f
	f=$(grep -lE "^To: .*${1}otra@suave.example" "$TEST_TMP"/sink/*.eml | tail -n 1) && grep -qE '^From:.*@foro\.example' "$f" &&
		[ "$("$DKIM" verify 53 "$NS" <"$f" | cut -d' ' -f1,2)" = 'pass foro.example' ]
}

gtube() {
	message agenda "$1" "$2" | sed '$a XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X'
}

# shabby ID: not GTUBE, but what few people write
shabby() {
	printf 'Received: from pc by relevo.example; Mon, 16 Nov 2026 09:00:00 -0600\nFrom: Luz <luz@suave.example>\nTo: <agenda@foro.example>\n'
	printf 'Subject: \nDate: %s\nMessage-ID: <%s@m.example>\n' "$DATE" "$1"
	printf 'MIME-Version: 1.0\nContent-Type: text/html\n\n<a href="http://198.51.100.3/x">http://banco.example</a>\n'
}

seals() {
	tap_is 'rspamd: the copy is sealed, and the chain holds' "$(chain rs1)" 'pass 1'
	tap_run 'rspamd: the seal repeats what we found' grep -qE 'ARC-Authentication-Results: *i=1;.*mx\.foro\.example;.*dmarc=pass' \
		<(tr -d '\r' <"$(copy rs1)" | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]\+/ /g')
	tap_is 'rspamd: of the changed copy too' "$(chain rv1)" 'pass 1'
	tap_run 'rspamd: a post that somebody sealed on the way' send 198.51.100.7 ana@estricta.example agenda < <(
		{ printf 'Authentication-Results: relevo.example; dkim=pass header.d=estricta.example\r\n'; signed agenda rs2 ana@estricta.example; } |
			"$DKIM" seal "$TEST_TMP/author" relevo.example relevo.example)
	tap_run 'rspamd: is posted' posted rs2
	tap_run 'rspamd: leaves' wait_for 20 arrived rs2
	tap_is 'rspamd: with a chain of two that holds' "$(chain rs2)" 'pass 2'
	tap_run 'rspamd: SPF alone proves where there is no more' send 198.51.100.9 pedro@sobre.example agenda < <(message agenda rp1 pedro@sobre.example)
	tap_run 'rspamd: posted' posted rp1
	tap_run 'rspamd: the same from elsewhere' send 203.0.113.66 pedro@sobre.example agenda < <(message agenda rp2 pedro@sobre.example)
	tap_run 'rspamd: is decided' wait_for 20 decided rp2
	tap_is 'rspamd: and held' "$(fate rp2)" held
	tap_run 'rspamd: spam is refused in the dialogue' refused '^554 ' send 203.0.113.66 x@sobre.example agenda < <(gtube rg1 ana@estricta.example)
	tap_run 'rspamd: what only looks like spam is taken' send 198.51.100.7 luz@suave.example agenda < <(shabby rg2)
	tap_run 'rspamd: is decided' wait_for 20 decided rg2
	tap_is 'rspamd: and held for that' "$(flow_sql "SELECT fate, rule FROM intake WHERE msgid = 'rg2@m.example'")" 'held	spam'
	tap_run 'rspamd: copies are not judged a second time' net_smtp "$COPIES" agenda-bounces@foro.example eva@lectora.example < <(shabby rg3)
	tap_run 'rspamd: they leave' wait_for 20 arrived rg3
	tap_none 'rspamd: without a mark' "$(grep -i '^X-Spam' "$(copy rg3)")"
	tap_is 'rspamd: and signed' "$(verified rg3)" 'pass foro.example'
}

# way NAME START PREFIX
way() {
	tap_run "$1: the blocks of the page" page "$1"
	tap_run "$1: the key, by its commands; the zone" zone
	tap_run "$1: a name server has it" name_server
	tap_run "$1: the filters run" "$2"
	conf_of_page
	tap_run "$1: our programs take the lines of the page" programs
	tap_run "$1: Postfix runs" postfix_of_page
	common "$3"
}

# programs: on the ports that the page was given
programs() {
	site_run receive cabildo-receive --config "$SITE/cabildo.conf" --workers 2 --port-file "$SITE/run/receive.ports" &&
		site_up receive net_listening "$SITE_POLICY" && site_start_milter &&
		site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers 1
}

SITE_MILTER=$(net_free_port) SITE_DNS=$NS:53
flow_conf
SITE_LMTP=$(net_free_port) SITE_POLICY=$(net_free_port)
"$DKIM" key "$TEST_TMP/author" >"$TEST_TMP/author.txt"
tap_run 'groups and members' groups
tap_run 'where copies arrive' sink_start

if [ -x /usr/bin/rspamd ]; then
	way rspamd rspamd_of_page r
	seals
	tap_run 'rspamd: our programs stop' site_stop
	end_own
else
	tap_ok 0 'with rspamd # SKIP rspamd is not installed'
fi
if [ -x /usr/sbin/opendkim ] && [ -x /usr/sbin/opendmarc ] && unshare -m true 2>/dev/null; then
	way OpenDKIM openx_of_page o
	end_own
else
	tap_ok 0 'with OpenDKIM and OpenDMARC # SKIP they are not installed, or this machine allows no mount of its own'
fi
kill "$SINK" 2>/dev/null
flow_end
