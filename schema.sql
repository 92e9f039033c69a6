-- SPDX-License-Identifier: Apache-2.0
--
-- The whole schema of Cabildo, its roles and their grants. `cabildo migrate`
-- runs this file in one transaction on an empty database. What is written
-- here is the truth; server/db/migrations must lead to it.
--
-- Conventions: ids are bigint for ever, times timestamptz, hashes 32 bytes of
-- BLAKE2b. No reg* types, no triggers that act, no cascading deletes of what
-- a person wrote.

-- Roles: one per program, each holding only what its statements need.

do $$
declare r text;
begin
	foreach r in array array['cabildo-receive', 'cabildo-milter', 'cabildo-deliver', 'cabildo-fetch', 'cabildo-web', 'cabildo-sched'] loop
		if not exists (select from pg_roles where rolname = r) then
			execute format('create role %I login', r);
		end if;
	end loop;
end $$;

revoke create on schema public from public;

create table schema_version (
	version integer not null,
	applied_at timestamptz not null default now()
);
insert into schema_version (version) values (5);

create table setting (
	name text primary key,
	value text not null
);

-- People ---------------------------------------------------------------------

create table organisation (
	id bigint generated always as identity primary key,
	name text not null unique
);

create table country (
	code text primary key check (code ~ '^[A-Z]{2}$'),
	name text not null -- in English: a msgid of the catalogue
);

create table account (
	id bigint generated always as identity primary key,
	name text not null check (length(name) between 1 and 200),
	locale text not null default 'es' check (locale in ('es', 'en', 'pt', 'fr', 'it')),
	time_zone text not null default 'America/Guatemala',
	theme text not null default 'auto' check (theme in ('auto', 'light', 'dark')),
	password_hash text,
	second_step text, -- the authenticator's secret, sealed with our keys; none: one step
	second_last bigint not null default 0, -- the last 30 seconds whose code was used
	organisation_id bigint references organisation,
	country_code text references country,
	is_admin boolean not null default false,
	hide_address boolean not null default true,
	closed_at timestamptz,
	closing_at timestamptz, -- the person asked to be forgotten; not before
	erased_at timestamptz,
	created_at timestamptz not null default now()
);
create index account_closing on account (closing_at) where closing_at is not null;
-- "participant-3": nothing but a number, given when a person is forgotten
create sequence participant_seq as bigint;

-- addr is lower case: no mail system of today tells two people apart by case.
create table address (
	id bigint generated always as identity primary key,
	account_id bigint not null references account,
	addr text not null unique check (addr = lower(addr) and length(addr) between 3 and 254),
	is_primary boolean not null default false,
	verified_at timestamptz,
	bounce_score real not null default 0, -- as it was at bounce_at: it halves with time
	bounce_at timestamptz,
	suspended_at timestamptz, -- gets no mail; see server/core/bounce.h
	probes smallint not null default 0, -- sent since then
	probe_at timestamptz, -- of one that may still come back
	created_at timestamptz not null default now()
);
create index address_account on address (account_id);
-- "is this you?": who may be meant by an unknown address
create index address_local on address (split_part(addr, '@', 1));
create index address_domain on address (split_part(addr, '@', 2));
create unique index address_primary on address (account_id) where is_primary;

-- Groups ---------------------------------------------------------------------

-- What a column of list may hold stands in its domain and is looked at when that column is
-- set: as checks of the table, all of them would be compiled and asked for each post, which
-- counts there.
create domain list_name as text check (value ~ '^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$'
		and value !~ '-(request|owner|join|leave|help|bounces|confirm|subscribe|unsubscribe)$'
		and value not in ('postmaster', 'abuse'));
create domain list_mail_domain as text check (value = lower(value));
create domain list_title as text check (length(value) between 1 and 120);
create domain list_description as text check (length(value) <= 2000);
create domain lang_code as text check (value in ('es', 'en', 'pt', 'fr', 'it'));
create domain list_visibility as text check (value in ('public', 'members', 'hidden'));
create domain list_posting as text check (value in ('anyone', 'members', 'moderated', 'announce'));
create domain list_nonmember as text check (value in ('hold', 'refuse', 'drop', 'accept'));
create domain list_identity as text check (value in ('strict', 'normal', 'open'));
create domain list_edit_minutes as integer check (value between 0 and 10080);
create domain list_hold_first as integer check (value between 0 and 100);
create domain list_unaddressed as text check (value in ('hold', 'accept'));
create domain list_from_lists as text check (value in ('hold', 'accept'));
create domain list_max_recipients as integer check (value between 0 and 1000);
create domain list_flood_per_hour as integer check (value between 0 and 10000);
create domain list_file_types as text check (length(value) <= 1000);
create domain list_spam as text check (value in ('hold', 'drop', 'accept'));
create domain list_roster as text check (value in ('members', 'moderators'));
create domain list_join_policy as text check (value in ('open', 'confirm', 'approve', 'invite', 'closed'));
create domain list_invites as text check (value in ('owners', 'moderators'));
create domain list_reply_policy as text check (value in ('list', 'author', 'both'));
create domain list_dmarc_policy as text check (value in ('auto', 'always', 'never'));
create domain list_subject_tag as text check (length(value) <= 40);
create domain list_link_over as integer check (value between 0 and 104857600);
create domain list_digest_every as text check (value in ('daily', 'weekly', 'monthly'));
create domain list_digest_weekday as smallint check (value between 0 and 6);
create domain list_digest_hour as smallint check (value between 0 and 23);
create domain list_max_size as integer check (value between 1024 and 104857600);

create table list (
	id bigint generated always as identity primary key,
	name list_name not null,
	mail_domain list_mail_domain not null,
	list_id text not null unique, -- RFC 2919, fixed at creation
	title list_title not null,
	description list_description not null default '',
	lang lang_code not null default 'es',
	visibility list_visibility not null default 'members',
	posting list_posting not null default 'members',
	nonmember list_nonmember not null default 'hold',
	-- what a member's name in From needs: proof always; of members; none
	identity list_identity not null default 'normal',
	emergency boolean not null default false, -- everything waits
	tags text not null default '', -- proposed for threads, commas between them
	edit_minutes list_edit_minutes not null default 30, -- of one's own post; 0: never
	hold_first list_hold_first not null default 0, -- posts of a new member
	unaddressed list_unaddressed not null default 'hold',
	from_lists list_from_lists not null default 'hold', -- mail that another list passes on
	max_recipients list_max_recipients not null default 50, -- 0: any number
	flood_per_hour list_flood_per_hour not null default 100, -- of one sender; 0: any
	file_types list_file_types not null default '.exe .scr .pif .bat .cmd .vbs .lnk .jar', -- refused: endings, types
	spam list_spam not null default 'hold',
	roster list_roster not null default 'members', -- who sees the others
	join_policy list_join_policy not null default 'approve',
	invites list_invites not null default 'owners', -- who may invite
	reply_policy list_reply_policy not null default 'list',
	dmarc_policy list_dmarc_policy not null default 'auto',
	subject_tag list_subject_tag not null default '',
	footer boolean not null default false,
	link_over list_link_over not null default 0, -- attachments by link; 0: never
	-- when the digest goes to members who chose nothing else, by their clocks; monthly: on the first
	digest_every list_digest_every not null default 'weekly',
	digest_weekday list_digest_weekday not null default 1, -- 0: Sunday
	digest_hour list_digest_hour not null default 7,
	read_links boolean not null default false, -- a digest's links open its threads to whoever has the mail
	max_size list_max_size not null default 26214400,
	closed_at timestamptz,
	archived boolean not null default false,
	parent_id bigint references list check (parent_id <> id), -- the group it is part of
	next_thread bigint not null default 1,
	thread_count bigint not null default 0,
	post_count bigint not null default 0,
	member_count bigint not null default 0,
	last_post_at timestamptz,
	version bigint not null default 1,
	created_at timestamptz not null default now(),
	unique (mail_domain, name)
);
-- The web names a group by its name alone.
create unique index list_name on list (name);
create index list_parent on list (parent_id) where parent_id is not null;

create table list_former_address (
	mail_domain text not null,
	name text not null,
	list_id bigint not null references list,
	primary key (mail_domain, name)
);

create table subscription (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	account_id bigint not null references account,
	address_id bigint not null references address, -- where copies go
	role text not null default 'member' check (role in ('member', 'moderator', 'owner')),
	delivery text not null default 'each' check (delivery in ('each', 'digest', 'mentions', 'none')),
	own_copy boolean not null default true,
	receipt boolean not null default false, -- a notice of what was posted of their mail
	attachments text not null default 'list' check (attachments in ('list', 'whole', 'link')), -- list: as the group has it
	copy_when_addressed boolean not null default false, -- a copy too where To or Cc names the member
	moderation text not null default 'default' check (moderation in ('default', 'hold', 'accept')),
	pause_from timestamptz, -- null: since it was asked for
	pause_until timestamptz,
	away_from date, -- of who moderates: no notices of it to them until then, that day included
	away_until date check (away_until >= away_from),
	source text not null default 'admin' check (source in ('admin', 'web', 'email', 'import', 'invite')),
	-- of who moderates: a notice of each message that waits, one mail a day, none
	moderator_notices text not null default 'each' check (moderator_notices in ('each', 'digest', 'none')),
	joined_at timestamptz not null default now(),
	-- what a digest covers begins here, and once ends there, where that is not where the last one
	-- ended: whoever changes delivery sets both (see digest_schedule)
	digest_from xid8 default pg_snapshot_xmin(pg_current_snapshot()),
	digest_until xid8,
	unique (list_id, account_id)
);
create index subscription_account on subscription (account_id);
create index subscription_digest on subscription (account_id) where delivery = 'digest' or digest_until is not null;

-- Who will run a group from a day on; see server/core/handover.h.
create table handover (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	from_account bigint references account,
	from_organisation bigint references organisation,
	owners bigint[] not null,
	moderators bigint[] not null,
	effective_at timestamptz not null,
	planned_by bigint references account,
	planned_at timestamptz not null default now(),
	note text not null default '' check (length(note) <= 2000), -- to the group
	state text not null default 'planned' check (state in ('planned', 'done', 'cancelled', 'undone', 'failed')),
	done_at timestamptz,
	undone_at timestamptz,
	check (num_nonnulls(from_account, from_organisation) = 1)
);
create index handover_list on handover (list_id, id);
create index handover_due on handover (effective_at) where state = 'planned';

-- What it changed, for the way back.
create table handover_move (
	handover_id bigint not null references handover,
	account_id bigint not null references account,
	before text not null,
	after text not null,
	primary key (handover_id, account_id)
);

-- Who asked to join a group whose owners decide.
create table join_request (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	addr text not null,
	name text not null,
	locale text not null,
	source text not null check (source in ('web', 'email')),
	asked_at timestamptz not null default now(),
	decided_at timestamptz,
	decision text check (decision in ('approve', 'decline')),
	decided_by bigint
);
create unique index join_request_open on join_request (list_id, addr) where decided_at is null;

-- Whom those who run a group asked to join; see server/core/invite.h. The links that were
-- mailed are tokens of purpose invite, whose data is the id.
create table invitation (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	addr text not null check (addr = lower(addr) and length(addr) between 3 and 254),
	name text not null default '' check (length(name) <= 200),
	locale text not null check (locale in ('es', 'en', 'pt', 'fr', 'it')),
	note text not null default '' check (length(note) <= 2000), -- of who invites
	invited_by bigint references account, -- null: the administrator at the command line
	made_at timestamptz not null default now(),
	sent_at timestamptz not null default now(), -- the last time
	sends integer not null default 1,
	reminded_at timestamptz,
	expires_at timestamptz not null,
	ended_at timestamptz,
	outcome text not null default '' check (outcome in ('', 'accept', 'decline', 'withdraw', 'expire', 'bounce')),
	never boolean not null default false, -- declined, and no other one of this site either
	failure text not null default '', -- of a bounce: the words of the other server
	check ((ended_at is null) = (outcome = ''))
);
create unique index invitation_open on invitation (list_id, addr) where ended_at is null;
create index invitation_addr on invitation (addr);
create index invitation_list on invitation (list_id, id);
create index invitation_sent on invitation (invited_by, sent_at);
create index invitation_waits on invitation (sent_at) where ended_at is null;
create index invitation_ended on invitation (ended_at) where ended_at is not null;

create table thread_follow (
	thread_id bigint not null,
	account_id bigint not null references account,
	mode text not null check (mode in ('follow', 'digest', 'mute')),
	primary key (thread_id, account_id)
);

create index thread_follow_account on thread_follow (account_id);
create index thread_follow_digest on thread_follow (account_id) where mode = 'digest';

create table ban (
	id bigint generated always as identity primary key,
	list_id bigint references list, -- null: the whole site
	addr text not null, -- an address, or @domain
	reason text not null default '',
	until timestamptz, -- then cabildod lifts it; null: for good
	created_by bigint references account,
	created_at timestamptz not null default now()
);
create index ban_addr on ban (addr);
create index ban_list on ban (list_id, id);
create index ban_until on ban (until) where until is not null;

