-- SPDX-License-Identifier: Apache-2.0
-- What became of everything that was taken, in the order of arrival. `answers`
-- counts our notices to its sender about it. As COPY writes: TAB, escapes.
copy (
	select i.recipient, i.fate, i.rule, i.trace, coalesce(h.reason, '') as reason,
		coalesce(i.post_id::text, '') as post, coalesce(i.hold_id::text, '') as hold,
		coalesce(p.thread_id::text, '') as thread, coalesce(pp.msgid, '') as parent,
		coalesce(p.subject, h.subject, '') as subject,
		coalesce(p.author_name, h.author_name, '') as author_name,
		coalesce(p.author_addr, h.author_addr, '') as author_addr,
		coalesce(p.attachment_count, 0) as attachments,
		coalesce(p.body, h.body, '') as body, coalesce(p.folds::text, '') as folds,
		coalesce((select encode(sha256(string_agg(c.bytes, ''::bytea order by c.n)), 'hex')
			from raw_chunk c where c.raw_id = i.raw_id), '') as sha256,
		case when i.fate = 'duplicate' and exists (select from intake f
			where f.list_id = i.list_id and f.msgid = i.msgid and f.id < i.id
			and f.fate <> 'duplicate') then '1' else '' end as seen,
		(select count(*) from notice n where n.in_reply_to <> '' and n.in_reply_to = i.msgid) as answers
	from intake i
	left join post p on p.id = i.post_id
	left join post pp on pp.id = p.parent_id
	left join hold h on h.id = i.hold_id
	order by i.id
) to stdout with (format text, null '');
