-- SPDX-License-Identifier: Apache-2.0
-- Figures of groups: weeks counted by cabildod, the rest from bounded reads.

-- name: stat_weeks
-- roles: sched
-- The last 27 weeks of each group, each once; the present one and the one before it anew. By the index on (list, time).
insert into list_week (list_id, week, by_mail, by_web, threads, authors)
select l.id, w.week, x.by_mail, x.by_web, x.threads, x.authors
from list l
cross join (select n, (date_trunc('week', now() at time zone 'UTC') - n * interval '7 days')::date as week from generate_series(0, 26) n) w
left join list_week have on have.list_id = l.id and have.week = w.week
cross join lateral (select count(*) filter (where p.source <> 'web') as by_mail, count(*) filter (where p.source = 'web') as by_web,
		count(*) filter (where p.number = 1) as threads, count(distinct coalesce(p.account_id::text, p.author_addr)) as authors
	from post p where p.list_id = l.id and p.state = 'shown'
		and p.sent_at >= w.week::timestamp at time zone 'UTC' and p.sent_at < (w.week + 7)::timestamp at time zone 'UTC') x
where (have.week is null or w.n < 2) and l.last_post_at is not null
on conflict (list_id, week) do update set by_mail = excluded.by_mail, by_web = excluded.by_web,
	threads = excluded.threads, authors = excluded.authors
	where (list_week.by_mail, list_week.by_web, list_week.threads, list_week.authors)
		is distinct from (excluded.by_mail, excluded.by_web, excluded.threads, excluded.authors)

-- name: stat_domains
-- roles: sched
-- Two weeks of the ledger, by the domain of the address.
insert into list_domain (list_id, week, domain, sent, failed)
select d.list_id, date_trunc('week', d.settled_at at time zone 'UTC')::date, split_part(d.addr, '@', 2),
	count(*) filter (where d.outcome = 'sent'), count(*) filter (where d.outcome in ('failed', 'expired'))
from delivery d
where d.settled_at >= (date_trunc('week', now() at time zone 'UTC') - interval '7 days') at time zone 'UTC' and d.list_id is not null
group by 1, 2, 3
on conflict (list_id, week, domain) do update set sent = excluded.sent, failed = excluded.failed
	where (list_domain.sent, list_domain.failed) is distinct from (excluded.sent, excluded.failed)

-- name: stat_weeks_of
-- roles: web cli
-- $1 null: of the whole site.
select w.week::timestamp at time zone 'UTC', sum(w.by_mail)::bigint, sum(w.by_web)::bigint, sum(w.threads)::bigint, sum(w.authors)::bigint
from list_week w where ($1::bigint is null or w.list_id = $1) and w.week > (now() at time zone 'UTC')::date - 27 * 7
group by w.week order by w.week

-- name: stat_domains_of
-- roles: web cli
-- Eight weeks; the twenty with most copies.
select d.domain, sum(d.sent)::bigint, sum(d.failed)::bigint from list_domain d
where ($1::bigint is null or d.list_id = $1) and d.week > (now() at time zone 'UTC')::date - 8 * 7
group by d.domain order by sum(d.sent + d.failed) desc, d.domain limit 20

-- name: stat_decisions
-- roles: web cli
-- The last 2,000 decisions of 26 weeks: what, how many, the median of the seconds from coming to deciding.
select h.decision, count(*), coalesce((percentile_disc(0.5) within group (order by extract(epoch from h.decided_at - h.held_at)))::bigint, 0)
from (select decision, decided_at, held_at from hold where ($1::bigint is null or list_id = $1) and decided_at > now() - interval '182 days'
	and decision is not null order by decided_at desc limit 2000) h
group by grouping sets ((h.decision), ()) order by h.decision nulls first

-- name: stat_people
-- roles: web cli
-- Members by the maintained counter; who wrote among the last 5,000 posts of 26 weeks.
select (select coalesce(sum(member_count), 0)::bigint from list where $1::bigint is null or id = $1),
	(select count(distinct coalesce(p.account_id::text, p.author_addr)) from (select account_id, author_addr from post
		where list_id = $1 and sent_at > now() - interval '182 days' and state = 'shown' order by sent_at desc, id desc limit 5000) p),
	(select count(*) from (select from hold where ($1 is null or list_id = $1) and decided_at is null limit 1000) x)
