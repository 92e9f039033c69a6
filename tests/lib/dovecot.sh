# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A private Dovecot as the provider of a flow test: its own configuration,
# certificates, users and ports, gone after the test. Sourced after flow.sh.
#
# DOVECOT_IMAP, DOVECOT_IMAPS, DOVECOT_POP3, DOVECOT_POP3S	its ports
# DOVECOT_CA	the certificate to trust; DOVECOT_KEY the key of its OAuth2 tokens

DOVECOT_DIR=$TEST_TMP/dovecot

# dovecot_cert NAME SUBJECT-ALT-NAME: signed by the test's own authority.
dovecot_cert() {
	local tls=$DOVECOT_DIR/tls
	openssl req -newkey rsa:2048 -nodes -keyout "$tls/$1.key" -out "$tls/$1.csr" -subj "/CN=$1" &&
		printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" >"$tls/$1.ext" &&
		openssl x509 -req -in "$tls/$1.csr" -CA "$DOVECOT_CA" -CAkey "$tls/ca.key" \
			-CAcreateserial -days 3 -extfile "$tls/$1.ext" -out "$tls/$1.pem"
}

dovecot_certs() {
	mkdir -p "$DOVECOT_DIR/tls" && DOVECOT_CA=$DOVECOT_DIR/tls/ca.pem || return 1
	{
		openssl req -x509 -newkey rsa:2048 -nodes -days 3 -subj '/CN=Test authority' \
			-keyout "$DOVECOT_DIR/tls/ca.key" -out "$DOVECOT_CA" &&
			dovecot_cert right 'DNS:localhost,IP:127.0.0.1' &&
			dovecot_cert wrong 'DNS:otro.example'
	} >>"$DOVECOT_DIR/tls/log" 2>&1
}

# The token is read by Dovecot itself: HS256 under the key in this file.
dovecot_oauth() {
	local key=$DOVECOT_DIR/keys/default/HS256
	DOVECOT_KEY=clave-de-prueba-de-treinta-y-dos-bytes
	mkdir -p "$key" && printf '%s' "$DOVECOT_KEY" | base64 -w0 >"$key/default" || return 1
	cat >"$DOVECOT_DIR/oauth2.conf" <<-CONF
		introspection_mode = local
		local_validation_key_dict = fs:posix:prefix=$DOVECOT_DIR/keys/
		username_attribute = sub
	CONF
}

# dovecot_token USER SECONDS: a JWT (RFC 7519).
dovecot_token() {
	local now head body
	now=$(date +%s)
	head=$(printf '{"alg":"HS256","typ":"JWT"}' | dovecot_b64)
	body=$(printf '{"sub":"%s","iat":%d,"exp":%d}' "$1" $((now - 5)) $((now + $2)) | dovecot_b64)
	printf '%s.%s.%s' "$head" "$body" "$(printf '%s.%s' "$head" "$body" |
		openssl dgst -sha256 -hmac "$DOVECOT_KEY" -binary | dovecot_b64)"
}

dovecot_b64() {
	base64 -w0 | tr '+/' '-_' | tr -d '='
}

# dovecot_conf [CERTIFICATE]: right or wrong.
dovecot_conf() {
	local d=$DOVECOT_DIR me group
	me=$(id -un) group=$(id -gn)
	[ "$(id -u)" -ne 0 ] || me=cabildo group=cabildo
	cat >"$d/dovecot.conf" <<-CONF
		base_dir = $d/run
		state_dir = $d/run
		log_path = $d/log
		protocols = imap pop3
		listen = 127.0.0.1
		default_internal_user = $me
		default_internal_group = $group
		default_login_user = $me
		first_valid_uid = 0
		first_valid_gid = 0
		ssl = yes
		ssl_cert = <$d/tls/${1:-right}.pem
		ssl_key = <$d/tls/${1:-right}.key
		auth_mechanisms = plain login xoauth2
		auth_failure_delay = 0
		mail_location = maildir:~/Maildir
		mailbox_list_index = no
		mail_max_userip_connections = 50
		pop3_lock_session = no
		passdb {
		    driver = oauth2
		    mechanisms = xoauth2
		    args = $d/oauth2.conf
		}
		passdb {
		    driver = passwd-file
		    args = scheme=plain $d/users
		}
		userdb {
		    driver = static
		    args = uid=$me gid=$group home=$d/home/%u
		}
		namespace inbox {
		    inbox = yes
		}
		service imap-login {
		    chroot =
		    inet_listener imap {
		        port = $DOVECOT_IMAP
		    }
		    inet_listener imaps {
		        port = $DOVECOT_IMAPS
		        ssl = yes
		    }
		}
		service pop3-login {
		    chroot =
		    inet_listener pop3 {
		        port = $DOVECOT_POP3
		    }
		    inet_listener pop3s {
		        port = $DOVECOT_POP3S
		        ssl = yes
		    }
		}
		service anvil {
		    chroot =
		    # no penalty for wrong passwords: they are part of the test
		    unix_listener anvil-auth-penalty {
		        mode = 0
		    }
		}
		service stats {
		    chroot =
		}
	CONF
}

# dovecot_start USER...: each with the password "secreta".
dovecot_start() {
	local user
	mkdir -p "$DOVECOT_DIR/run" && dovecot_certs && dovecot_oauth || return 1
	DOVECOT_IMAP=$(net_free_port) DOVECOT_IMAPS=$(net_free_port)
	DOVECOT_POP3=$(net_free_port) DOVECOT_POP3S=$(net_free_port)
	for user; do
		mkdir -p "$DOVECOT_DIR/home/$user/Maildir/"{new,cur,tmp} || return 1
		printf '%s:{PLAIN}secreta::::::\n' "$user" >>"$DOVECOT_DIR/users"
	done
	[ "$(id -u)" -ne 0 ] || chown -R cabildo: "$DOVECOT_DIR"
	dovecot_conf && dovecot_up
}

dovecot_up() {
	dovecot -c "$DOVECOT_DIR/dovecot.conf" >>"$DOVECOT_DIR/out" 2>&1 &&
		wait_for 10 net_listening "$DOVECOT_IMAP"
}

dovecot_stop() {
	[ ! -e "$DOVECOT_DIR/dovecot.conf" ] ||
		doveadm -c "$DOVECOT_DIR/dovecot.conf" stop >/dev/null 2>&1
}

# dovecot_again CERTIFICATE: the same with another certificate.
dovecot_again() {
	dovecot_stop
	wait_for 10 dovecot_gone && dovecot_conf "$1" && dovecot_up
}

dovecot_gone() {
	! net_listening "$DOVECOT_IMAP"
}

# dovecot_put USER NAME: a message from stdin lies in the mailbox.
dovecot_put() {
	local box=$DOVECOT_DIR/home/$1/Maildir
	cat >"$box/tmp/$2" || return 1
	[ "$(id -u)" -ne 0 ] || chown cabildo: "$box/tmp/$2"
	mv "$box/tmp/$2" "$box/new/$2"
}

# dovecot_count USER [FOLDER]: messages that lie there.
dovecot_count() {
	local box=$DOVECOT_DIR/home/$1/Maildir${2:+/.$2}
	find "$box/new" "$box/cur" -type f 2>/dev/null | wc -l
}
