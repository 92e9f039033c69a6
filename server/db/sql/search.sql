-- SPDX-License-Identifier: Apache-2.0
-- Searching the posts: what may be seen is decided here, row by row.

-- name: search_plan
-- roles: web cli
-- How PostgreSQL would find the newest that match, with this query's words: by the index
-- of words, or by walking posts by date (post_newest), which is what it does for frequent
-- ones. Ten times the 30 wanted: it does not know that looking at a post's words costs
-- more than finding the post.
explain (format json) select id from post where search @@ search_query($1::text)
order by sent_at desc, id desc limit 300

-- name: search_candidates
-- roles: web cli
-- At most 5,000 candidates, as the index gives them. Fewer than 2,000 are ranked,
-- unless $5 wants the newest; of more the newest are it. 5,000 are
-- not all, and no answer, unless $6 wants one. The query is made once: making it takes as long as searching.
-- One row where nothing is found, with the number of candidates. The text is what
-- an excerpt is made of (server/text/excerpt.h).
with q as materialized (select search_query($3::text) as q), v as materialized (
	select array(select l.id from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
		where (l.visibility = 'public' or s.id is not null or $2::boolean) and ($4::text is null or l.name = $4)) as lists
), c as materialized (
	select p.id, p.sent_at, p.search from q, post p
	where p.search @@ q.q and p.state = 'shown' and p.list_id = any ((select lists from v)::bigint[])
		and p.thread_id not in (select id from thread where state = 'hidden')
	limit 5000
), n as materialized (
	select count(*) as n from c
), best as (
	select c.id, c.sent_at, case when $5::boolean or $6::boolean or (select n from n) >= 2000 then 0 else ts_rank(c.search, (select q from q)) end as rank
	from c where (select n from n) < 5000 or $6
	order by 3 desc, 2 desc limit 30
)
select f.name, f.title, f.thread, f.number, f.subject, f.author_name, f.lang, f.sent_at, f.body, n.n, (select q::text from q)
from n left join (
	select l.name, l.title, t.number as thread, p.number, p.subject, p.author_name, p.lang, p.sent_at,
		left(p.body, 20000) as body, b.rank
	from best b join post p on p.id = b.id join thread t on t.id = p.thread_id join list l on l.id = p.list_id
) f on true
order by f.rank desc, f.sent_at desc

-- name: search_newest
-- roles: web cli
-- Frequent words: newest first, until 30 are found or 20,000 posts were looked
-- at. The ids come from an index in this order; a post is fetched when its turn
-- comes. One statement for all groups and one for a group: a choice within would be
-- planned anew each time, which takes longer than the search.
with q as materialized (select search_query($3::text) as q), v as materialized (
	select array(select l.id from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
		where l.visibility = 'public' or s.id is not null or $2::boolean) as lists
), b as (
	select k.id, k.sent_at
	from (select id, sent_at from post order by sent_at desc, id desc limit 20000) k
	join lateral (select from post p where p.id = k.id and p.search @@ (select q from q) and p.state = 'shown'
		and p.list_id = any ((select lists from v)::bigint[])
		and p.thread_id not in (select id from thread where state = 'hidden') limit 1) p on true
	order by k.sent_at desc, k.id desc limit 30
)
select l.name, l.title, t.number, p.number, p.subject, p.author_name, p.lang, p.sent_at,
	left(p.body, 20000), 5000::bigint, (select q::text from q)
from b join post p on p.id = b.id join thread t on t.id = p.thread_id join list l on l.id = p.list_id
order by b.sent_at desc, b.id desc

-- name: search_newest_in
-- roles: web cli
with q as materialized (select search_query($3::text) as q), v as materialized (
	select l.id from list l left join subscription s on s.list_id = l.id and s.account_id = $1::bigint
	where (l.visibility = 'public' or s.id is not null or $2::boolean) and l.name = $4::text
), b as (
	select k.id, k.sent_at
	from (select id, sent_at from post where list_id = (select id from v)
		order by sent_at desc, id desc limit 20000) k
	join lateral (select from post p where p.id = k.id and p.search @@ (select q from q) and p.state = 'shown'
		and p.thread_id not in (select id from thread where state = 'hidden') limit 1) p on true
	order by k.sent_at desc, k.id desc limit 30
)
select l.name, l.title, t.number, p.number, p.subject, p.author_name, p.lang, p.sent_at,
	left(p.body, 20000), 5000::bigint, (select q::text from q)
from b join post p on p.id = b.id join thread t on t.id = p.thread_id join list l on l.id = p.list_id
order by b.sent_at desc, b.id desc

-- name: search_words
-- roles: web cli
-- Which of the lexemes in $3 each word has, in its language: what a text's excerpt
-- marks. Words and not texts, since making a tsvector of a text takes far longer than
-- finding the few words in it that could be meant.
select w.n, x.lexeme
from unnest($1::text[], $2::text[]) with ordinality w(lang, word, n)
cross join lateral unnest(to_tsvector(search_config(w.lang), search_fold(w.lang, w.word))) x
where x.lexeme = any ($3::text[])
