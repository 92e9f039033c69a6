-- SPDX-License-Identifier: Apache-2.0
-- Digests: who is due, what happened, each person's recipe; see server/digest/schedule.h.
-- $1 is the moment that counts as now wherever one is needed.

-- name: digest_sync
-- roles: sched web cli
-- Brings the schedule of account $2 (null: everybody) to what people and groups chose. A row
-- that goes leaves its horizon to its subscriptions; who changes day or hour is never due twice
-- on one day; what is due further away than it can be (the clock was wrong) is due anew.
with z as materialized ( -- once, or it would be read for each person
	select y.time_zone, zone_known(y.time_zone) as zone from (select distinct time_zone from account) y
), covered as materialized (
	select s.id, s.account_id, s.list_id from subscription s
	where (s.delivery = 'digest' or s.digest_until is not null) and ($2::bigint is null or s.account_id = $2)
	union
	select s.id, s.account_id, s.list_id from digest_choice c join subscription s on s.account_id = c.account_id
	where c.anyway and s.delivery = 'each' and ($2 is null or s.account_id = $2)
	union
	select s.id, s.account_id, s.list_id from thread_follow f join thread t on t.id = f.thread_id
	join subscription s on s.account_id = f.account_id and s.list_id = t.list_id
	where f.mode = 'digest' and ($2 is null or s.account_id = $2)
), want as materialized (
	select x.account_id, x.at_list as list_id, coalesce(c.every, l.digest_every) as every,
		coalesce(c.weekday, l.digest_weekday) as weekday, coalesce(c.monthday, 1::smallint) as monthday,
		coalesce(c.hour, l.digest_hour) as hour, z.zone
	from (
		select v.account_id, case when c.per_group then v.list_id else 0 end as at_list,
			-- the first group they joined says when, where they do not
			(array_agg(v.list_id order by v.id))[1] as first_list
		from covered v left join digest_choice c on c.account_id = v.account_id group by 1, 2
	) x join account a on a.id = x.account_id and a.closed_at is null
	join list l on l.id = x.first_list left join digest_choice c on c.account_id = x.account_id
	join z on z.time_zone = a.time_zone
), gone as (
	delete from digest_schedule d where ($2 is null or d.account_id = $2)
		and not exists (select from want w where w.account_id = d.account_id and w.list_id = d.list_id)
	returning d.account_id, d.list_id, d.horizon
), left_to as (
	update subscription s set digest_from = coalesce(s.digest_from, gone.horizon)
	from gone where s.account_id = gone.account_id and (gone.list_id = 0 or s.list_id = gone.list_id) and s.digest_from is null
), made as (
	insert into digest_schedule (account_id, list_id, every, weekday, monthday, hour, zone, due_at, horizon, ended_at)
	select w.account_id, w.list_id, w.every, w.weekday, w.monthday, w.hour, w.zone,
		digest_next(w.every, w.weekday, w.monthday, w.hour, w.zone, $1::timestamptz, null),
		pg_snapshot_xmin(pg_current_snapshot()), $1
	from want w where not exists (select from digest_schedule d where d.account_id = w.account_id and d.list_id = w.list_id)
	on conflict (account_id, list_id) do nothing returning id
), changed as (
	update digest_schedule d set every = w.every, weekday = w.weekday, monthday = w.monthday, hour = w.hour, zone = w.zone,
		due_at = digest_next(w.every, w.weekday, w.monthday, w.hour, w.zone, $1, d.last_date)
	from want w where d.account_id = w.account_id and d.list_id = w.list_id
		and ((d.every, d.weekday, d.monthday, d.hour, d.zone) is distinct from (w.every, w.weekday, w.monthday, w.hour, w.zone)
			or d.due_at > $1 + case w.every when 'daily' then interval '3 days' when 'weekly' then interval '16 days'
				else interval '63 days' end)
	returning d.id
)
select (select count(*) from gone) + (select count(*) from made) + (select count(*) from changed)

-- name: digest_rebase
-- roles: sched cli
select digest_rebase()

-- name: digest_run_last
-- roles: sched web cli
-- The newest horizon, if it was taken at $1 or since, and not in the future.
select id, at, horizon::text from digest_run where at >= $1::timestamptz and at <= $2::timestamptz order by at desc, id desc limit 1

-- name: digest_run_add
-- roles: sched web cli
insert into digest_run (at, horizon) values ($1::timestamptz, pg_snapshot_xmin(pg_current_snapshot()))
returning id, at, horizon::text

-- name: digest_first_due
-- roles: sched cli
select min(due_at) from digest_schedule where due_at <= $1::timestamptz