-- Moderators' own rules: a pattern on a part of the message, and what follows.
-- A rule that is taken away stays, removed, so that the newest version tells
-- that something changed.
create sequence rule_version_seq as bigint;
create table acceptance_rule (
	id bigint generated always as identity primary key,
	list_id bigint references list, -- null: the whole site
	field text not null, -- subject, from, to, body, headers, or header:NAME
	pattern text not null check (length(pattern) between 1 and 1000), -- PCRE2
	action text not null check (action in ('accept', 'hold', 'refuse', 'drop')),
	sentence text not null default '', -- to the sender, instead of ours
	place integer not null default 0, -- the order in which they are asked
	active boolean not null default true,
	version bigint not null default nextval('rule_version_seq'),
	created_at timestamptz not null default now(),
	removed_at timestamptz
);
create index acceptance_rule_list on acceptance_rule (list_id, version);

-- Texts that a group, or the site, words its own way: server/core/template.h.
create table template (
	id bigint generated always as identity primary key,
	list_id bigint references list, -- null: every group
	kind text not null check (kind in ('welcome', 'goodbye', 'refuse', 'return', 'reject')),
	locale text not null check (locale in ('es', 'en', 'pt', 'fr', 'it')),
	title text not null default '' check (length(title) <= 80), -- what it is chosen by, where there are several
	body text not null check (length(body) between 1 and 4000),
	changed_at timestamptz not null default now()
);
create unique index template_one on template (coalesce(list_id, 0), kind, locale, title);

-- What was written -----------------------------------------------------------
-- The tables that each post is written to have no foreign keys to groups, accounts, threads
-- and posts, and no checks (those are domains): nobody may delete these four, so a key
-- could only find what the statement has just read, and it would lock the group's row each
-- time (docs/decisions.md).

create domain thread_state as text check (value in ('open', 'locked', 'hidden'));
create domain post_source as text check (value in ('email', 'web', 'import'));
create domain post_state as text check (value in ('shown', 'hidden', 'deleted'));
create domain intake_fate as text check (value in ('posted', 'held', 'command', 'bounce', 'complaint', 'duplicate',
	'dropped', 'refused', 'quarantined', 'forwarded'));

-- The raw bytes, verbatim. keep: with a post, for good; else 30 days.
create table raw_message (
	id bigint generated always as identity primary key,
	size bigint not null,
	hash bytea not null,
	chunks integer not null,
	keep boolean not null,
	received_at timestamptz not null default now()
);
create index raw_message_expiry on raw_message (received_at) where not keep;

create table raw_chunk (
	raw_id bigint not null, -- of raw_message, by raw_leave below: a key would look that up and lock it for each post
	n integer not null,
	bytes bytea not null,
	primary key (raw_id, n)
);
alter table raw_chunk alter column bytes set compression lz4;

-- The bytes go with their message, whoever takes it.
create function raw_leave() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
	delete from public.raw_chunk c using gone where c.raw_id = gone.id;
	return null;
end
$$;
revoke execute on function raw_leave() from public;
create trigger raw_leave after delete on raw_message referencing old table as gone
	for each statement execute function raw_leave();

create table thread (
	id bigint generated always as identity primary key,
	list_id bigint not null,
	number bigint, -- public, per list, given last in its transaction
	subject text not null,
	subject_base text not null,
	state thread_state not null default 'open',
	pinned_until timestamptz,
	post_count integer not null default 0,
	next_post integer not null default 1,
	first_post_at timestamptz not null,
	last_post_at timestamptz not null,
	last_post_id bigint,
	participant_count integer not null default 0,
	participants text[] not null default '{}', -- names of the first three who wrote
	version bigint not null default 1,
	moved_to bigint references thread, -- after a merge or a move: a redirect for ever
	titled boolean not null default false, -- by a moderator: no post names it any more
	placed boolean not null default false, -- by a moderator: no heuristic merges it into another
	unique (list_id, number)
);
create index thread_hidden on thread (id) where state = 'hidden';
-- hidden ones stand in it too: for moderators, and for a plan that knows nobody yet
create index thread_recent on thread (list_id, last_post_at desc, id desc) where moved_to is null;
create index thread_moved on thread (moved_to) where moved_to is not null;
create index thread_pinned on thread (list_id, pinned_until) where pinned_until is not null;
alter table thread_follow add foreign key (thread_id) references thread;

-- Words that moderators gave a thread; list.tags proposes some.
create table thread_tag (
	thread_id bigint not null references thread,
	tag text not null check (length(tag) between 1 and 40 and tag !~ '[,\n]'),
	primary key (thread_id, tag)
);

create table thread_participant (
	thread_id bigint not null,
	addr text not null,
	account_id bigint,
	name text not null,
	posts integer not null default 1,
	primary key (thread_id, addr)
);

create sequence post_id_seq as bigint;

create table post (
	id bigint primary key default nextval('post_id_seq'),
	list_id bigint not null,
	thread_id bigint not null,
	number integer not null, -- within the thread
	parent_id bigint,
	parent_rank smallint not null default 32767, -- 0: named by In-Reply-To; higher: further back
	placed boolean not null default false, -- by a moderator: no heuristic moves it
	msgid text not null,
	msgid_hash bytea not null,
	refs text[] not null default '{}',
	account_id bigint,
	author_name text not null,
	author_addr text not null,
	sent_at timestamptz not null,
	sent_guessed boolean not null default false,
	received_at timestamptz not null default now(),
	source post_source not null,
	lang text not null,
	subject text not null,
	body text not null,
	folds integer[] not null default '{}', -- from, to, kind, ... in bytes of body
	html text not null, -- rendered at commit; words and addresses are slots
	packed bytea, -- the same, deflated (server/text/pack.h); null: pages take html
	raw_id bigint, -- null: gone, 30 days after a deletion
	raw_hidden boolean not null default false, -- it names somebody who is forgotten
	attachment_count integer not null default 0,
	automatic boolean not null default false,
	moderated boolean not null default false, -- posted with other words than it came with
	addressed text[] not null default '{}', -- To and Cc of a mail, lower case: they have it already
	state post_state not null default 'shown',
	edited_at timestamptz,
	edited_by bigint,
	deleted_at timestamptz, -- by its author; the words go after 30 days
	deleted_by bigint,
	xid xid8 not null default pg_current_xact_id(),
	search tsvector not null,
	unique (thread_id, number)
);
-- read thirty at a time: in the row itself, and nothing could make it smaller
alter table post alter column packed set storage main;
create unique index post_msgid on post (msgid_hash, list_id);
create index post_newest on post (sent_at desc, id desc);
create index post_recent on post (list_id, sent_at desc, id desc);
create index post_raw on post (raw_id) where raw_id is not null; -- raw_message asks, for each row that goes
create index post_parent on post (parent_id) where parent_id is not null;
create index post_account on post (account_id, id desc) where account_id is not null;
create index post_xid on post (list_id, xid) where source <> 'import'; -- what digests cover
create index post_search on post using gin (search) with (gin_pending_list_limit = 2048);

create index post_deleted on post (deleted_at) where state = 'deleted';

-- What a post said before each time that it was edited.
create table post_revision (
	post_id bigint not null references post,
	n integer not null,
	account_id bigint references account, -- who changed it then
	at timestamptz not null default now(),
	why text not null default '',
	body text not null,
	folds integer[] not null,
	html text not null,
	primary key (post_id, n)
);

-- Where a moved or merged post used to be.
create table post_redirect (
	thread_id bigint not null references thread,
	number integer not null,
	post_id bigint not null references post,
	primary key (thread_id, number)
);

-- What moderators did to threads, with enough of how it was before to undo it
-- for 30 days. The record of who and why stands in audit as well.
create table thread_act (
	id bigint generated always as identity primary key,
	kind text not null check (kind in ('lock', 'unlock', 'pin', 'unpin', 'hide', 'restore', 'hide-posts', 'restore-posts',
		'rename', 'split', 'merge', 'move', 'reattach', 'tag', 'tag-rename', 'tag-merge')),
	list_id bigint not null references list, -- where it was done
	thread_id bigint references thread, -- of this thread; null: of a tag, before and after
	other_id bigint references thread, -- split: the new one; merge, reattach: where it went; move: what stands in the old place
	other_list_id bigint references list, -- move: the new group
	account_id bigint references account, -- null: the administrator at the command line
	at timestamptz not null default now(),
	why text not null default '',
	before text not null default '', -- of state, end of the pin, subject; move: the number
	after text not null default '',
	posts integer not null default 0, -- how many; of a tag: threads
	whole boolean not null default false, -- no post stayed behind
	was boolean not null default false, -- how titled, or placed of the other thread, was before
	behind bigint[] not null default '{}', -- threads that led to this one, and now to the other
	follows bigint[] not null default '{}', -- accounts that follow the other since
	undone_at timestamptz,
	undone_by bigint references account,
	check ((thread_id is null) = (kind in ('tag-rename', 'tag-merge')))
);
create index thread_act_tag on thread_act (list_id, before, id) where thread_id is null;
create index thread_act_thread on thread_act (thread_id, id desc);
create index thread_act_other on thread_act (other_id, id desc) where other_id is not null;

create table thread_act_post (
	act_id bigint not null references thread_act,
	post_id bigint not null references post,
	thread_id bigint not null, -- before
	number integer not null,
	parent_id bigint,
	placed boolean not null,
	state text not null,
	to_thread_id bigint, -- after
	to_number integer,
	primary key (act_id, post_id)
);

-- The threads that had the tag which was joined to another.
create table thread_act_tag_of (
	act_id bigint not null references thread_act,
	thread_id bigint not null references thread,
	had boolean not null, -- the other one as well
	primary key (act_id, thread_id)
);

-- Rows of thread_ref as they were.
create table thread_act_ref (
	act_id bigint not null references thread_act,
	list_id bigint not null,
	id_hash bytea not null,
	thread_id bigint not null,
	primary key (act_id, list_id, id_hash)
);

-- Every id a post of the list has or names: the thread it belongs to, and the
-- post itself once it is here. Rows without a post are what waits.
create table thread_ref (
	list_id bigint not null,
	id_hash bytea not null,
	thread_id bigint not null,
	post_id bigint,
	primary key (list_id, id_hash)
);
create index thread_ref_thread on thread_ref (thread_id);

-- Posts that name an id nearer to them than their present parent.
create table ref_wait (
	list_id bigint not null,
	id_hash bytea not null,
	post_id bigint not null,
	rank smallint not null,
	primary key (list_id, id_hash, post_id)
);
create index ref_wait_post on ref_wait (post_id);

create table attachment (
	id bigint generated always as identity primary key,
	post_id bigint not null references post,
	n integer not null,
	name text not null,
	type text not null,
	size bigint not null,
	hash bytea not null,
	encoding text not null,
	raw_offset bigint not null,
	raw_length bigint not null,
	inner_offset bigint, -- a file of a winmail.dat: size bytes from here of what that decodes to
	inline boolean not null default false,
	folded boolean not null default false, -- a picture of a signature or of quoted mail
	unique (post_id, n)
);
create index attachment_picture on attachment (hash) where inline and size <= 100000;

-- Idempotence outlives a move, a merge or a deletion of the post.
create table message_seen (
	list_id bigint not null,
	id_hash bytea not null, -- over Message-ID, From and Date; over the canonical bytes without an id
	fate text not null,
	post_id bigint,
	hold_id bigint,
	seen_at timestamptz not null default now(),
	primary key (list_id, id_hash)
);

-- What waits for somebody who moderates: messages, requests to join, reports of
-- posts, mail to the owners. See server/core/moderate.h.
create table hold (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	kind text not null default 'message' check (kind in ('message', 'join', 'report', 'owner-mail')),
	raw_id bigint references raw_message on delete set null, -- expiry: the record stays
	seen_hash bytea check (seen_hash is not null or kind <> 'message'), -- its row in message_seen
	source text not null check (source in ('email', 'web')),
	rule text not null,
	reason text not null, -- a msgid of the catalogue
	trace text not null,
	account_id bigint references account, -- whose address From is
	author_name text not null,
	author_addr text not null,
	envelope_from text not null,
	recipient text not null,
	proven boolean not null, -- that they wrote it: an answer may go there (promise P9)
	automatic boolean not null,
	subject text not null,
	body text not null,
	folds integer[] not null,
	files text[] not null,
	file_sizes bigint[] not null,
	thread_id bigint references thread, -- what its address or form said it answers
	parent_id bigint references post, -- what it answers, as far as was known then
	about_id bigint references post, -- a report: the post it is about
	request_id bigint references join_request, -- a request to join
	locale text not null default '', -- of whom it is answered to, where they have no account
	conversation_id bigint references hold, -- of mail to the owners: the first of it, where this is not
	msgid text not null,
	confirmed_at timestamptz, -- that person says: it is mine
	held_at timestamptz not null default now(),
	version integer not null default 1, -- of what a moderator decides on; a decision names it
	claimed_by bigint references account,
	claimed_at timestamptz, -- it ends by itself; see CLAIM_MINUTES
	note text not null default '', -- for those who moderate
	edit_subject text, -- by a moderator; the message itself stays as it came
	edit_body text,
	edited_by bigint references account,
	edited_at timestamptz,
	level smallint not null default 0, -- who was reminded: 1 who moderates, 2 who runs the site
	decided_at timestamptz,
	decided_by bigint references account, -- null: the administrator at the command line, or nobody in time
	decided_door text check (decided_door in ('web', 'email', 'cli', 'system')),
	decision text check (decision in ('approve', 'return', 'reject', 'discard', 'spam', 'expire')),
	policy text not null default '' check (policy in ('', 'accept', 'hold', 'ban')), -- from now on, for this sender
	why text not null default '', -- to the author
	effective_at timestamptz, -- until then it can be undone
	tries smallint not null default 0,
	try_after timestamptz,
	done_at timestamptz, -- carried out
	post_id bigint
);
create index hold_open on hold (list_id, held_at, id) where decided_at is null;
create index hold_decided on hold (list_id, decided_at) where decided_at is not null;
create index hold_due on hold (effective_at) where decided_at is not null and done_at is null;
create index hold_account on hold (account_id, id desc) where account_id is not null;
create index hold_post on hold (post_id) where post_id is not null;
create index hold_raw on hold (raw_id) where raw_id is not null;
create index hold_conversation on hold (conversation_id) where conversation_id is not null;
create index hold_request on hold (request_id) where request_id is not null;
create index hold_list on hold (list_id, id);
create index hold_sender on hold (list_id, author_addr);

