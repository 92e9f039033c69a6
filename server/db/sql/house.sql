-- SPDX-License-Identifier: Apache-2.0
-- Scheduled work of cabildod; each piece under an advisory lock of its own.

-- name: house_lock
-- roles: sched
select pg_try_advisory_xact_lock(764298200 + $1::integer)

-- name: expire_tokens
-- roles: sched
delete from token where expires_at < now() - interval '1 day'

-- name: expire_signin_failures
-- roles: sched
delete from signin_failure where since < now() - interval '1 hour'

-- name: expire_sessions
-- roles: sched
delete from session where expires_at < now()

-- name: expire_raw
-- roles: sched
-- The bytes of what was not posted are kept 30 days; the record stays. What
-- still waits for a moderator, or for what a moderator decided to be carried
-- out, keeps its bytes: approving needs them, and so does giving them back.
delete from raw_message where id in (select m.id from raw_message m
	where not m.keep and m.received_at < now() - interval '30 days'
	and not exists (select from hold h where h.raw_id = m.id and (h.decided_at is null or h.done_at is null))
	order by m.received_at limit 500)

-- name: ledger_keep
-- roles: sched
select delivery_keep()

-- name: expire_invitations
-- roles: sched
-- Who was asked and is no member is forgotten; who wants no other one is not asked again.
delete from invitation where id in (select id from invitation where ended_at < now() - interval '1 year' and not never
	order by ended_at limit 500)