-- name: digest_take
-- roles: sched cli
-- Some that are due, for this transaction alone.
select array_agg(id)::text, count(*) from (
	select id from digest_schedule where due_at <= $1::timestamptz order by due_at, id limit $2::integer for update skip locked
) d

-- name: digest_spans_missing
-- roles: sched web cli
-- Of schedules $1, up to horizon $2: the groups and spans that nobody has looked at yet.
with sub as materialized (
	select distinct v.list_id, v.since, v.until
	from digest_schedule d, digest_covered(d.account_id, d.list_id, d.horizon, $2::text::xid8, $3::timestamptz) v
	where d.id = any ($1::text::bigint[]) and v.active and v.since < v.until
)
select sub.list_id, sub.since::text, sub.until::text from sub
where not exists (select from digest_span p where p.list_id = sub.list_id and p.since = sub.since and p.until = sub.until)
order by 1, sub.since, sub.until

-- name: digest_span_make
-- roles: sched web cli
with b as (
	insert into digest_block (list_id, thread_id, since, until, authors, new_posts, opened, posts, who, made_at)
	select $1::bigint, t.thread_id, $2::text::xid8, $3::text::xid8, t.authors, t.new_posts, t.opened, t.posts, t.who, $4::timestamptz
	from digest_era e cross join lateral digest_threads($1, $2::text::xid8, $3::text::xid8, e.last_post, e.xid) t order by t.rank
	on conflict (list_id, since, until, thread_id) do update set made_at = excluded.made_at
	returning id, authors, new_posts
)
insert into digest_span (list_id, since, until, threads, posts, blocks, weights, made_at)
select $1, $2::text::xid8, $3::text::xid8, count(*), coalesce(sum(b.new_posts), 0), coalesce(array_agg(b.id order by b.id), '{}'),
	coalesce(array_agg(b.authors * 1000000::bigint + b.new_posts order by b.id), '{}'), $4
from b
on conflict (list_id, since, until) do nothing

-- name: digest_make
-- roles: sched web cli
-- The digests of schedules $1 up to horizon $2, taken at $3, and their work; at $4 it is now.
-- One whose spans are not all there is left for later; whoever has had one that day, or cannot
-- get any (paused, suspended), is due again and misses nothing. Person by person, by index: a
-- plan over all of them at once would hang on guesses of how many there are.
with made as materialized (
	select d.id, d.account_id, d.list_id, d.every, d.weekday, d.monthday, d.hour, d.zone, d.horizon, d.ended_at, d.period,
		coalesce((select c.form from digest_choice c where c.account_id = d.account_id), 'summary') as form, r.*,
		not r.late and not r.had and r.subscription is not null as moved
	from (
		select x.*, (x.due_at at time zone x.zone)::date as period from digest_schedule x where x.id = any ($1::text::bigint[])
	) d cross join lateral (
		with sub as materialized (
			select v.subscription, v.list_id, v.since, v.until, v.active, v.whole, v.role, p.list_id is not null as seen,
				coalesce(p.threads, 0) as threads, coalesce(p.posts, 0) as posts, p.blocks, p.weights
			from digest_covered(d.account_id, d.list_id, d.horizon, $2::text::xid8, $4::timestamptz) v
			left join digest_span p on p.list_id = v.list_id and p.since = v.since and p.until = v.until
		), heard as materialized (
			-- what they follow or muted of it
			select b.id, f.mode, b.authors * 1000000::bigint + b.new_posts as weight, b.new_posts, sub.whole
			from thread_follow f join sub on sub.active and sub.threads > 0 and (sub.whole or f.mode = 'digest')
			cross join lateral (select b.id, b.authors, b.new_posts from digest_block b where b.list_id = sub.list_id
				and b.since = sub.since and b.until = sub.until and b.thread_id = f.thread_id limit 1) b
			where f.account_id = d.account_id
		), pick as (
			select id, 0 as place, weight from heard where mode <> 'mute'
			union all
			select x.id, 1, x.weight from sub cross join lateral unnest(sub.blocks[1:80], sub.weights[1:80]) x (id, weight)
			where sub.active and sub.whole and sub.threads > 0 and not exists (select from heard h where h.id = x.id)
		)
		select (select min(subscription) filter (where active) from sub) as subscription,
			exists (select from sub where active and since < until and not seen) as late,
			exists (select from digest_issue i where i.account_id = d.account_id and i.list_id = d.list_id and i.period = d.period)
				-- nor was the hour set while the clock stood long before this one
				or d.due_at < $4::timestamptz - interval '1 hour' and exists (select from digest_issue i where i.account_id = d.account_id
					and i.list_id = d.list_id and i.made_at > d.due_at and i.made_at <= $4) as had,
			(select (array_agg(id order by place, weight desc, id))[1:80] from pick) as blocks,
			least(80, (select count(*) from heard where mode <> 'mute'))::integer as followed,
			coalesce((select sum(threads) from sub where active and whole), 0)
				+ (select count(*) filter (where not whole) - count(*) filter (where whole and mode = 'mute') from heard) as threads,
			coalesce((select sum(posts) from sub where active and whole), 0) + coalesce((select sum(case when not whole then new_posts
				when mode = 'mute' then -new_posts end) from heard), 0) as posts,
			(select count(*) from sub where active and threads > 0) as groups,
			exists (select from sub join hold h on h.list_id = sub.list_id and h.decided_at is null
				where sub.active and sub.role <> 'member') as needed,
			array(select subscription from sub where active) as told,
			array(select subscription from sub where not active) as left_out
	) r
), issue as (
	insert into digest_issue (account_id, list_id, subscription_id, period, every, form, since_at, until_at, blocks, followed,
		threads, posts, groups, several, made_at)
	select account_id, list_id, subscription, period, every, form, least(ended_at, $3::timestamptz), $3, coalesce(blocks, '{}'), followed,
		threads, posts, groups, $3 - ended_at > case every when 'daily' then interval '36 hours' when 'weekly' then interval '10 days'
			else interval '40 days' end, $4
	from made where moved and (blocks is not null or needed)
	on conflict (account_id, list_id, period) do nothing
	returning id, list_id, subscription_id
), queued as (
	insert into outbound (lane, list_id, digest_id, subscription_id)
	select 2, nullif(list_id, 0), id, subscription_id from issue order by id
), done as (
	update digest_schedule s set due_at = digest_next(m.every, m.weekday, m.monthday, m.hour, m.zone, $4, m.period),
		horizon = case when m.moved then $2::text::xid8 else s.horizon end,
		ended_at = case when m.moved then $3 else s.ended_at end,
		last_date = case when m.moved then m.period else s.last_date end
	from made m where s.id = m.id and not m.late
	returning s.id
), told as (
	update subscription s set digest_from = null, digest_until = null from made m cross join lateral unnest(m.told) t (id)
	where m.moved and s.id = t.id and (s.digest_from is not null or s.digest_until is not null)
), carried as (
	update subscription s set digest_from = m.horizon from made m cross join lateral unnest(m.left_out) t (id)
	where m.moved and s.id = t.id and s.digest_from is null
)
select (select count(*) from issue), (select count(*) from done)

