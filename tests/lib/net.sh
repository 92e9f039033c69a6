# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The smallest LMTP and HTTP clients that do, in bash alone, so that a trial
# needs no further package; and free ports, and mail in Spanish. Every read has
# a time limit. Sourced.

NET_TIMEOUT=${NET_TIMEOUT:-20}

# net_listening PORT: somebody listens there, on any address of this machine.
net_listening() {
	local hex
	printf -v hex ':%04X' "$1"
	awk -v p="$hex" '$4 == "0A" && substr($2, length($2) - 4) == p { f = 1 } END { exit !f }' \
		/proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# net_free_port: one that nobody listens on now. Who runs beside others has ports of
# its own (NET_LANE, 1 to 4): between this and the listening another would take it.
net_free_port() {
	local port i span=$((${NET_LANE:-0} ? 3000 : 12000))
	for ((i = 0; i < 200; i++)); do
		port=$((20000 + (${NET_LANE:-1} - 1) * 3000 + (RANDOM * 32768 + RANDOM) % span))
		net_listening "$port" || {
			printf '%s\n' "$port"
			return 0
		}
	done
	return 1
}

# net_reply FD: one reply of an SMTP-like server, its lines on stdout; true for 2xx, 3xx.
net_reply() {
	local line
	while IFS= read -r -t "$NET_TIMEOUT" -u "$1" line; do
		line=${line%$'\r'}
		printf '%s\n' "$line"
		case $line in
		[0-9][0-9][0-9]-*) ;;
		[23][0-9][0-9]*) return 0 ;;
		*) return 1 ;;
		esac
	done
	echo 'no answer'
	return 1
}

# net_lmtp PORT FROM TO...: sends stdin by LMTP; prints the fate of each
# recipient; false when one of them was not taken. net_smtp: the same by SMTP,
# as if from the address in NET_CLIENT, where the server believes us (XCLIENT).
net_lmtp() {
	net_send LHLO "$@"
}

net_smtp() {
	net_send EHLO "$@"
}

net_send() {
	local hello=$1 port=$2 from=$3 fd rc=0
	shift 3
	if ! { exec {fd}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
		echo "nobody listens on port $port"
		cat >/dev/null
		return 1
	fi
	net_talk "$fd" "$hello" "$from" "$@" || rc=1
	exec {fd}>&-
	return $rc
}

net_talk() {
	local fd=$1 hello=$2 from=$3 to reply rc=0
	shift 3
	reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	printf '%s localhost\r\n' "$hello" >&"$fd"
	reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	if [ "$hello" = EHLO ] && [ -n "${NET_CLIENT:-}" ]; then
		printf 'XCLIENT ADDR=%s NAME=mail.relevo.example\r\n' "$NET_CLIENT" >&"$fd"
		reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
		printf 'EHLO mail.relevo.example\r\n' >&"$fd"
		reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	fi
	printf 'MAIL FROM:<%s>\r\n' "$from" >&"$fd"
	reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	for to; do
		printf 'RCPT TO:<%s>\r\n' "$to" >&"$fd"
		reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	done
	printf 'DATA\r\n' >&"$fd"
	reply=$(net_reply "$fd") || { echo "$reply"; return 1; }
	{
		LC_ALL=C sed -e 's/\r$//' -e 's/^\./../' -e 's/$/\r/'
		printf '.\r\n'
	} >&"$fd"
	for to; do
		net_reply "$fd" || rc=1
		# SMTP has one answer for all, LMTP one for each
		[ "$hello" = LHLO ] || break
	done
	printf 'QUIT\r\n' >&"$fd"
	net_reply "$fd" >/dev/null
	return $rc
}

# net_get PORT PATH [HEADER...]: head and body of the answer on stdout; false
# for a status of 400 and more, or none.
net_get() {
	local port=$1 path=$2 fd rc=0 h out
	shift 2
	{ exec {fd}<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || return 1
	{
		printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept-Encoding: identity\r\n' \
			"$path" "$port"
		for h; do
			printf '%s\r\n' "$h"
		done
		printf '\r\n'
	} >&"$fd"
	out=$(timeout "$NET_TIMEOUT" cat <&"$fd") || rc=1
	exec {fd}>&-
	printf '%s\n' "$out"
	case $out in
	HTTP/1.[01]\ [23]*) ;;
	*) rc=1 ;;
	esac
	return $rc
}

# wait_for SECONDS COMMAND...: until it succeeds; looks ten times a second.
wait_for() {
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.1
	done
}

# mime_word TEXT: as an encoded word where it needs to be one (RFC 2047).
mime_word() {
	if LC_ALL=C grep -q '[^ -~]' <<<"$1"; then
		printf '=?UTF-8?B?%s?=' "$(printf '%s' "$1" | base64 -w 0)"
	else
		printf '%s' "$1"
	fi
}

# mail_make NAME ADDRESS TO SUBJECT ID DATE [PARENT-ID]: a message whose text is
# stdin, as the group's own mail server would hand it over: with what it found
# out about the sender (AUTHSERV names that server) on top.
mail_make() {
	[ -z "${AUTHSERV:-}" ] ||
		printf 'Authentication-Results: %s; dmarc=pass header.from=%s\n' "$AUTHSERV" "${2#*@}"
	printf 'From: %s <%s>\nTo: <%s>\nSubject: %s\n' "$(mime_word "$1")" "$2" "$3" \
		"$(mime_word "$4")"
	printf 'Message-ID: <%s>\nDate: %s\n' "$5" "$6"
	[ -z "${7:-}" ] || printf 'In-Reply-To: <%s>\nReferences: <%s>\n' "$7" "$7"
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n'
	printf 'Content-Transfer-Encoding: 8bit\n\n'
	cat
}