-- Who was told of a hold by mail, and may answer that mail; see server/core/modmail.h.
create table hold_notice (
	hold_id bigint not null references hold,
	account_id bigint not null references account,
	how text not null check (how in ('each', 'bundle', 'digest')),
	msgid text not null default '', -- of the mail: what comes later is in its thread
	made_at timestamptz not null default now(),
	told_at timestamptz, -- null: it waits for the mail that lists several
	outcome text not null default '' check (outcome in ('', 'waits', 'told')),
	outcome_at timestamptz,
	primary key (hold_id, account_id)
);
create index hold_notice_recent on hold_notice (account_id, made_at);
create index hold_notice_waits on hold_notice (account_id) where told_at is null or outcome = 'waits';

-- The addresses those mails are answered to: LIST+mTOKEN@, one a mail and hold.
create table hold_token (
	hash bytea primary key,
	hold_id bigint not null references hold,
	account_id bigint not null references account,
	expires_at timestamptz not null default now() + interval '14 days'
);
create index hold_token_expiry on hold_token (expires_at);

-- The fate of everything that was answered 250.
create table intake (
	id bigint generated always as identity primary key,
	list_id bigint,
	received_at timestamptz not null default now(),
	envelope_from text not null,
	recipient text not null,
	msgid text not null,
	fate intake_fate not null,
	rule text not null default '',
	reason text not null default '', -- its sentence: a msgid of the catalogue
	trace text not null default '',
	account_id bigint, -- whose address From is
	post_id bigint,
	hold_id bigint,
	raw_id bigint
);
create index intake_recent on intake (list_id, received_at desc);
create index intake_msgid on intake (msgid);
-- What a person finds of theirs that is no post; ordinary posts do not touch it.
create index intake_account on intake (account_id, id desc)
	where account_id is not null and fate not in ('posted', 'duplicate');

-- A group's mailbox at a provider, for groups without an MTA of their own.
create table mailbox (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	protocol text not null check (protocol in ('imap', 'pop3')),
	host text not null,
	port integer not null check (port between 1 and 65535),
	tls text not null check (tls in ('tls', 'starttls', 'none')),
	login text not null,
	folder text not null default 'INBOX',
	move_to text not null default '', -- empty: a message is deleted there once it is committed here
	auth text not null default 'password' check (auth in ('password', 'oauth2')),
	secret text not null default '', -- sealed with the site's key
	secret_path text not null default '', -- or a file read at each sign-in: OAuth2 tokens change
	ca_path text not null default '', -- certificates to trust instead of the system's
	paused boolean not null default false,
	fetched bigint not null default 0,
	ok_at timestamptz,
	failed_at timestamptz,
	failure text not null default '',
	unique (protocol, host, login, folder)
);

-- What goes out --------------------------------------------------------------

-- Mail of ours that is not a post: sign-in links, confirmations, answers.
create table notice (
	id bigint generated always as identity primary key,
	kind text not null,
	addr text not null,
	account_id bigint references account,
	locale text not null,
	subject text not null,
	body text not null,
	list_id bigint references list,
	in_reply_to text not null default '',
	refs text not null default '', -- ids, one a line
	reply_to text not null default '', -- "cTOKEN": LIST+cTOKEN@; "-leave": LIST-leave@
	raw_id bigint references raw_message on delete set null, -- returned as an attachment
	msgid text not null default '', -- '': made of the ids
	from_name text not null default '', -- a person who writes by it, from LIST-owner@; '': the group
	created_at timestamptz not null default now()
);
create index notice_raw on notice (raw_id) where raw_id is not null;

-- How often somebody was told something: hash of address and cause.
create table notice_sent (
	hash bytea primary key,
	until timestamptz not null,
	n integer not null
);

-- The hot queue: one row per recipient, gone when settled.
-- lane 0: somebody is waiting; 1: posts; 2: digests.
create table outbound (
	id bigint generated always as identity (cache 100) primary key, -- a post takes one for each member
	lane smallint not null default 1,
	list_id bigint,
	post_id bigint,
	notice_id bigint,
	digest_id bigint,
	subscription_id bigint,
	not_before timestamptz not null default now(),
	lease uuid,
	lease_until timestamptz,
	tries smallint not null default 0,
	created_at timestamptz not null default now()
-- a page has room for each of its rows once more: a lease then touches no index
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, fillfactor = 45);
create index outbound_ready on outbound (lane, not_before, id);

-- The ledger members read; insert only, by week (delivery_2026w47, from Monday
-- 00:00 UTC), kept 90 days by delivery_keep(). What goes leaves its sum per post
-- and every failure behind.
create domain delivery_outcome as text check (value in ('sent', 'failed', 'expired', 'skipped'));
create table delivery (
	settled_at timestamptz not null default now(),
	outbound_id bigint not null,
	list_id bigint,
	post_id bigint,
	notice_kind text,
	subscription_id bigint,
	addr text not null,
	outcome delivery_outcome not null,
	code integer not null default 0,
	answer text not null default '',
	tries smallint not null
) partition by range (settled_at);
create table delivery_rest partition of delivery default;
create index delivery_post on delivery (post_id);
create index delivery_subscription on delivery (subscription_id, settled_at desc);

create table delivery_total (
	post_id bigint primary key,
	sent bigint not null,
	failed bigint not null,
	expired bigint not null,
	skipped bigint not null
);

create table delivery_failure (like delivery including defaults including constraints);
create index delivery_failure_post on delivery_failure (post_id);
create index delivery_failure_subscription on delivery_failure (subscription_id);

-- What was heard of mail that did not arrive, and of complaints; one row an event.
create table bounce_event (
	id bigint generated always as identity primary key,
	address_id bigint not null references address,
	subscription_id bigint, -- no reference: it may be gone
	list_id bigint references list,
	post_id bigint,
	at timestamptz not null default now(),
	event_key bytea not null unique, -- who and which message: the same report twice is one event
	kind text not null check (kind in ('hard', 'soft', 'policy', 'delay', 'complaint')),
	probe boolean not null default false,
	reason text not null default '',
	status text not null default '',
	code integer not null default 0,
	rcpt text not null default '', -- as the report names it
	mta text not null default '',
	text text not null default '', -- the remote server's words
	weight real not null default 0,
	scored_at timestamptz -- by cabildod
);
create index bounce_event_address on bounce_event (address_id, list_id, id desc);
create index bounce_event_new on bounce_event (id) where scored_at is null;
create index address_suspended on address (suspended_at) where suspended_at is not null;

-- Digests --------------------------------------------------------------------
-- See server/digest/schedule.h and issue.h. A digest covers the posts of since <= xid < until,
-- where both are snapshot horizons: what commits late, with an id or a time before others', is
-- in the next one. Nothing here holds words of a post but its keywords.

-- What a person chose; null: as the group has it.
create table digest_choice (
	account_id bigint primary key references account,
	per_group boolean not null default false, -- a mail for each group
	every text check (every in ('daily', 'weekly', 'monthly')),
	weekday smallint check (weekday between 0 and 6), -- 0: Sunday
	monthday smallint check (monthday between 1 and 31), -- the last one of shorter months
	hour smallint check (hour between 0 and 23),
	anyway boolean not null default false, -- also of groups whose posts they get one by one
	form text not null default 'summary' check (form in ('summary', 'mime', 'plain'))
);

-- Horizons, one an hour and one for each time that digests were made.
create table digest_run (
	id bigint generated always as identity primary key,
	at timestamptz not null,
	horizon xid8 not null
);
create index digest_run_horizon on digest_run (horizon);
create index digest_run_at on digest_run (at);

-- Where this database's transaction numbers belong to; see digest_rebase().
create table digest_era (
	cluster bigint not null, -- pg_control_system()
	last_post bigint not null default 0, -- of posts up to this one
	xid xid8 not null default '3' -- only those below it are of any digest
);
insert into digest_era (cluster) select system_identifier from pg_control_system();

-- Who is due when: kept by cabildod after what people and groups chose.
create table digest_schedule (
	id bigint generated always as identity primary key,
	account_id bigint not null references account,
	list_id bigint not null, -- 0: one mail for all groups
	every text not null,
	weekday smallint not null,
	monthday smallint not null,
	hour smallint not null,
	zone text not null,
	due_at timestamptz not null,
	horizon xid8 not null, -- the last one covered what is before it
	ended_at timestamptz not null, -- when that was
	last_date date, -- of its period
	unique (account_id, list_id)
);
create index digest_schedule_due on digest_schedule (due_at);

-- What happened in a group between two horizons; blocks: the most active threads first.
create table digest_span (
	list_id bigint not null references list,
	since xid8 not null,
	until xid8 not null,
	threads bigint not null,
	posts bigint not null,
	blocks bigint[] not null,
	weights bigint[] not null, -- of each: by how many wrote, then by how much
	made_at timestamptz not null,
	primary key (list_id, since, until)
);
create index digest_span_made on digest_span (made_at);

create table digest_block (
	id bigint generated always as identity primary key,
	list_id bigint not null references list,
	thread_id bigint not null references thread,
	since xid8 not null,
	until xid8 not null,
	authors integer not null,
	new_posts integer not null,
	opened boolean not null, -- the thread began in it
	posts bigint[] not null, -- the new ones, oldest first
	who bigint[] not null, -- one post of each who wrote, most first
	keywords text[] not null default '{}',
	made_at timestamptz not null,
	unique (list_id, since, until, thread_id)
);
create index digest_block_made on digest_block (made_at);

-- A person's digest: which blocks, in which order. A block's place is its number for good.
create table digest_issue (
	id bigint generated always as identity primary key,
	account_id bigint not null references account,
	list_id bigint not null, -- 0: of all groups
	subscription_id bigint not null, -- by which it is sent; no reference: it may be gone
	period date not null, -- the day it was due, by the person's clock
	every text not null,
	form text not null,
	since_at timestamptz not null,
	until_at timestamptz not null,
	blocks bigint[] not null,
	followed integer not null, -- so many of them first
	threads bigint not null,
	posts bigint not null,
	groups bigint not null,
	several boolean not null, -- it covers more than one period
	made_at timestamptz not null,
	unique (account_id, list_id, period) -- each period once
);
create index digest_issue_made on digest_issue (made_at);

-- The web --------------------------------------------------------------------

-- Only hashes of what the browser or the mail holds.
create table session (
	id_hash bytea primary key,
	account_id bigint not null references account,
	created_at timestamptz not null default now(),
	seen_at timestamptz not null default now(),
	expires_at timestamptz not null,
	device text not null default ''
);
create index session_account on session (account_id);

create table token (
	hash bytea primary key,
	purpose text not null,
	account_id bigint references account,
	data text not null default '',
	expires_at timestamptz not null,
	used_at timestamptz,
	created_at timestamptz not null default now()
);
create index token_expiry on token (expires_at);
create index token_account on token (account_id, purpose);

-- Guesses at passwords, by address and by client; gone after an hour.
create table signin_failure (
	key bytea primary key, -- hash of the one or the other
	n integer not null default 1,
	since timestamptz not null default now()
);
create index signin_failure_since on signin_failure (since);

create table read_mark (
	account_id bigint not null references account,
	thread_id bigint not null references thread,
	number integer not null, -- everything up to here
	at timestamptz not null default now(),
	primary key (account_id, thread_id)
);

create table draft (
	id bigint generated always as identity primary key,
	account_id bigint not null references account,
	list_id bigint not null references list,
	thread_id bigint references thread,
	parent_id bigint references post,
	subject text not null default '',
	body text not null default '',
	saved_at timestamptz not null default now()
);
create index draft_account on draft (account_id);

-- The record -----------------------------------------------------------------

