-- SPDX-License-Identifier: Apache-2.0
-- Mailboxes at a provider.

-- name: mailboxes
-- roles: fetch cli
select m.id, l.name, l.mail_domain, m.protocol, m.host, m.port::bigint, m.tls, m.login, m.folder, m.move_to,
	m.auth, m.secret, m.secret_path, m.ca_path, m.paused, m.fetched, m.ok_at, m.failed_at, m.failure
from mailbox m join list l on l.id = m.list_id
where $1::bigint is null or m.id = $1
order by m.id

-- name: mailbox_ok
-- roles: fetch
update mailbox set fetched = fetched + $2::bigint, ok_at = now(), failure = $3::text where id = $1::bigint

-- name: mailbox_failed
-- roles: fetch
update mailbox set failed_at = now(), failure = $2::text where id = $1::bigint

-- name: mailbox_add
-- roles: cli
insert into mailbox (list_id, protocol, host, port, tls, login, folder, move_to, auth, secret, secret_path, ca_path)
select id, $2::text, $3::text, $4::integer, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::text
from list where name = $1::text
on conflict do nothing
returning id, list_id

-- name: mailbox_list_id
-- roles: cli
select id from list where name = $1::text

-- name: mailbox_remove
-- roles: cli
delete from mailbox where id = $1::bigint returning list_id

-- name: mailbox_pause
-- roles: cli
update mailbox set paused = $2::boolean where id = $1::bigint returning list_id
