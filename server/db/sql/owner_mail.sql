-- SPDX-License-Identifier: Apache-2.0
-- Mail to LIST-owner@ as conversations; see server/core/owner_mail.h.

-- name: owner_mail_find
-- roles: receive
-- By what it answers: a mail of the same person, or an answer to one.
select coalesce(h.conversation_id, h.id) from hold h
where h.list_id = $1::bigint and h.author_addr = $2::text and h.kind = 'owner-mail'
	and (h.msgid = any ($3::text[]) or h.id = any ($4::bigint[]))
order by h.id desc limit 1

-- name: owner_mail_rows
-- roles: receive web cli
select h.id, h.held_at, h.decided_at, h.author_name, h.author_addr, h.subject, h.msgid, h.body,
	coalesce(h.decision, ''), coalesce(a.name, ''), h.why, h.done_at is not null
from hold x join hold h on h.id = coalesce(x.conversation_id, x.id) or h.conversation_id = coalesce(x.conversation_id, x.id)
left join account a on a.id = h.decided_by
where x.id = $1::bigint and x.kind = 'owner-mail'
order by h.id limit 200

-- name: owner_mail_close
-- roles: receive
update hold h set decision = 'return', decided_at = now(), decided_by = x.decided_by, decided_door = x.decided_door,
	effective_at = now(), done_at = now(), version = h.version + 1
from hold x
where x.id = $1::bigint and h.id < x.id and h.kind = 'owner-mail' and h.decided_at is null
	and (h.id = x.conversation_id or h.conversation_id = x.conversation_id)
returning h.id

-- name: owner_mail_told
-- roles: receive
select n.msgid from hold_notice n join hold h on h.id = n.hold_id
where n.account_id = $2::bigint and (h.id = $1::bigint or h.conversation_id = $1) and n.msgid <> ''
order by h.id desc limit 1