-- Append-only. Names and texts stand in audit_detail, where they can be erased
-- without breaking the seal; here is their salted digest.
create table audit (
	id bigint generated always as identity primary key,
	at timestamptz not null default now(),
	door text not null check (door in ('web', 'email', 'cli', 'rule', 'system')),
	act text not null,
	actor_id bigint, -- account; null: the administrator at the command line, or a rule
	list_id bigint,
	thread_id bigint,
	post_id bigint,
	subject_id bigint, -- the account it was done to
	detail_digest bytea not null
);
create index audit_list on audit (list_id, id desc);
create index audit_actor on audit (actor_id, id desc) where actor_id is not null;
create index audit_subject on audit (subject_id) where subject_id is not null;
create index audit_at on audit (at);

create table audit_detail (
	audit_id bigint primary key,
	salt bytea not null, -- empty: erased
	before text not null default '',
	after text not null default '',
	why text not null default ''
);

-- What waits for its seal, put there by the act's transaction: a queue, so that the
-- sealer needs neither an order of ids nor of transactions.
create table audit_open (
	audit_id bigint primary key
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- The chain, written after commit by cabildod; see server/core/seal.h. No foreign keys:
-- what refers to nothing is a finding, and looking them up would lock entries.
create table audit_seal (
	n bigint generated always as identity unique,
	audit_id bigint primary key,
	hash bytea not null,
	sealed_at timestamptz not null default now()
);
-- Not even the owner changes them by a slip.
revoke update, delete, truncate on audit, audit_seal from current_user;
-- Nor do groups, people and what was written go: they are closed, erased, marked as deleted.
revoke delete, truncate on list, account, thread, post from current_user;

-- Statistics, counted by cabildod: server/core/stats.h.
create table list_week (
	list_id bigint not null references list,
	week date not null, -- a Monday, UTC
	by_mail bigint not null,
	by_web bigint not null,
	threads bigint not null,
	authors bigint not null,
	primary key (list_id, week)
);
create table list_domain (
	list_id bigint not null references list,
	week date not null,
	domain text not null, -- of the addresses that copies went to
	sent bigint not null,
	failed bigint not null,
	primary key (list_id, week, domain)
);

-- Search ---------------------------------------------------------------------

-- Accents folded so that the stemmers still recognise their suffixes: words
-- typed without accents get back the accent of the endings that matter.
create function search_fold(lang text, t text) returns text
language sql immutable parallel safe
as $$
	-- plain ASCII needs no folding but where suffixes get their accent back
	select case when lang not in ('es', 'pt') and pg_catalog.octet_length(t) = pg_catalog.length(t) then t
	else case lang
	-- four replaces take a tenth of what translate does
	when 'es' then pg_catalog.regexp_replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(t,
		'ü', 'u'), 'Ü', 'U'), 'ñ', 'n'), 'Ñ', 'N'), '([cs])ion\M', '\1ión', 'gi')
	when 'pt' then pg_catalog.regexp_replace(pg_catalog.regexp_replace(t, 'cao\M', 'ção', 'gi'),
		'coes\M', 'ções', 'gi')
	when 'en' then pg_catalog.translate(t, 'áéíóúàèìòùâêîôûäëïöüñçãõÁÉÍÓÚÑÇ', 'aeiouaeiouaeiouaeiouncaoAEIOUNC')
	else pg_catalog.translate(t, 'àâäéèêëîïìôöòùûüçÀÂÄÉÈÊËÎÏÌÔÖÒÙÛÜÇ', 'aaaeeeeiiiooouuucAAAEEEEIIIOOOUUUC')
	end end
$$;

create index account_name on account (search_fold('en', lower(name)));
create function search_config(lang text) returns regconfig
language sql immutable parallel safe
as $$
	select case lang
	when 'es' then 'pg_catalog.spanish'::pg_catalog.regconfig
	when 'en' then 'pg_catalog.english'::pg_catalog.regconfig
	when 'pt' then 'pg_catalog.portuguese'::pg_catalog.regconfig
	when 'fr' then 'pg_catalog.french'::pg_catalog.regconfig
	when 'it' then 'pg_catalog.italian'::pg_catalog.regconfig
	else 'pg_catalog.simple'::pg_catalog.regconfig end
$$;

create function search_vector(lang text, subject text, own text, quoted text) returns tsvector
language sql immutable parallel safe
as $$
	select pg_catalog.setweight(pg_catalog.to_tsvector(public.search_config(lang), public.search_fold(lang, subject)), 'A')
	|| pg_catalog.setweight(pg_catalog.to_tsvector(public.search_config(lang), public.search_fold(lang, own)), 'B')
	|| case when quoted = '' then ''::pg_catalog.tsvector else
	   pg_catalog.setweight(pg_catalog.to_tsvector(public.search_config(lang), public.search_fold(lang, quoted)), 'D') end
$$;

-- A query in each of the five languages: posts are stemmed by their own. What two of
-- them make alike stands once, for the planner's estimate as for the search.
create function search_query(q text) returns tsquery
language sql immutable parallel safe
as $$
	select coalesce((select string_agg(distinct w.q::text, ' | ')::pg_catalog.tsquery
		from (values (x.es), (x.en), (x.pt), (x.fr), (x.it)) w(q) where pg_catalog.numnode(w.q) > 0), x.es)
	from (select pg_catalog.websearch_to_tsquery('pg_catalog.spanish', public.search_fold('es', q)) as es,
		pg_catalog.websearch_to_tsquery('pg_catalog.english', public.search_fold('en', q)) as en,
		pg_catalog.websearch_to_tsquery('pg_catalog.portuguese', public.search_fold('pt', q)) as pt,
		pg_catalog.websearch_to_tsquery('pg_catalog.french', public.search_fold('fr', q)) as fr,
		pg_catalog.websearch_to_tsquery('pg_catalog.italian', public.search_fold('it', q)) as it
		offset 0) x
$$;

-- Posting ----------------------------------------------------------------------