-- name: digest_choice_of
-- roles: web
-- What account $1 chose; where they did not, what the first of their groups has.
select coalesce(c.every, l.digest_every, 'weekly'), coalesce(c.weekday, l.digest_weekday, 1)::integer,
	coalesce(c.monthday, 1)::integer, coalesce(c.hour, l.digest_hour, 7)::integer, coalesce(c.form, 'summary'),
	coalesce(c.per_group, false), coalesce(c.anyway, false), c.every is not null, zone_known(a.time_zone)
from account a left join digest_choice c on c.account_id = a.id
left join lateral (
	select l.digest_every, l.digest_weekday, l.digest_hour from subscription s join list l on l.id = s.list_id
	where s.account_id = a.id order by s.id limit 1
) l on true
where a.id = $1::bigint

-- name: digest_choice_set
-- roles: web
-- every '': the time is the group's again.
insert into digest_choice (account_id, every, weekday, monthday, hour, form, per_group, anyway)
select $1::bigint, e.every, case when e.every is not null then $3::smallint end, case when e.every is not null then $4::smallint end,
	case when e.every is not null then $5::smallint end, $6::text, $7::boolean, $8::boolean
from (select nullif($2::text, '') as every) e
on conflict (account_id) do update set every = excluded.every, weekday = excluded.weekday, monthday = excluded.monthday,
	hour = excluded.hour, form = excluded.form, per_group = excluded.per_group, anyway = excluded.anyway

-- name: digest_past
-- roles: web
select i.id, i.made_at, i.threads, i.posts from digest_issue i where i.account_id = $1::bigint order by i.id desc limit 12

-- name: digest_expire
-- roles: sched
-- 90 days after they were made.
with i as (
	delete from digest_issue where made_at < $1::timestamptz - interval '90 days' returning 1
), s as (
	delete from digest_span where made_at < $1 - interval '90 days' returning 1
), b as (
	delete from digest_block where made_at < $1 - interval '91 days' returning 1
), r as (
	delete from digest_run where at < $1 - interval '120 days' returning 1
)
select (select count(*) from i) + (select count(*) from s) + (select count(*) from b) + (select count(*) from r)

