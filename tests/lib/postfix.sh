# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A private Postfix in front of a flow test's site, set up as docs/install.md
# says: its own configuration, queue and port, gone after the test. Needs root,
# because Postfix's master does. Sourced after flow.sh.

# postfix_start: POSTFIX_PORT takes mail for SITE_DOMAIN, asks SITE_POLICY at RCPT and
# hands over to SITE_LMTP.
postfix_start() {
	postfix_private && cat >>"$TEST_TMP/postfix/main.cf" <<-CONF
		myhostname = mx.$SITE_DOMAIN
		mydestination =
		mynetworks = 127.0.0.2/32
		recipient_delimiter = +
		virtual_mailbox_domains = $SITE_DOMAIN
		virtual_transport = lmtp:inet:127.0.0.1:$SITE_LMTP
		smtpd_recipient_restrictions =
		    permit_mynetworks,
		    reject_unauth_destination,
		    check_policy_service inet:127.0.0.1:$SITE_POLICY
	CONF
	postfix_run
}

# postfix_private: folders, POSTFIX_PORT, services; nothing about mail.
postfix_private() {
	local etc=$TEST_TMP/postfix
	POSTFIX_PORT=$(net_free_port) || return 1
	mkdir -p "$etc" "$etc/spool" "$etc/data" || return 1
	chown postfix "$etc/data"
	cat >"$etc/main.cf" <<-CONF
		compatibility_level = 3.6
		queue_directory = $etc/spool
		data_directory = $etc/data
		maillog_file = $etc/log
		maillog_file_prefixes = $etc
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		local_recipient_maps =
		alias_maps =
		smtpd_peername_lookup = no
	CONF
	{
		printf '127.0.0.1:%s inet n - n - - smtpd\n' "$POSTFIX_PORT"
		printf '%s unix n - n - 0 %s\n' cleanup cleanup
		printf 'qmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\n'
		printf '%s unix - - n - 0 bounce\n' bounce defer trace
		printf '%s unix - - n - - %s\n' lmtp lmtp smtp smtp error error retry error proxymap proxymap
		printf 'anvil unix - - n - 1 anvil\nshowq unix n - n - - showq\n'
		printf 'postlog unix-dgram n - n - 1 postlogd\n'
	} >"$etc/master.cf"
}

postfix_run() {
	local etc=$TEST_TMP/postfix
	postfix -c "$etc" start >>"$TEST_TMP/postfix.out" 2>&1 || return 1
	wait_for 10 net_listening "$POSTFIX_PORT"
}

postfix_stop() {
	[ ! -d "$TEST_TMP/postfix" ] || postfix -c "$TEST_TMP/postfix" abort >/dev/null 2>&1
}

# postfix_queue: how many messages wait there.
postfix_queue() {
	find "$TEST_TMP/postfix/spool" -type f -path '*/spool/[adimhc]*/*' \
		! -path '*/pid/*' ! -path '*/maildrop/*' | grep -cE '/(active|deferred|incoming)/'
}

postfix_empty() {
	[ "$(postfix_queue)" -eq 0 ]
}