-- A group by its address or a former one, and everything that a rule asks of the envelope and the author. Only an
-- address that somebody has proven to read is theirs. What is switched off is not looked up, and what is looked up
-- are small plans: one plan for all of it took twice as long to set up as to run. id is null: there is no such group.
create function list_for_mail(to_name text, to_domain text, sender text, author text,
	out id bigint, out name text, out mail_domain text, out lang text, out posting text, out nonmember text, out max_size bigint,
	out closed boolean, out archived boolean, out envelope_banned boolean, out from_banned boolean,
	out account bigint, out account_name text, out role text, out moderation text, out title text, out identity text,
	out emergency boolean, out unaddressed text, out max_recipients bigint, out file_types text, out spam text, out locale text,
	out flooding boolean, out fresh boolean, out rules bigint, out from_lists text, out receipt boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
	of_sender text[] := array[sender, '@' || split_part(sender, '@', 2)];
	of_author text[] := array[author, '@' || split_part(author, '@', 2)];
	flood integer;
	firsts integer;
	banned text;
begin
	<<again>> loop
		select l.id, l.name, l.mail_domain, l.lang, l.posting, l.nonmember, l.max_size, l.closed_at is not null, l.archived,
			l.title, l.identity, l.emergency, l.unaddressed, l.max_recipients, l.file_types, l.spam, l.from_lists,
			l.flood_per_hour, l.hold_first
		into id, name, mail_domain, lang, posting, nonmember, max_size, closed, archived,
			title, identity, emergency, unaddressed, max_recipients, file_types, spam, from_lists, flood, firsts
		from public.list l where l.name = to_name and l.mail_domain = to_domain;
		exit again when found;
		select l.name, l.mail_domain into to_name, to_domain from public.list_former_address f
		join public.list l on l.id = f.list_id where f.name = to_name and f.mail_domain = to_domain;
		if not found then
			return;
		end if;
	end loop;

	select a.id, a.name, a.locale, s.role, s.moderation, coalesce(s.receipt, false)
	into account, account_name, locale, role, moderation, receipt
	from public.address d join public.account a on a.id = d.account_id and a.closed_at is null
	left join public.subscription s on s.list_id = list_for_mail.id and s.account_id = a.id
	where d.addr = author and d.verified_at is not null;
	receipt := coalesce(receipt, false);

	envelope_banned := false;
	from_banned := false;
	if exists (select from public.ban) then
		if account is not null then
			of_author := of_author || array(select x.addr from public.address x where x.account_id = list_for_mail.account);
		end if;
		for banned in select b.addr from public.ban b
			where b.addr = any (of_sender || of_author) and (b.list_id is null or b.list_id = list_for_mail.id)
		loop
			envelope_banned := envelope_banned or banned = any (of_sender);
			from_banned := from_banned or banned = any (of_author);
		end loop;
	end if;

	-- too many within the hour: a member's posts by their account, others by the envelope
	flooding := false;
	if flood > 0 and account is not null then
		select count(*) >= flood into flooding from (
			select p.received_at, p.source from public.post p where p.account_id = list_for_mail.account order by p.id desc limit flood) x
		where x.received_at > now() - interval '1 hour' and x.source <> 'import';
	elsif flood > 0 then
		select count(*) >= flood into flooding from (
			select i.envelope_from from public.intake i where i.list_id = list_for_mail.id and i.received_at > now() - interval '1 hour'
			order by i.received_at desc limit 2000) x where x.envelope_from = sender;
	end if;
	fresh := false;
	if firsts > 0 and account is not null then
		select count(*) < firsts into fresh from (
			select from public.post p where p.account_id = list_for_mail.account and p.list_id = list_for_mail.id limit firsts) x;
	end if;
	select coalesce(max(r.version), 0) into rules from public.acceptance_rule r
	where r.list_id is null or r.list_id = list_for_mail.id;
end
$$;
revoke execute on function list_for_mail from public;

-- What comes before a post: the group's lock, shared; the key of idempotence, under which nobody else can be
-- between here and our commit; the locks of the ids it has and names, in their order; and only then what
-- is known of these: each statement in here sees what was committed until it begins. No row: the key was there. Last
-- comes a row without an id: the new post's id and, where reads, what stands in the nearest post that it names.
create function post_place(grp bigint, key bytea, locks bigint[], ids bytea[], reads boolean)
returns table (hash_r bytea, thread_r bigint, post_r bigint, state_r text, list_r bigint, placed_r boolean,
	new_r bigint, body_r text, author_r text)
language plpgsql
as $$
declare
	-- evaluated as expressions, these cost a tenth of a statement
	fresh bigint := pg_catalog.nextval('public.post_id_seq');
	taken boolean := pg_catalog.pg_advisory_xact_lock_shared(1, (grp % 2147483647)::integer) is null;
	near bigint;
	k bigint;
begin
	insert into public.message_seen (list_id, id_hash, fate, post_id) values (grp, key, 'posted', fresh)
	on conflict (list_id, id_hash) do nothing;
	if not found then
		return;
	end if;
	foreach k in array locks loop
		taken := pg_catalog.pg_advisory_xact_lock(k) is null;
	end loop;
	for hash_r, thread_r, post_r, state_r, list_r, placed_r in
		-- as refs_find
		select r.id_hash, r.thread_id, r.post_id, t.state, t.list_id, t.placed
		from unnest(array(select unnest(ids))) u (h)
		cross join lateral (select id_hash, thread_id, post_id from public.thread_ref where list_id = grp and id_hash = u.h limit 1) r
		cross join lateral (select state, list_id, placed from public.thread where id = r.thread_id limit 1) t
	loop
		if near is null and hash_r <> ids[1] then
			near := post_r;
		end if;
		return next;
	end loop;
	if reads and near is not null then
		select pg_catalog.left(p.body, 262144), p.author_addr into body_r, author_r from public.post p where p.id = near;
	end if;
	hash_r := null;
	post_r := near;
	new_r := fresh;
	return next;
end
$$;

-- One new post, but for its files and its group's counters, which come last: everything that is
-- written of it in one call, because a statement of its own costs as much as what it
-- does. It is the only way in which mail and pages make a post; their roles hold no right to insert one. The
-- order is that of the locks: see server/core/submit.c.
--   in_thread  null: a new one; else a row of thread that is still there, in this group
--   raw        null: raw_bytes are stored
--   unknown    ids it names that nobody has; waits, ranks: nearer to it than its parent
--   rcpt       null: from an archive; no copies leave and no fate is recorded
--   counts     the group's counters too, last: whoever asks for that commits at once
create function post_put(grp bigint, new_post bigint, in_thread bigint, parent bigint, near smallint, own_id text,
	own_hash bytea, answers text[], who bigint, author text, author_at text, sent timestamptz, guessed boolean,
	door text, language text, title text, words text, ranges integer[], page text, deflated bytea, files integer,
	machine boolean, named text[], own_words text, quoted_words text, raw bigint, raw_hash bytea, raw_bytes bytea,
	unknown bytea[], waits bytea[], ranks smallint[], of_hold bigint, sender text, rcpt text, by_rule text,
	its_trace text, its_reason text, counts boolean,
	out number_r integer, out thread_r bigint, out thread_number_r bigint, out hidden_r boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	entry pg_catalog.tsvector;
	first boolean;
	was public.thread_state;
	had bigint[] := '{}';
	given bigint;
begin
	if raw is null then
		insert into public.raw_message (size, hash, chunks, keep)
		values (pg_catalog.octet_length(raw_bytes), raw_hash, 1, true) returning id into raw;
		insert into public.raw_chunk (raw_id, n, bytes) values (raw, 0, raw_bytes);
	end if;
	entry := public.search_vector(language, title, own_words, quoted_words);

	hidden_r := false;
	if in_thread is null then
		insert into public.thread (list_id, subject, subject_base, first_post_at, last_post_at, post_count, next_post,
			last_post_id, participant_count, participants)
		values (grp, title, title, sent, sent, 1, 2, new_post, 1, array[author]) returning id into thread_r;
		insert into public.thread_participant (thread_id, addr, account_id, name) values (thread_r, author_at, who, author);
		number_r := 1;
	else
		-- its lock, and only then its participants: who joins threads has theirs in this order
		perform 1 from public.thread t where t.id = in_thread and t.moved_to is null and t.list_id = grp for no key update;
		if not found then
			raise serialization_failure using message = 'the thread went into another one meanwhile';
		end if;
		insert into public.thread_participant as p (thread_id, addr, account_id, name) values (in_thread, author_at, who, author)
		on conflict (thread_id, addr) do update set posts = p.posts + 1 returning p.posts = 1 into first;
		update public.thread t set next_post = t.next_post + 1, post_count = t.post_count + 1,
			last_post_at = greatest(t.last_post_at, sent), first_post_at = least(t.first_post_at, sent),
			last_post_id = case when sent >= t.last_post_at then new_post else t.last_post_id end,
			participant_count = t.participant_count + first::integer,
			participants = case when first and pg_catalog.cardinality(t.participants) < 3 then t.participants || author
				else t.participants end,
			version = t.version + 1
		where t.id = in_thread returning t.next_post - 1, t.number, t.state into number_r, thread_number_r, was;
		thread_r := in_thread;
		hidden_r := was = 'hidden';
	end if;

	insert into public.post (id, list_id, thread_id, number, parent_id, parent_rank, msgid, msgid_hash, refs,
		account_id, author_name, author_addr, sent_at, sent_guessed, source, lang, subject, body, folds,
		html, raw_id, attachment_count, automatic, addressed, search, packed)
	values (new_post, grp, thread_r, number_r, parent, near, own_id, own_hash, answers, who, author, author_at, sent, guessed,
		door, language, title, words, ranges, page, raw, files, machine, named, entry, deflated);

	-- its own id; what it names and nobody has; what may turn out to be nearer than its parent
	insert into public.thread_ref (list_id, id_hash, thread_id, post_id) values (grp, own_hash, thread_r, new_post)
	on conflict (list_id, id_hash) do update set post_id = excluded.post_id, thread_id = excluded.thread_id;
	if pg_catalog.cardinality(unknown) > 0 then
		insert into public.thread_ref (list_id, id_hash, thread_id) select grp, h, thread_r from unnest(unknown) h on conflict do nothing;
	end if;
	if pg_catalog.cardinality(waits) > 0 then
		insert into public.ref_wait (list_id, id_hash, post_id, rank)
		select grp, u.h, new_post, u.r from unnest(waits, ranks) as u (h, r) on conflict do nothing;
	end if;
	if rcpt is null then
		return;
	end if;

	-- One row per subscriber who gets each post, or follows this thread. Not to whoever stands in To or
	-- Cc, and not to whoever has a copy of this very message by another group: its transaction is over,
	-- ids_lock sees to that.
	if not hidden_r then
		if exists (select from public.post p where p.msgid_hash = own_hash and p.list_id <> grp) then
			with twin as materialized (
				select id from public.post where msgid_hash = own_hash and list_id <> grp
			)
			select array(
				select s2.account_id from twin join public.outbound o on o.post_id = twin.id
				join public.subscription s2 on s2.id = o.subscription_id
				union all
				select s2.account_id from twin join public.delivery d on d.post_id = twin.id and d.outcome <> 'skipped'
				join public.subscription s2 on s2.id = d.subscription_id) into had;
		end if;
		insert into public.outbound (lane, list_id, post_id, subscription_id)
		select 1, grp, new_post, s.id
		from public.subscription s left join public.thread_follow f on f.thread_id = thread_r and f.account_id = s.account_id
		where s.list_id = grp and (s.delivery = 'each' or f.mode = 'follow') and coalesce(f.mode, '') not in ('mute', 'digest')
			and (s.pause_until is null or s.pause_until < now() or s.pause_from > now())
			and (s.own_copy or s.account_id is distinct from who)
			and (s.copy_when_addressed or s.account_id not in (select account_id from public.address where addr = any (named)))
			and s.account_id not in (select unnest(had));
	end if;
	insert into public.intake (list_id, envelope_from, recipient, msgid, fate, rule, trace, post_id, hold_id, raw_id, reason, account_id)
	values (grp, sender, rcpt, own_id, 'posted', by_rule, its_trace, new_post, of_hold, raw, its_reason, who);

	-- as list_bump and list_bump_thread
	if counts and not hidden_r then
		update public.list l set post_count = l.post_count + 1, thread_count = l.thread_count + (in_thread is null)::integer,
			next_thread = l.next_thread + (in_thread is null)::integer,
			last_post_at = greatest(l.last_post_at, sent), version = l.version + 1
		where l.id = grp returning l.next_thread - 1 into given;
		if in_thread is null then
			update public.thread t set number = given where t.id = thread_r;
			thread_number_r := given;
		end if;
	end if;
end
$$;
revoke execute on function post_put from public;

-- When a digest is due ---------------------------------------------------------

-- The first moment after `after` at which the clock of `zone` shows the hour on such a day, but not on
-- day `not_on`. An hour that the clock skips is the one after it, one that comes twice is once.
create function digest_next(every text, weekday integer, monthday integer, hour integer, zone text, after timestamptz, not_on date)
returns timestamptz
language sql stable parallel safe
as $$
	select min(d.due) from (
		select (c.day + hour * interval '1 hour') at time zone zone as due
		from (select date_trunc('day', after at time zone zone) as today) t, lateral (
			select t.today + k * interval '1 day' as day
			from generate_series(-1, case every when 'daily' then 3 else 16 end) k
			where every = 'daily' or (every = 'weekly' and extract(dow from t.today + k * interval '1 day') = weekday)
			union all
			select m.first + (least(monthday, extract(day from m.first + interval '1 month - 1 day')::integer) - 1) * interval '1 day'
			from (select date_trunc('month', t.today) + k * interval '1 month' as first from generate_series(-1, 2) k) m
			where every = 'monthly'
		) c
	) d
	where d.due > after and (d.due at time zone zone)::date is distinct from not_on
$$;

-- A zone that this PostgreSQL knows: what it does not is UTC, or one row would stop everybody's digests.
create function zone_known(zone text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
	perform now() at time zone zone;
	return zone;
exception when invalid_parameter_value then
	return 'UTC';
end
$$;

-- The threads of a group with posts of since <= xid < until, the most active first. last_post and
-- below are of digest_era.
create function digest_threads(list bigint, since xid8, until xid8, last_post bigint, below xid8)
returns table (thread_id bigint, rank bigint, authors integer, new_posts integer, opened boolean, posts bigint[], who bigint[])
language sql stable
as $$
	select x.thread_id, row_number() over (order by count(*) desc, sum(x.n) desc, max(x.last) desc), count(*)::integer,
		sum(x.n)::integer, bool_or(x.opened),
		(array(select unnest(string_to_array(string_agg(x.ids, ','), ',')::bigint[]) order by 1))[1:200],
		(array_agg(x.first order by x.n desc, x.first))[1:50]
	from (
		select p.thread_id, count(*) as n, min(p.id) as first, max(p.id) as last, bool_or(p.number = 1) as opened,
			string_agg(p.id::text, ',') as ids
		from public.post p join public.thread t on t.id = p.thread_id
		where p.list_id = list and p.xid >= since and p.xid < until and p.source <> 'import'
			and (p.id > last_post or p.xid < below) and p.state = 'shown' and t.state <> 'hidden'
		group by p.thread_id, coalesce(p.account_id::text, p.author_addr)
	) x group by x.thread_id
$$;

-- What a digest of that account (of all groups where list is 0) covers, up to horizon upto. Spans begin
-- and end at horizons of digest_run, at most an hour earlier or later than asked for, so that people share them.
-- active: it can be sent; whole: not only threads that they follow in digests.
create function digest_covered(account bigint, list bigint, horizon xid8, upto xid8, at timestamptz)
returns table (subscription bigint, list_id bigint, role text, since xid8, until xid8, active boolean, whole boolean)
language sql stable
as $$
	select s.id, s.list_id, s.role,
		coalesce((select r.horizon from public.digest_run r where r.horizon <= v.since order by r.horizon desc limit 1), v.since),
		least(upto, (select r.horizon from public.digest_run r where r.horizon >= v.until order by r.horizon limit 1)),
		ad.suspended_at is null and not coalesce(s.pause_until > at and coalesce(s.pause_from <= at, true), false),
		v.whole
	from public.subscription s join public.address ad on ad.id = s.address_id
	left join public.digest_choice c on c.account_id = s.account_id
	cross join lateral (select x.own or coalesce(c.anyway and s.delivery = 'each', false) as whole,
		case when x.own then coalesce(s.digest_from, horizon) else horizon end as since,
		case when not coalesce(c.anyway and s.delivery = 'each', false) then s.digest_until end as until
		from (select s.delivery = 'digest' or s.digest_until is not null as own) x) v
	where s.account_id = account and (list = 0 or s.list_id = list)
		and (v.whole or exists (select from public.thread_follow f join public.thread t on t.id = f.thread_id
			where f.account_id = s.account_id and f.mode = 'digest' and t.list_id = s.list_id))
$$;

-- subscription.digest_from and digest_until where delivery changes: what begins to come in digests does from
-- here on; who gets each post from now on has one more digest of what came before.
create function digest_begins(was text, becomes text, digest_from xid8, digest_until xid8) returns xid8
language sql volatile
as $$
	select case when becomes = 'digest' and was <> 'digest' and digest_until is null then pg_snapshot_xmin(pg_current_snapshot()) else digest_from end
$$;
create function digest_ends(was text, becomes text, digest_until xid8) returns xid8
language sql volatile
as $$
	select case when becomes <> 'each' then null when was = 'digest' then pg_snapshot_xmin(pg_current_snapshot()) else digest_until end
$$;

-- Transaction numbers begin anew in another cluster: after a dump and restore, horizons may lie ahead of all
-- that will be written for years. Then horizons and the posts that some digest has still to cover get numbers
-- from just below the present one, in the order they had; what was covered by all is out of it for good
-- (digest_era). A post is of the new count, and so not covered, where it came after the horizon was taken.
-- True: it was so.
create function digest_rebase() returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	here constant bigint := (select system_identifier from pg_control_system());
	top numeric;
	base numeric;
	k bigint;
	old bigint;
begin
	if exists (select from public.digest_era where cluster = here)
			and not exists (select from public.digest_run where horizon > pg_snapshot_xmax(pg_current_snapshot())) then
		return false;
	end if;
	lock table public.post in share row exclusive mode;
	lock table public.subscription, public.digest_schedule, public.digest_run in share row exclusive mode;
	-- every beginning is one of digest_run, or the one before it; who joined since the restore has one by time
	update public.digest_schedule d set horizon = coalesce(
		(select r.horizon from public.digest_run r where r.horizon <= d.horizon order by r.horizon desc limit 1),
		(select r.horizon from public.digest_run r where r.at <= d.ended_at order by r.at desc limit 1), '3');
	update public.subscription s set
		digest_from = case when s.digest_from is not null then coalesce(
			(select r.horizon from public.digest_run r where r.horizon <= s.digest_from order by r.horizon desc limit 1),
			(select r.horizon from public.digest_run r where r.at <= s.joined_at order by r.at desc limit 1), '3') end,
		digest_until = null;
	create temp table label on commit drop as
		select h as horizon, row_number() over (order by h) as n,
			coalesce((select max(r.at) from public.digest_run r where r.horizon = h), '-infinity') as at
		from (select horizon from public.digest_schedule union select digest_from from public.subscription where digest_from is not null
			union (select horizon from public.digest_run order by horizon desc limit 1)) x (h);
	select count(*) into k from label;
	top := pg_current_xact_id()::text::numeric;
	base := greatest(top - k - 1000, 3); -- what is being written now has numbers above
	-- what all digests have covered, where its number would say otherwise; what is ahead stays there
	select coalesce(max(p.id), 0) into old from public.post p where p.xid >= pg_snapshot_xmax(pg_current_snapshot());
	update public.post p set xid = '3' from public.digest_era e where p.source <> 'import'
		and p.xid >= base::text::xid8 and p.xid < top::text::xid8 and ((p.id <= e.last_post and p.xid >= e.xid)
			or exists (select from label l where l.n = 1 and p.xid < l.horizon and p.received_at <= l.at));
	update public.post p set xid = (least(base + x.n, top - 1))::text::xid8 from (
		select q.id, coalesce((select min(l.n) from label l where q.xid < l.horizon and q.received_at <= l.at), k + 1) - 1 as n
		from public.post q cross join public.digest_era e
		where q.source <> 'import' and (q.id > e.last_post or q.xid < e.xid)
			and q.received_at > (select coalesce(min(l.at), '-infinity') from label l) - interval '1 day'
	) x where x.id = p.id and x.n > 0;
	update public.digest_schedule d set horizon = least(base + l.n, top - 1)::text::xid8 from label l where l.horizon = d.horizon;
	update public.subscription s set digest_from = least(base + l.n, top - 1)::text::xid8 from label l where l.horizon = s.digest_from;
	delete from public.digest_run r where not exists (select from label l where l.horizon = r.horizon);
	update public.digest_run r set horizon = least(base + l.n, top - 1)::text::xid8 from label l where l.horizon = r.horizon;
	delete from public.digest_span;
	update public.digest_block set since = id::text::xid8, until = '1';
	update public.digest_era set cluster = here, last_post = greatest(last_post, old), xid = top::text::xid8;
	return true;
end
$$;
revoke execute on function digest_rebase() from public;

-- Forgetting a person ---------------------------------------------------------

-- A name as it may be written: accents or none, across a line of a quotation,
-- the family name first. Null where it is one word: that is anybody's.
create function name_pattern(name text) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
	gap constant text := '(?:[\s>|_-]|&gt;|<br ?/?>)+';
	w text[] := regexp_split_to_array(btrim(public.search_fold('en', lower(name))), '\s+');
	p text[];
	c text[];
begin
	if cardinality(w) < 2 or cardinality(w) > 8 or strpos(name, '@') > 0 then
		return null;
	end if;
	for i in 1 .. cardinality(w) loop
		w[i] := regexp_replace(w[i], '([^[:alnum:]])', '\\\1', 'g');
		foreach c slice 1 in array array[['a', '[aáàâäã]'], ['e', '[eéèêë]'], ['i', '[iíìîï]'], ['o', '[oóòôöõ]'],
				['u', '[uúùûü]'], ['n', '[nñ]'], ['c', '[cç]'], ['\''', '(?:''|’|&#39;|&apos;)']] loop
			w[i] := replace(w[i], c[1], c[2]);
		end loop;
	end loop;
	p := array[array_to_string(w, gap)];
	for i in 1 .. cardinality(w) - 1 loop
		p := p || (array_to_string(w[i + 1:], gap) || ',(?:' || gap || ')?' || array_to_string(w[:i], gap));
	end loop;
	return '\m(?:' || array_to_string(p, '|') || ')\M';
end
$$;

-- Folds are bytes of the body: where each of them is once the body is rewritten.
create function folds_shift(body text, folds integer[], names text, addrs text, who text, addr text) returns integer[]
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
	raw constant bytea := convert_to(body, 'UTF8');
	at integer := 0;
begin
	for i in 1 .. cardinality(folds) loop
		continue when i % 3 = 0; -- its kind
		at := greatest(at, octet_length(regexp_replace(regexp_replace(
			convert_from(substring(raw from 1 for folds[i]), 'UTF8'), addrs, addr, 'gi'), names, who, 'gi')));
		folds[i] := at;
	end loop;
	-- a name that stood across the edge of a fold
	at := octet_length(regexp_replace(regexp_replace(body, addrs, addr, 'gi'), names, who, 'gi'));
	for i in 1 .. cardinality(folds) loop
		if i % 3 <> 0 then
			folds[i] := least(folds[i], at);
		end if;
	end loop;
	return folds;
end
$$;

-- The search entry of a body and its folds: what is outside of them, and quotations.
create function search_of(lang text, subject text, body text, folds integer[]) returns tsvector
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
	raw constant bytea := convert_to(body, 'UTF8');
	own text := '';
	quoted text := '';
	at integer := 0;
begin
	for i in 0 .. cardinality(folds) / 3 - 1 loop
		own := own || convert_from(substring(raw from at + 1 for folds[i * 3 + 1] - at), 'UTF8');
		if folds[i * 3 + 3] in (0, 3) then -- FOLD_KIND_QUOTE, FOLD_KIND_FORWARD
			quoted := quoted || convert_from(substring(raw from folds[i * 3 + 1] + 1
				for folds[i * 3 + 2] - folds[i * 3 + 1]), 'UTF8');
		end if;
		at := folds[i * 3 + 2];
	end loop;
	own := left(own || convert_from(substring(raw from at + 1), 'UTF8'), 200000);
	return public.search_vector(lang, subject, own, left(quoted, 60000));
end
$$;

-- A person is forgotten in steps, each a transaction of some 200 ms, so that nobody who writes
-- waits for it: account_erase takes away at once what only they could use, account_erase_step
-- goes through what remains. Afterwards they are "participant-N" wherever a name stands, which
-- pages and mails say in the reader's language, and the same in the language of the text
-- within a text. Every text of every table is looked at, also of tables that come after this
-- was written, except what names no person of itself (erase_next) and Message-IDs, by which
-- threads hang together. See server/core/erase.h.
create table erasure ( -- who is being forgotten; the row goes with the last of them
	account_id bigint primary key references account,
	n bigint not null,
	mine text[] not null, -- addresses of theirs, former ones too
	asked text[] not null, -- those that were only asked for, and may be anybody's
	called text[] not null, -- names under which they wrote
	addrs text not null, -- patterns: of the addresses,
	names text not null default '\m\M', -- of the names (an empty word: never)
	phase text not null default 'names' check (phase in ('names', 'own', 'posts', 'tables', 'ends')),
	tab text not null default '', -- the table that it is at,
	at bigint not null default 0, -- and the id of a post, or the block
	changed boolean not null default false, -- this pass through the table found something
	began_at timestamptz not null default now()
);

create function erased_word(lang text, n bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return case lang when 'en' then 'Participant ' when 'fr' then 'Participant ' when 'it' then 'Partecipante ' else 'Participante ' end || n;

create function erased_addr(n bigint) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return 'participant-' || n || '@removed.invalid';

create function erased_text(t text, e erasure, word text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return regexp_replace(regexp_replace(t, e.addrs, public.erased_addr(e.n), 'gi'), e.names, word, 'gi');

-- The first step; the name they have from now on. Null, and tried again a day later: they are
-- the only owner of a group.
create function account_erase(person bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	who text;
	new_addr text;
	number bigint;
	asked text[];
	mine text[];
	called text;
	addrs text;
begin
	select name into called from public.account where id = person and erased_at is null for update;
	if not found then
		return null;
	end if;
	if exists (select from public.erasure where account_id = person) then
		return called;
	end if;
	perform 1 from public.list where id in (select list_id from public.subscription where account_id = person)
		order by id for no key update;
	if exists (select from public.subscription s where s.account_id = person and s.role = 'owner'
			and not exists (select from public.subscription o join public.account a on a.id = o.account_id
				where o.list_id = s.list_id and o.account_id <> person and o.role = 'owner' and a.closed_at is null)) then
		update public.account set closing_at = now() + interval '1 day' where id = person;
		return null;
	end if;
	number := nextval('public.participant_seq');
	who := 'participant-' || number;
	new_addr := public.erased_addr(number);
	select array_agg(addr) into mine from public.address where account_id = person;
	-- former ones too, unless they are somebody else's by now
	mine := coalesce(mine, '{}') || coalesce((select array_agg(distinct x) from (
			select author_addr from public.post where account_id = person
			union select unnest(array[d.before, d.after]) from public.audit a join public.audit_detail d on d.audit_id = a.id
				where a.subject_id = person and a.act in ('address.add', 'address.primary', 'address.remove')) f (x)
		where strpos(x, '@') > 1 and not exists (select from public.address o where o.addr = x and o.account_id <> person)), '{}');
	-- those that were only asked for may be anybody's: where mail of ours went is forgotten, and nothing else
	select array_agg(x) into asked from (
		select k.data from public.token k where k.account_id = person and k.purpose = 'address'
		union select d.after from public.audit a join public.audit_detail d on d.audit_id = a.id
			where a.subject_id = person and a.act = 'address.ask') f (x);
	mine := coalesce(nullif(mine, '{}'), array[new_addr]);
	-- in a page an address stands in a slot: 0x01, A or a, the address, 0x02
	select '(?:(?<![[:alnum:]._+-])|(?<=\x01[Aa]))(?:' || string_agg(regexp_replace(x, '([^[:alnum:]])', '\\\1', 'g'), '|') || ')(?![[:alnum:].-]*[[:alnum:]])'
		into addrs from unnest(mine) x;
	insert into public.erasure (account_id, n, mine, asked, called, addrs)
		values (person, number, mine, coalesce(asked, '{}'), array[called], addrs);

	-- what only they could use or see
	delete from public.outbound where notice_id in (select id from public.notice where account_id = person or addr = any (mine));
	delete from public.notice where account_id = person or addr = any (mine);
	delete from public.session where account_id = person;
	delete from public.token where account_id = person or data ~* addrs;
	delete from public.read_mark where account_id = person;
	delete from public.draft where account_id = person;
	delete from public.thread_follow where account_id = person;
	delete from public.outbound where digest_id in (select id from public.digest_issue where account_id = person);
	delete from public.digest_issue where account_id = person;
	delete from public.digest_schedule where account_id = person;
	delete from public.digest_choice where account_id = person;
	with s as (delete from public.subscription where account_id = person returning list_id)
	update public.list set member_count = member_count - 1, version = version + 1 from s where list.id = s.list_id;
	delete from public.bounce_event where address_id in (select id from public.address where account_id = person);
	delete from public.address where account_id = person;
	update public.join_request set decided_at = now(), decision = 'decline' where addr = any (mine) and decided_at is null;
	update public.invitation set ended_at = now(), outcome = 'withdraw' where addr = any (mine) and ended_at is null;
	-- what waits of theirs is withdrawn; what was refused is forgotten
	update public.hold set decided_at = coalesce(decided_at, now()), decision = coalesce(decision, 'discard'),
		done_at = coalesce(done_at, now()), subject = '', body = '', folds = '{}', files = '{}', file_sizes = '{}', trace = '', why = '',
		author_name = who, author_addr = new_addr, envelope_from = ''
		where (account_id = person or author_addr = any (mine)) and post_id is null;
	delete from public.raw_message m using public.hold h
		where (h.account_id = person or h.author_addr = new_addr) and m.id = h.raw_id
		and not exists (select from public.post p where p.raw_id = m.id);
	update public.account set name = who, password_hash = null, second_step = null, organisation_id = null, country_code = null, is_admin = false,
		hide_address = true, closing_at = null, closed_at = coalesce(closed_at, now()) where id = person;
	return who;
end
$$;
revoke execute on function account_erase(bigint) from public;

-- Of these posts: those that the person wrote, and what others say of them. The groups that show it.
create function erase_posts(e erasure, ids bigint[]) returns bigint[]
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
	who constant text := 'participant-' || e.n;
	new_addr constant text := public.erased_addr(e.n);
	pattern constant text := e.addrs || '|' || e.names;
	hits bigint[];
	own bigint[];
	threads bigint[];
	lists bigint[];
	t record;
begin
	select array_agg(p.id), array_agg(p.id) filter (where (p.account_id = e.account_id or p.author_addr = any (e.mine)) and p.author_addr <> new_addr),
			array_agg(distinct p.thread_id), array_agg(distinct p.list_id)
		into hits, own, threads, lists from public.post p
		where p.id = any (ids) and ((p.account_id = e.account_id or p.author_addr = any (e.mine)) and p.author_addr <> new_addr or p.body ~* pattern or p.html ~* pattern
			or p.subject ~* pattern or p.author_name ~* e.names or array_to_string(p.addressed, E'\n') ~* e.addrs);
	if hits is null then
		return '{}';
	end if;
	perform 1 from public.thread where id = any (threads) order by id for no key update;
	with x as materialized (
		select p.id, case when p.id = any (own) then who else regexp_replace(p.author_name, e.names, who, 'gi') end as author_name,
			public.folds_shift(p.body, p.folds, e.names, e.addrs, w, new_addr) as folds, public.erased_text(p.subject, e, w) as subject,
			public.erased_text(p.body, e, w) as body, public.erased_text(p.html, e, w) as html,
			array(select regexp_replace(a, e.addrs, new_addr, 'gi') from unnest(p.addressed) with ordinality u (a, n) order by n) as addressed
		from public.post p, public.erased_word(p.lang, e.n) w where p.id = any (hits)
	)
	update public.post p set author_name = x.author_name, author_addr = case when p.id = any (own) then new_addr else p.author_addr end,
		raw_hidden = true, addressed = x.addressed, folds = x.folds, subject = x.subject, body = x.body, html = x.html,
		packed = case when x.html = p.html then p.packed end,
		search = case when x.body = p.body and x.subject = p.subject then p.search else public.search_of(p.lang, x.subject, x.body, x.folds) end
		from x where p.id = x.id;
	-- bytes that nothing needs any more; attachments are ranges of theirs, and stay
	with was as materialized (
		select p.id, p.raw_id from public.post p where p.id = any (own) and p.attachment_count = 0 and p.raw_id is not null
			and not exists (select from public.outbound o where o.post_id = p.id)
	), p as (
		update public.post set raw_id = null from was where post.id = was.id
	)
	delete from public.raw_message m using was where m.id = was.raw_id;
	for t in select thread_id, sum(posts) as posts, min(addr) as keep from public.thread_participant where own is not null
			and thread_id = any (threads) and (addr = any (e.mine) or account_id = e.account_id) and addr <> new_addr
			group by thread_id order by thread_id loop
		delete from public.thread_participant where thread_id = t.thread_id and (addr = any (e.mine) or account_id = e.account_id)
			and addr <> t.keep and addr <> new_addr;
		update public.thread_participant set addr = new_addr, name = who, posts = t.posts, account_id = e.account_id
			where thread_id = t.thread_id and addr = t.keep;
		update public.thread set participants = array(select name from (select (array_agg(author_name order by id))[1] as name, min(id) as since
				from public.post where thread_id = t.thread_id and state <> 'hidden' group by author_addr order by since limit 3) f)
			where id = t.thread_id;
	end loop;
	update public.thread set version = version + 1 where id = any (threads);
	return lists;
end
$$;

-- The table after this one in which anything may name a person.
create function erase_next(before text) returns text
language sql stable set search_path = pg_catalog, pg_temp
return (select min(c.relname::text) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname::text > before
	and c.relname not in ('schema_version', 'setting', 'organisation', 'country', 'list', 'list_former_address', 'ban',
		'acceptance_rule', 'template', 'mailbox', 'account', 'address', 'audit', 'post', 'erasure')
	and exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and a.atttypid in ('text'::regtype, 'text[]'::regtype)));

-- Its blocks from .. to - 1; whether anything was found.
create function erase_blocks(e erasure, from_ bigint, to_ bigint) returns boolean
language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
	low constant tid := format('(%s,0)', from_)::tid;
	high constant tid := format('(%s,0)', to_)::tid;
	sets text;
	hits text;
	word text;
	n bigint := 0;
begin
	if e.tab = 'audit_detail' then -- the acts stay and their seal holds; what they said of a person goes
		delete from public.audit_detail d using public.audit a where d.ctid >= low and d.ctid < high and a.id = d.audit_id
			and (a.subject_id = e.account_id or concat_ws(' ', d.before, d.after, d.why) ~* (e.addrs || '|' || e.names));
		return found;
	elsif e.tab = 'intake' then
		with was as materialized (
			select i.id, i.raw_id from public.intake i where i.ctid >= low and i.ctid < high and i.account_id = e.account_id and i.raw_id is not null
		), i as (
			update public.intake set raw_id = null from was where intake.id = was.id
		)
		delete from public.raw_message m using was where m.id = was.raw_id and not exists (select from public.post p where p.raw_id = m.id);
	elsif e.tab like 'delivery%' and e.tab <> 'delivery_total' then
		execute format('update public.%I set addr = $1 where ctid >= $2 and ctid < $3 and addr = any ($4)
			and notice_kind in (''address-confirm'', ''address-taken'')', e.tab) using public.erased_addr(e.n), low, high, e.asked;
	end if;
	-- within a text in its language; a name, or what has none, neutrally
	word := case e.tab when 'post_revision' then '(select public.erased_word(p.lang, $1.n) from public.post p where p.id = t.post_id)'
		when 'thread' then '(select public.erased_word(l.lang, $1.n) from public.list l where l.id = t.list_id)'
		else '(''participant-'' || $1.n)' end;
	select string_agg(case when a.atttypid = 'text[]'::regtype
			then format('%1$I = array(select public.erased_text(x, $1, ''participant-'' || $1.n) from unnest(%1$I) with ordinality u (x, n) order by n)', a.attname)
			else format('%1$I = public.erased_text(%1$I, $1, %2$s)', a.attname, word) end, ', '),
		string_agg(case when a.atttypid = 'text[]'::regtype then format('array_to_string(%I, chr(10))', a.attname)
			else quote_ident(a.attname) end || ' ~* $4', ' or ')
		into sets, hits
		from pg_attribute a where a.attrelid = format('public.%I', e.tab)::regclass and a.attnum > 0 and not a.attisdropped
		and a.atttypid in ('text'::regtype, 'text[]'::regtype) and a.attgenerated = '' and a.attname not in ('msgid', 'refs', 'in_reply_to');
	if sets is null then
		return false;
	elsif e.tab = 'post_revision' then
		sets := sets || format(', folds = public.folds_shift(body, folds, $1.names, $1.addrs, %s, public.erased_addr($1.n))', word);
	elsif e.tab = 'thread' then
		sets := sets || ', version = version + 1';
	end if;
	execute format('update public.%I t set %s where ctid >= $2 and ctid < $3 and (%s)', e.tab, sets, hits)
		using e, low, high, e.addrs || '|' || e.names;
	get diagnostics n = row_count;
	return n > 0;
end
$$;

-- Some 200 ms more of it; whether anything is left. A table is gone through until nothing is
-- found in it, because a row that somebody changes meanwhile goes to another block.
create function account_erase_step(person bigint, for_about interval default interval '200 ms') returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	began constant timestamptz := clock_timestamp();
	e public.erasure;
	ids bigint[];
	lists bigint[] := '{}';
	size bigint;
begin
	select * into e from public.erasure where account_id = person for update;
	if not found then
		return false;
	end if;
	while clock_timestamp() < began + for_about loop
		if e.phase = 'names' then
			select array_agg(id) into ids from (select id from public.post where id > e.at order by id limit 500) p;
			e.called := array(select unnest(e.called) union select author_name from public.post
				where id = any (ids) and (account_id = person or author_addr = any (e.mine)));
		elsif e.phase = 'own' then
			select array_agg(id) into ids from (select id from public.post where account_id = person and id > e.at order by id limit 20) p;
			lists := lists || public.erase_posts(e, ids);
		elsif e.phase = 'posts' then
			select array_agg(id) into ids from (select id from public.post where id > e.at order by id limit 50) p;
			lists := lists || public.erase_posts(e, ids);
		elsif e.phase = 'tables' then
			size := pg_relation_size(format('public.%I', e.tab)::regclass) / current_setting('block_size')::bigint;
			if e.at < size then
				e.changed := public.erase_blocks(e, e.at, e.at + 4) or e.changed;
				e.at := e.at + 4;
			elsif e.changed and e.tab not like 'delivery%' then -- nobody changes a row there
				e.changed := false;
				e.at := 0;
			else
				e.changed := false;
				e.at := 0;
				e.tab := public.erase_next(e.tab);
			end if;
		else
			exit;
		end if;
		if e.phase in ('names', 'own', 'posts') and ids is not null then
			e.at := (select max(x) from unnest(ids) x);
		elsif e.phase <> 'tables' or e.tab is null then
			if e.phase = 'names' then
				e.names := coalesce((select string_agg(distinct p, '|') from (select public.name_pattern(x) as p from unnest(e.called) x) y), e.names);
			end if;
			e.phase := case e.phase when 'names' then 'own' when 'own' then 'posts' when 'posts' then 'tables' else 'ends' end;
			e.at := 0;
			e.tab := case e.phase when 'tables' then public.erase_next('') else '' end;
		end if;
	end loop;
	if e.phase = 'ends' then
		update public.account set erased_at = now() where id = person;
		delete from public.erasure where account_id = person;
	else
		update public.erasure set called = e.called, names = e.names, phase = e.phase, tab = e.tab, at = e.at, changed = e.changed
			where account_id = person;
	end if;
	-- the shared rows, last of all
	perform 1 from public.list where id = any (lists) order by id for no key update;
	update public.list set version = version + 1 where id = any (lists);
	return e.phase <> 'ends';
end
$$;
revoke execute on function account_erase_step(bigint, interval) from public;

-- The ledger's weeks ----------------------------------------------------------

-- What cabildod may not do itself it has done here, by the owner, and nothing
-- else: no argument, no table but the ledger's. Each waits 2 s for a lock at
-- most, because whoever waits for a table holds up all who come later.

-- Rows that leave: summed per post, failures kept.
create function delivery_leave(part regclass, before timestamptz) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp set lock_timeout = '2s'
as $$
declare n bigint;
begin
	execute format($q$
		with gone as (
			delete from %s where settled_at < $1 returning *
		), kept as (
			insert into public.delivery_failure select * from gone where outcome in ('failed', 'expired')
		), sums as (
			insert into public.delivery_total as t (post_id, sent, failed, expired, skipped)
			select post_id, count(*) filter (where outcome = 'sent'), count(*) filter (where outcome = 'failed'),
				count(*) filter (where outcome = 'expired'), count(*) filter (where outcome = 'skipped')
			from gone where post_id is not null group by post_id
			on conflict (post_id) do update set sent = t.sent + excluded.sent, failed = t.failed + excluded.failed,
				expired = t.expired + excluded.expired, skipped = t.skipped + excluded.skipped
		)
		select count(*) from gone$q$, part) into n using before;
	return n;
end
$$;

-- Makes this week's and the next four partitions, and those of rows that came
-- into the default one before their week was there; takes out weeks that
-- ended 90 days ago. How many rows moved or left, and weeks made or dropped.
create function delivery_keep() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s'
as $$
declare
	old constant timestamptz := now() - interval '90 days';
	w timestamp;
	part text;
	n bigint;
	done bigint := 0;
begin
	done := public.delivery_leave('public.delivery_rest', old);
	for w in
		select date_trunc('week', now() at time zone 'UTC') + g * interval '1 week' from generate_series(0, 4) g
		union
		select distinct date_trunc('week', settled_at at time zone 'UTC') from public.delivery_rest
		order by 1
	loop
		part := to_char(w, '"delivery_"IYYY"w"IW');
		continue when to_regclass('public.' || part) is not null;
		-- filled before it is attached: the default partition may hold no row of its week
		lock table public.delivery_rest in access exclusive mode;
		execute format('create table public.%I (like public.delivery including all)', part);
		execute format('with r as (delete from public.delivery_rest where settled_at >= $1 and settled_at < $2 returning *)
			insert into public.%I select * from r', part)
			using w at time zone 'UTC', (w + interval '1 week') at time zone 'UTC';
		get diagnostics n = row_count;
		execute format('alter table public.delivery attach partition public.%I for values from (%L) to (%L)',
			part, w at time zone 'UTC', (w + interval '1 week') at time zone 'UTC');
		done := done + n + 1;
	end loop;
	for part in
		select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
		where i.inhparent = 'public.delivery'::regclass and c.relname ~ '^delivery_[0-9]{4}w[0-9]{2}$'
			and (to_date(right(c.relname, 7), 'IYYY"w"IW') + 7)::timestamp at time zone 'UTC' <= old
	loop
		done := done + public.delivery_leave(('public.' || part)::regclass, 'infinity') + 1;
		execute format('drop table public.%I', part);
	end loop;
	return done;
end
$$;
revoke execute on function delivery_leave(regclass, timestamptz), delivery_keep() from public;

-- The one way in which the web changes a group: its role holds no right on those
-- columns, and what is no setting is refused here. The columns' checks bound the values.
create function list_put(list bigint, changes jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
	sets text;
	n bigint;
begin
	if changes ?| array['id', 'name', 'mail_domain', 'list_id', 'closed_at', 'next_thread', 'thread_count', 'post_count',
		'member_count', 'last_post_at', 'version', 'created_at'] then
		raise insufficient_privilege using message = 'this column of list is no setting';
	end if;
	select string_agg(format('%I = v.%I', k, k), ', ') into sets from jsonb_object_keys(changes) k;
	execute 'update public.list l set version = l.version + 1, ' || sets ||
		' from jsonb_populate_record(null::public.list, $2) v where l.id = $1' using list, changes;
	get diagnostics n = row_count;
	return n;
end
$$;
revoke execute on function list_put(bigint, jsonb) from public;

insert into country (code, name) values
	('BZ', 'Belize'), ('CR', 'Costa Rica'), ('DO', 'Dominican Republic'), ('GT', 'Guatemala'),
	('HN', 'Honduras'), ('NI', 'Nicaragua'), ('PA', 'Panama'), ('SV', 'El Salvador');

-- Grants ---------------------------------------------------------------------

grant select on schema_version, setting to
	"cabildo-receive", "cabildo-milter", "cabildo-deliver", "cabildo-fetch", "cabildo-web", "cabildo-sched";

-- tests/db/statements.c holds these against the catalogue, both ways: enough
-- for each statement, and none that no statement needs. Where a row holds a
-- secret, columns are named.

grant select (id, name, locale, is_admin, closed_at) on account to "cabildo-receive";
grant select, insert, update on notice_sent to "cabildo-receive", "cabildo-deliver", "cabildo-web", "cabildo-sched";
grant select on address, list, list_former_address, subscription, thread_follow, ban, acceptance_rule to "cabildo-receive";
grant select, insert on message_seen, hold, raw_message, audit to "cabildo-receive";
grant select on post to "cabildo-receive";
grant insert on audit_open to "cabildo-receive", "cabildo-web", "cabildo-sched";
grant insert on account, address, subscription, thread_follow, token, join_request to "cabildo-receive";
grant select on token to "cabildo-receive";
grant select (id, decided_at, list_id, addr, name, locale, source), update (decided_at, decision, decided_by) on join_request to "cabildo-receive";
grant select (time_zone) on account to "cabildo-receive";
grant update (delivery, pause_from, pause_until, moderation) on subscription to "cabildo-receive";
grant insert (list_id, addr, reason) on ban to "cabildo-receive";
grant insert (list_id, field, pattern, action), update (removed_at, version) on acceptance_rule to "cabildo-receive";
grant usage on sequence rule_version_seq to "cabildo-receive";
grant update (used_at) on token to "cabildo-receive";
grant update (mode) on thread_follow to "cabildo-receive";
grant update (member_count) on list to "cabildo-receive";
grant delete on subscription, thread_follow to "cabildo-receive";
grant insert on thread_act, thread_act_post to "cabildo-receive";
grant select on thread_act_post, thread_act to "cabildo-receive";
grant update (state) on post to "cabildo-receive";
grant delete on thread_participant to "cabildo-receive";
grant select (post_id) on outbound to "cabildo-web";
grant select (post_id, outcome) on delivery to "cabildo-web";
grant insert on outbound, intake, raw_chunk, attachment, post_redirect, audit_detail, bounce_event, notice to "cabildo-receive";
grant select (event_key) on bounce_event to "cabildo-receive", "cabildo-deliver";
grant select (id) on notice to "cabildo-receive";
grant select, update on thread, thread_ref to "cabildo-receive";
grant select, insert, update on thread_participant to "cabildo-receive";
grant select, delete on ref_wait to "cabildo-receive";
grant update (thread_id, number, parent_id, parent_rank) on post to "cabildo-receive";
grant update (next_thread, thread_count, post_count, last_post_at, version) on list to "cabildo-receive";
grant update (fate, post_id, hold_id) on message_seen to "cabildo-receive";
grant update (version, decided_at, decided_by, decided_door, decision, policy, why, effective_at, reason, tries, try_after, done_at, post_id, confirmed_at) on hold to "cabildo-receive";
grant update (keep) on raw_message to "cabildo-receive";
grant update (moderated) on post to "cabildo-receive";
grant select on raw_chunk to "cabildo-receive";
grant select (post_id, hash, inline, size) on attachment to "cabildo-receive";
grant usage on sequence post_id_seq to "cabildo-receive";

grant select, update (outcome, outcome_at) on hold_notice to "cabildo-receive", "cabildo-web", "cabildo-sched";
grant insert on hold_notice to "cabildo-receive", "cabildo-web";
grant insert on hold_token to "cabildo-receive", "cabildo-web", "cabildo-sched";
grant select on hold_token to "cabildo-receive";

grant select on list to "cabildo-milter";
grant select (list_id, name, mail_domain) on list_former_address to "cabildo-milter";
grant select (list_id, addr) on ban to "cabildo-milter";
grant select (id, list_id, field, pattern, action, sentence, place, active, removed_at) on acceptance_rule to "cabildo-milter";

grant select (id, name, locale, time_zone, closed_at, hide_address) on account to "cabildo-deliver";
grant select on list, subscription, thread, thread_follow, post, raw_chunk, notice, address to "cabildo-deliver";
grant select, update, delete on outbound to "cabildo-deliver";
grant update (digest_from) on subscription to "cabildo-deliver";
grant insert on delivery, bounce_event to "cabildo-deliver";
grant select (post_id, n, name, size, folded, inner_offset) on attachment to "cabildo-deliver";
grant insert on notice, outbound to "cabildo-deliver";
grant delete on notice to "cabildo-deliver";

grant select on account, address, organisation, country, list, list_former_address, subscription,
	thread_follow, ban, thread, post, post_redirect, thread_ref, ref_wait, attachment, raw_message,
	raw_chunk, hold, message_seen, thread_participant, session, token, read_mark, notice to "cabildo-web";
grant select on audit to "cabildo-web";
grant select (audit_id, salt, before, after, why) on audit_detail to "cabildo-web";
grant select (n, audit_id) on audit_seal to "cabildo-web";
grant insert on audit, audit_detail, notice, outbound, raw_message, raw_chunk, attachment,
	message_seen, thread, thread_ref, session, token, read_mark, hold,
	thread_follow, intake, post_redirect, thread_participant to "cabildo-web";
grant select, insert, update, delete on signin_failure to "cabildo-web";
grant update on thread_participant, thread, token, read_mark, thread_follow, thread_ref to "cabildo-web";
grant update (list_id, thread_id, number, parent_id, parent_rank, placed, state, body, folds, html, packed, search,
	edited_at, edited_by, deleted_at, deleted_by) on post to "cabildo-web";
grant select, insert on post_revision to "cabildo-web";
grant select, insert on thread_act, thread_act_post, thread_act_ref, thread_act_tag_of to "cabildo-web";
grant select, insert, delete on thread_tag to "cabildo-web";
grant update (behind, follows, undone_at, undone_by) on thread_act to "cabildo-web";
grant update (to_thread_id, to_number) on thread_act_post to "cabildo-web";
grant update (post_id) on post_redirect to "cabildo-web";
grant update (list_id) on ref_wait to "cabildo-web";
grant delete on post_redirect, thread_ref, thread_participant to "cabildo-web";
grant insert on account, address, subscription, join_request to "cabildo-web";
grant select (id, decided_at, list_id, addr) on join_request to "cabildo-web";
grant update (delivery, own_copy, copy_when_addressed, attachments, receipt, pause_from, pause_until, role, address_id, away_from, away_until) on subscription to "cabildo-web";
grant delete on address, bounce_event to "cabildo-web";
grant update (roster) on list to "cabildo-web";
grant insert on organisation to "cabildo-web";
grant update (is_primary) on address to "cabildo-web";
grant update (account_id) on hold to "cabildo-web", "cabildo-receive";
grant update (member_count) on list to "cabildo-web";
grant delete on subscription to "cabildo-web";
grant update (locale, theme, password_hash, hide_address, time_zone, second_step, second_last) on account to "cabildo-web";
grant select on bounce_event to "cabildo-web";
grant update (verified_at, suspended_at, bounce_score, bounce_at, probes, probe_at) on address to "cabildo-web";
grant update (next_thread, thread_count, post_count, last_post_at, version) on list to "cabildo-web";
grant update (fate, post_id, hold_id) on message_seen to "cabildo-web";
grant update (list_id, version, claimed_by, claimed_at, note, edit_subject, edit_body, edited_by, edited_at,
	decided_at, decided_by, decided_door, decision, policy, why, effective_at, confirmed_at) on hold to "cabildo-web";
grant select on acceptance_rule to "cabildo-web";
grant select on intake, delivery_total to "cabildo-web";
grant select (addr, code, answer, settled_at) on delivery to "cabildo-web";
grant select (post_id, addr, outcome, code, answer, settled_at) on delivery_failure to "cabildo-web";
grant delete on session, token, ref_wait, thread_follow to "cabildo-web";
grant usage on sequence post_id_seq to "cabildo-web";

grant select (id, list_id, kind, locale, title, body) on template to "cabildo-web", "cabildo-receive";
grant insert, delete, update (body, changed_at) on template to "cabildo-web";

grant execute on function list_put(bigint, jsonb) to "cabildo-web";
grant execute on function list_for_mail to "cabildo-receive", "cabildo-milter", "cabildo-web";
grant execute on function post_put to "cabildo-receive", "cabildo-web";
grant select on list_week, list_domain to "cabildo-web", "cabildo-sched";
grant insert, update (by_mail, by_web, threads, authors) on list_week to "cabildo-sched";
grant insert, update (sent, failed) on list_domain to "cabildo-sched";
grant select (list_id, account_id, author_addr, source, number, state, sent_at) on post to "cabildo-sched";
grant select (last_post_at) on list to "cabildo-sched";
grant select (list_id, addr, outcome, settled_at) on delivery to "cabildo-sched";
grant insert (name, mail_domain, list_id, title, description, lang, visibility, footer, identity) on list to "cabildo-web";
grant update (is_admin, closed_at) on account to "cabildo-web";
grant select, update (state, done_at, undone_at) on handover to "cabildo-web", "cabildo-sched";
grant insert on handover to "cabildo-web";
grant select on handover_move to "cabildo-web";
grant insert on handover_move to "cabildo-sched";
grant select (organisation_id) on account to "cabildo-sched";
grant select on organisation to "cabildo-sched";
grant select (list_id, decided_at, held_at) on hold to "cabildo-sched";
grant update (role) on subscription to "cabildo-sched";
grant update (version) on list to "cabildo-sched";
grant insert, update (place, active, version, removed_at) on acceptance_rule to "cabildo-web";
grant usage on sequence rule_version_seq to "cabildo-web";
grant insert, delete on ban to "cabildo-web";
grant select (id, list_id, addr, reason, until), delete on ban to "cabildo-sched";
grant insert, update on setting to "cabildo-web";

grant select on mailbox to "cabildo-fetch";
grant select (id, name, mail_domain) on list to "cabildo-fetch";
grant update (fetched, ok_at, failed_at, failure) on mailbox to "cabildo-fetch";

grant select on audit, audit_seal, raw_message to "cabildo-sched";
grant select (id, list_id, kind, raw_id, account_id, author_addr, msgid, held_at, version, level, claimed_at, decided_at, done_at),
	update (level, decision, decided_at, decided_by, decided_door, effective_at, version, held_at, claimed_at) on hold to "cabildo-sched";
grant select (author_name, subject, reason, decision, decided_by) on hold to "cabildo-sched";
grant update (told_at, msgid, made_at) on hold_notice to "cabildo-sched";
grant select (expires_at), delete on hold_token to "cabildo-sched";
grant select (mail_domain) on list to "cabildo-sched";
grant select (expires_at) on token, session to "cabildo-sched";
grant select (since), delete on signin_failure to "cabildo-sched";
grant select (id, name, locale, time_zone, is_admin, closed_at) on account to "cabildo-sched";
grant select on address to "cabildo-sched";
grant select (id, list_id, account_id, address_id, role, delivery, away_from, away_until) on subscription to "cabildo-sched";
grant select (id, kind, addr) on notice to "cabildo-sched";
grant select (notice_id) on outbound to "cabildo-sched";
grant select on bounce_event to "cabildo-sched";
grant select (id, name, title) on list to "cabildo-sched";
grant update (weight, scored_at) on bounce_event to "cabildo-sched";
grant update (bounce_score, bounce_at, suspended_at, probes, probe_at) on address to "cabildo-sched";
grant update (delivery) on subscription to "cabildo-sched";
grant insert on audit, audit_detail to "cabildo-sched";
grant insert on audit_seal, notice, outbound to "cabildo-sched";
grant select, delete on audit_open to "cabildo-sched";
grant delete on raw_message, token, session, notice_sent, attachment, post_revision to "cabildo-sched";
grant select (id, state, deleted_at, body, raw_id), update (body, html, packed, folds, raw_id, attachment_count) on post to "cabildo-sched";
grant select (post_id) on attachment, post_revision to "cabildo-sched";
grant execute on function delivery_keep() to "cabildo-sched";
grant execute on function account_erase(bigint), account_erase_step(bigint, interval) to "cabildo-sched";
grant select (account_id, began_at) on erasure to "cabildo-sched";
grant select (closing_at) on account to "cabildo-sched";
grant update (closing_at) on account to "cabildo-web";

grant select on invitation to "cabildo-web", "cabildo-receive", "cabildo-sched";
grant select (id, list_id, addr, ended_at), update (ended_at, outcome, failure) on invitation to "cabildo-deliver";
grant insert, update (sent_at, sends, reminded_at, expires_at, ended_at, outcome, never) on invitation to "cabildo-web";
grant update (ended_at, outcome, failure, never) on invitation to "cabildo-receive";
grant update (reminded_at, ended_at, outcome, sent_at, expires_at), delete on invitation to "cabildo-sched";
grant insert on token to "cabildo-sched";
grant select (join_policy, archived, closed_at, description) on list to "cabildo-sched";
grant select on digest_choice, digest_schedule, digest_run, digest_era, digest_span, digest_block, digest_issue to "cabildo-sched", "cabildo-web";
grant insert, update, delete on digest_schedule to "cabildo-sched", "cabildo-web";
grant insert on digest_run, digest_span, digest_block, digest_issue to "cabildo-sched", "cabildo-web";
grant update (made_at) on digest_block to "cabildo-sched", "cabildo-web";
grant delete on digest_run, digest_span, digest_block, digest_issue to "cabildo-sched";
grant update (digest_from, digest_until) on subscription to "cabildo-sched", "cabildo-web", "cabildo-receive";
grant select (digest_from, digest_until, pause_from, pause_until) on subscription to "cabildo-sched";
grant select (digest_every, digest_weekday, digest_hour) on list to "cabildo-sched";
grant select on thread_follow to "cabildo-sched";
grant select (id, list_id, state) on thread to "cabildo-sched";
grant select (thread_id, xid) on post to "cabildo-sched";
grant select on digest_issue, digest_block, digest_schedule, digest_choice to "cabildo-deliver", "cabildo-receive";
grant insert, update on digest_choice to "cabildo-web";
grant select (list_id, kind, held_at, decided_at) on hold to "cabildo-deliver";
grant execute on function digest_rebase() to "cabildo-sched";
grant update (keywords) on digest_block to "cabildo-sched", "cabildo-web";
grant select (folds, lang) on post to "cabildo-sched";
grant select (subject) on thread to "cabildo-sched";
grant select (asked_at, decision) on join_request to "cabildo-web";
grant update (moderator_notices) on subscription to "cabildo-web";
