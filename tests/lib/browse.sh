# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# People with a browser, by curl: each has a jar of cookies under $TEST_TMP.
# Sourced by flow tests, after flow.sh; the demo's people have passwords.

# browse_in WHO [PASSWORD]: signs in as WHO@example.org.
browse_in() {
	local jar=$TEST_TMP/jar.$1
	rm -f "$jar"
	curl -s -c "$jar" -o "$jar.form" "http://127.0.0.1:$SITE_HTTP/signin" || return 1
	[ "$(curl -s -b "$jar" -c "$jar" -o /dev/null -w '%{http_code}' --data-urlencode "addr=$1@example.org" \
		--data-urlencode "password=${2:-prueba-agenda}" --data-urlencode "csrf=$(browse_csrf "$jar.form")" \
		--data-urlencode 'next=/' "http://127.0.0.1:$SITE_HTTP/signin/password")" = 303 ]
}

browse_csrf() { # FILE
	sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$1" | head -n 1
}

# browse WHO PATH: the page; its status is in $TEST_TMP/status. WHO - is nobody.
browse() {
	local jar=$TEST_TMP/jar.$1
	curl -s -b "$jar" -c "$jar" -w '%{stderr}%{http_code}' "http://127.0.0.1:$SITE_HTTP$2" 2>"$TEST_TMP/status"
}

# browse_status WHO PATH
browse_status() {
	browse "$1" "$2" >/dev/null
	cat "$TEST_TMP/status"
}

# browse_post WHO FORM-PATH PATH [NAME=VALUE...]: the form is opened, then sent to
# PATH; prints the status, and the answer is in $TEST_TMP/answer.
browse_post() {
	local jar=$TEST_TMP/jar.$1 form=$2 path=$3 how=--data-urlencode arg args=()
	shift 3
	curl -s -b "$jar" -c "$jar" -o "$jar.form" "http://127.0.0.1:$SITE_HTTP$form"
	! printf '%s\n' "$@" | grep -q '=@' || how=-F # a file goes with it
	for arg in "$@" "csrf=$(browse_csrf "$jar.form")"; do
		args+=("$how" "$arg")
	done
	curl -s -b "$jar" -c "$jar" -o "$TEST_TMP/answer" -w '%{http_code}' "${args[@]}" \
		"http://127.0.0.1:$SITE_HTTP$path"
}

# browse_mail ADDRESS PATTERN: the newest mail in its Maildir whose text or head
# has it, decoded; false for none.
browse_mail() {
	local f files
	mapfile -t files < <(printf '%s\n' "$SITE/outbox/$1/new/"* | sort -rV)
	for f in "${files[@]}"; do
		if [ -f "$f" ] && perl -MMIME::QuotedPrint -MMIME::Base64 -e '
			local $/; my ($head, $body) = split /\n\r?\n/, <STDIN>, 2;
			$body = decode_qp($body) if $head =~ /quoted-printable/i;
			$body = decode_base64($body) if $head =~ /^content-transfer-encoding: *base64/im;
			s/\r//g for $head, $body; $head =~ s/\n[ \t]+/ /g; print "$head\n\n$body"' <"$f" >"$TEST_TMP/mail" &&
			grep -qE -- "$2" "$TEST_TMP/mail"; then
			cat "$TEST_TMP/mail"
			return 0
		fi
	done
	return 1
}

# browse_token ADDRESS PATTERN: of the /c/ link of that mail.
browse_token() {
	browse_mail "$1" "$2" | grep -oE '/c/[a-z2-7]+' | head -n 1 | cut -c4-
}