-- name: digest_issue
-- roles: deliver receive web cli
-- What a digest is besides its threads. The sender is the group it is of, else the one it is sent by, else
-- (they left that one) another of theirs that may send to them.
select i.account_id, i.list_id, coalesce(s.id, i.subscription_id), i.every, i.form, i.since_at, i.until_at, i.followed, i.threads, i.posts,
	i.groups, i.several, a.name, a.locale, z.zone, coalesce(sa.addr, pa.addr),
	l.id, l.name, l.mail_domain, l.title, l.list_id, l.subject_tag,
	coalesce(d.weekday, c.weekday, 1)::integer, coalesce(d.hour, c.hour, 7)::integer, coalesce(d.monthday, c.monthday, 1)::integer,
	coalesce(c.every, c.weekday::text, c.hour::text, c.monthday::text) is not null, cardinality(i.blocks),
	-- to the nearest midnights of their clock: what is sent on a Monday morning ends with Sunday
	date_trunc('day', (i.since_at + interval '12 hours') at time zone z.zone) at time zone z.zone,
	date_trunc('day', (i.until_at + interval '12 hours') at time zone z.zone) at time zone z.zone,
	-- whoever belongs to one group reads of that one
	i.list_id <> 0 or (select count(*) from subscription x where x.account_id = i.account_id) = 1,
	(select value from setting where name = 'site_title')
from digest_issue i join account a on a.id = i.account_id
cross join lateral (select zone_known(a.time_zone) as zone limit 1) z -- once
left join subscription s on s.id = coalesce((select x.id from subscription x where x.id = i.subscription_id),
	(select min(x.id) from subscription x join address y on y.id = x.address_id where i.list_id = 0 and x.account_id = i.account_id
		and y.suspended_at is null and not coalesce(x.pause_until > now() and coalesce(x.pause_from <= now(), true), false)))
left join address sa on sa.id = s.address_id
left join address pa on pa.account_id = a.id and pa.is_primary
left join list l on l.id = coalesce(nullif(i.list_id, 0), s.list_id)
left join digest_schedule d on d.account_id = i.account_id and d.list_id = i.list_id
left join digest_choice c on c.account_id = i.account_id
where i.id = $1::bigint and a.closed_at is null

-- name: digest_items
-- roles: deliver receive web cli
-- The threads of digest $1 by their numbers, as they are today: what its owner may not see any more,
-- or left ($2: only of groups they belong to), is not among them. What $2 is the planner does not see: it would plan
-- anew for each digest, which takes ten times as long as reading it.
select x.n, t.id, l.name, l.mail_domain, l.title, t.number, t.subject, t.state = 'locked' or l.archived,
	b.new_posts, t.post_count, b.opened, array_to_string(b.keywords, E'\n'), array_to_string(b.who, ','), cardinality(b.who),
	array_to_string(f.shown, ','), f.first, f.last, coalesce(f.msgid, ''), coalesce(f.lang, l.lang), l.id,
	l.read_links and l.visibility <> 'public'
from digest_issue i cross join lateral unnest(i.blocks) with ordinality x (id, n)
join digest_block b on b.id = x.id join thread h on h.id = b.thread_id join thread t on t.id = coalesce(h.moved_to, h.id)
join list l on l.id = t.list_id left join subscription s on s.list_id = l.id and s.account_id = i.account_id
join lateral (
	select array_agg(p.id order by p.number) as shown, min(p.number) as first, max(p.number) as last,
		(array_agg(p.msgid order by p.number desc))[1] as msgid, (array_agg(p.lang order by p.number desc))[1] as lang
	from post p where p.id = any (b.posts) and p.state = 'shown' and p.thread_id = t.id
) f on f.shown is not null
where i.id = $1::bigint and t.state <> 'hidden' and (s.id is not null or (l.visibility = 'public' and not (select $2::boolean)))
order by x.n

-- name: digest_posts
-- roles: deliver receive web cli
select p.id, p.number, p.author_name, p.lang, p.sent_at, left(p.body, 20000), array_to_string(p.folds, ',')
from post p where p.id = any ($1::bigint[]) and p.state = 'shown'

-- name: digest_whole
-- roles: deliver
-- Every new message of digest $1's threads, in its order, where its owner is a member.
select p.id from digest_issue i cross join lateral unnest(i.blocks) with ordinality x (id, n)
join digest_block b on b.id = x.id join thread h on h.id = b.thread_id join thread t on t.id = coalesce(h.moved_to, h.id)
join subscription s on s.list_id = t.list_id and s.account_id = i.account_id
join post p on p.id = any (b.posts) and p.state = 'shown' and p.thread_id = t.id
where i.id = $1::bigint and t.state <> 'hidden' order by x.n, p.number limit $2::integer

