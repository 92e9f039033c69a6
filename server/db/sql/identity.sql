-- SPDX-License-Identifier: Apache-2.0
-- Messages that a person is asked about: "did you write this?"

-- name: identity_hold
-- roles: web receive
select h.id, l.title, l.name, h.subject, h.held_at, h.decided_at is not null
from hold h join list l on l.id = h.list_id where h.id = $1::bigint

-- name: identity_confirm
-- roles: web receive
-- It is theirs ($2). Where nothing else spoke against it ($3) that is the decision.
update hold set confirmed_at = now(),
	decision = case when $3::boolean then 'approve' end,
	decided_at = case when $3 then now() end,
	decided_by = case when $3 then $2::bigint end,
	effective_at = case when $3 then now() end
where id = $1::bigint and decided_at is null and account_id = $2
returning list_id