-- name: digest_needs
-- roles: deliver receive web cli
-- What waits in the groups that account $1 runs, by kind, but while they are away.
select l.name, l.title, count(*), min(h.held_at), h.kind from subscription s join list l on l.id = s.list_id
join account a on a.id = s.account_id
join hold h on h.list_id = s.list_id and h.decided_at is null
where s.account_id = $1::bigint and s.role in ('moderator', 'owner')
	and not coalesce((now() at time zone zone_known(a.time_zone))::date between s.away_from and s.away_until, false)
group by l.id, h.kind order by l.title, l.id, array_position(array['message', 'join', 'report', 'owner-mail'], h.kind) limit 40

-- name: digest_preview_row
-- roles: web cli
-- In a transaction that is undone: account $2 has a digest of group $3 (null: as they have it), due on a day
-- that no other digest has, of what came since $4 (null: since their last one, or for one period).
with l as (
	select id, digest_every, digest_weekday, digest_hour from list where name = $3::text
), none as (
	select not exists (select from subscription s where s.account_id = $2::bigint and s.delivery = 'digest'
		and ($3 is null or s.list_id = (select id from l))) as yes
), subs as (
	update subscription s set delivery = 'digest', digest_until = null,
		digest_from = case when $4::timestamptz is null and not (select yes from none) then s.digest_from end
	where s.account_id = $2 and ($3 is null or s.list_id = (select id from l)) and (s.delivery = 'digest' or (select yes from none))
	returning s.id
), since as (
	select r.horizon, r.at from digest_run r where r.at <= coalesce($4, $1::timestamptz - interval '7 days')
	order by r.at desc, r.id desc limit 1
), made as (
	insert into digest_schedule as d (account_id, list_id, every, weekday, monthday, hour, zone, due_at, horizon, ended_at)
	select a.id, coalesce((select id from l), 0), coalesce(c.every, 'weekly'), coalesce(c.weekday, 1), coalesce(c.monthday, 1), coalesce(c.hour, 7),
		zone_known(a.time_zone), '9999-01-01', coalesce((select horizon from since), '3'),
		coalesce((select at from since), $4, $1 - interval '7 days')
	from account a left join digest_choice c on c.account_id = a.id where a.id = $2 and exists (select from subs)
	on conflict (account_id, list_id) do update set due_at = excluded.due_at,
		horizon = case when $4 is null then d.horizon else excluded.horizon end,
		ended_at = case when $4 is null then d.ended_at else excluded.ended_at end
	returning d.id, d.every
)
select '{' || id || '}', every from made

-- name: digest_preview_until
-- roles: web cli
-- The first horizon at or after $1.
select id, at, horizon::text from digest_run where at >= $1::timestamptz order by at, id limit 1

-- name: digest_preview_issue
-- roles: web cli
select max(id) from digest_issue where account_id = $1::bigint and period >= '9998-01-01'

-- name: digest_words_new
-- roles: sched web cli
-- The new posts of the threads of a span that will have more than a title, thread by thread.
select b.id, p.lang, left(p.body, 4000), array_to_string(p.folds, ','), t.subject
from digest_span s cross join lateral unnest(s.blocks[1:40]) x (id) join digest_block b on b.id = x.id join thread t on t.id = b.thread_id
cross join lateral (select y.id from unnest(b.posts[1:12]) y (id)) y join post p on p.id = y.id
where s.list_id = $1::bigint and s.since = $2::text::xid8 and s.until = $3::text::xid8 order by b.id, p.id

-- name: digest_words_usual
-- roles: sched web cli
-- What the group usually writes.
select p.lang, left(p.body, 1500), array_to_string(p.folds, ',') from post p where p.list_id = $1::bigint order by p.sent_at desc, p.id desc limit 150

-- name: digest_words_stem
-- roles: sched web cli
-- The stems of words by their languages; '': it says nothing in that language.
select coalesce((ts_lexize(case u.lang when 'es' then 'spanish_stem' when 'en' then 'english_stem' when 'pt' then 'portuguese_stem'
	when 'fr' then 'french_stem' when 'it' then 'italian_stem' else 'simple' end::regdictionary, u.word))[1], '')
from unnest($1::text[], $2::text[]) with ordinality u (word, lang, n) order by u.n

-- name: digest_words_put
-- roles: sched web cli
update digest_block b set keywords = string_to_array(u.words, ' ') from unnest($1::bigint[], $2::text[]) u (id, words) where b.id = u.id
