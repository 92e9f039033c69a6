/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each page shows, ready to be drawn: numbers computed, dates written,
 * slots of the posts filled. Handlers (web/pages) fill these; templates only
 * say where things stand.
 */
#ifndef CABILDO_WEB_VIEWS_H
#define CABILDO_WEB_VIEWS_H

#include "server/text/html.h"
#include "server/text/view.h"

struct view_crumb {
	const char *url, *name;
};

/* The frame of every page; main is the page itself. */
struct view_shell {
	const char *lang, *theme;       /* theme: "" follows the system */
	const char *title, *site;
	const char *style;              /* URL of the sheet */
	const char *feed;               /* URL of an Atom feed, or "" */
	int here;                       /* 1 home, 2 search, 3 me, 4 sign-in, 5 moderation */
	const char *person;             /* name, or "" signed out */
	bool moderates, admin;
	const char *held;               /* how many messages wait for them, or "" */
	const char *q;                  /* in the search field */
	const char *csrf, *path;        /* of the language button and of signing out */
	struct view_choice *langs;
	size_t nlangs;
	const char *zone;               /* "Hours of America/Guatemala" */
	const char *trial;              /* "" or what this trial is */
	bool noindex;
	bool bare;                      /* nothing to send: no form */
	struct view_crumb *crumbs;
	size_t ncrumbs;
	struct html main;
};

struct view_attachment {
	const char *url, *name, *size;
};

struct view_post {
	int64_t number;
	const char *id;                 /* of the anchor: "p18" */
	const char *url, *author, *place; /* place: institution, country */
	const char *date, *when;        /* shown; machine form */
	const char *lang, *reply_url, *mailto, *raw_url;
	const char *unfold_url, *csrf;  /* where they may show it whole, else "" */
	const char *edited_url;         /* what a moderator changed of it, for who may see that; "" */
	bool moderated;                 /* a moderator did */
	bool by_mail, imported, mine, unread_line, cut, blank, show_do;
	bool hidden;                    /* seen only by who moderates */
	bool deleted;                   /* by its author: a mark stays */
	const char *doubt;              /* about the name, else "" */
	const char *edit_url, *report_url, *revised_url, *revised; /* "": not offered, never edited */
	int64_t answers;                /* number of the post it answers where that is not the one above */
	const char *answers_url;
	const char *subject;            /* where it changed, else "" */
	const char *gap;                /* "4 days later", else "" */
	int64_t depth;                  /* 0 to 3: only where the talk forks */
	struct html body;
	struct view_attachment *attachments;
	size_t nattachments;
	struct view_attachment *pictures; /* of the signature or of quoted mail: folded */
	size_t npictures;
};

struct view_participant {
	const char *name, *country;
	int64_t posts;
};

struct view_tag {
	const char *name, *url;
};

struct view_act {                       /* what a moderator did to a thread */
	const char *text, *url, *label; /* a sentence, and where it leads */
	const char *why, *state, *date, *when;
	int64_t undo;                   /* its number, while it can be undone; else 0 */
};

struct view_tool_post {
	int64_t number;
	const char *author, *date, *when, *lang, *excerpt;
	bool ticked, hidden, deleted;
};

struct view_suggestion {
	int64_t post, thread, number;   /* this one under that one of that thread */
	const char *url, *title, *lang, *why, *label;
};

struct view_goal {
	const char *name, *title;
};

struct view_tools {
	const char *title, *lang, *thread_url, *action, *csrf, *error, *done, *facts;
	int64_t done_act;
	bool open, locked, hidden;
	const char *pinned;             /* "pinned until ...", or "" */
	const char *tags, *tags_chosen, *tags_url;
	const char *subject, *until, *one, *to, *to_post, *to_help, *more_url;
	struct view_tool_post *posts;
	size_t nposts;
	struct view_suggestion *suggestions;
	size_t nsuggestions;
	struct view_goal *lists;
	size_t nlists;
	struct view_act *acts;
	size_t nacts;
};

struct view_thread {
	const char *title, *lang, *state;
	bool long_;                     /* a title of several lines */
	bool open, locked, pinned, member, can_post, signed_in;
	const char *facts;              /* "23 posts by 9 people in 12 days" */
	const char *unread;             /* "6 unread", or "" */
	const char *unread_url, *reply_url, *self_url, *feed_url, *read_url, *follow_url, *signin_url;
	const char *csrf, *form_id, *group_addr, *recipients;
	int64_t read_to, last;
	struct view_tag *tags;
	size_t ntags;
	const char *tools_url;          /* for who moderates, else "" */
	struct view_act *acts;          /* why it looks as it does */
	size_t nacts;
	bool hidden;
	bool follow, digest, mute, normal;
	struct view_post *posts;
	size_t nposts;
	const char *prev_url, *next_url;
	struct view_participant *participants;
	size_t nparticipants;
};

struct view_reading {                   /* a thread by a link, to be read */
	const struct view_thread *t;
	const char *what;               /* what one looks at, and until when */
	const char *signin_url;
	const char *whole_url;          /* of a single post: its thread; or "" */
};

struct view_row {
	const char *url, *title, *lang, *group, *people, *size, *date, *when;
	int64_t unread;
	bool is_unread, locked, hidden, pinned;
	struct view_tag *tags;
	size_t ntags;
};

struct view_group {
	const char *name, *title, *description, *addr, *mailto;
	const char *new_url, *read_url, *csrf, *older_url, *newest_url, *me_url, *signin_url, *feed_url;
	const char *stats_url;          /* "" for who is no member */
	const char *rules_url, *members_url, *office_url; /* office_url: "" for who does not run it */
	const char *delivery;           /* a sentence, or "" */
	const char *counts;
	const char *tag;                /* only threads with this one, or "" */
	bool can_post, member, signed_in, private_, owner;
	const char *join_url, *join;    /* the button's word; "" : not by it */
	const char *join_how;           /* how others join, to who is signed in and no member; or "" */
	const char *requests_url, *bounces_url, *join_addr;
	struct view_row *rows;
	size_t nrows;
};

struct view_group_row {
	const char *url, *title, *description, *last, *last_url, *date, *when;
	const char *parent;             /* title of the group it is part of, or "" */
	int64_t unread;
	bool member, private_;
};

struct view_home {
	const char *date, *greeting, *lead;
	bool signed_in;
	struct view_group_row *groups;
	size_t ngroups;
	struct view_row *latest;
	size_t nlatest;
};

struct view_compose {
	const char *title, *action, *csrf, *form_id, *group, *group_addr, *recipients;
	const char *subject, *text, *error, *back_url;
	bool reply, preview;
	int64_t parent;
	struct html rendered;
	const char *seen;               /* proof that this form was previewed */
	const char *answers;            /* "You answer no. 3, by Luis Zelaya", or "" */
};

struct view_signin {
	const char *csrf, *next, *addr, *error;
	const char *remote; /* whom the web server vouches for, where that signs in */
	bool sent, password_open;
};

struct view_line {
	const char *text;
	bool first;
};

struct view_ask {                       /* some sentences and at most one button */
	const char *title, *action, *csrf, *button, *back_url, *back;
	bool one_click;                 /* RFC 8058: the POST carries its own proof */
	const char *field, *value;      /* a hidden field, or NULL */
	struct view_line *lines;
	size_t nlines;
};

struct view_rule {
	const char *looks_at, *follows;
	const char *said, *detail;      /* of one message; "" where it was not asked */
	bool spoke;                     /* against it */
};

struct view_rules {                     /* what a group accepts; to moderators also why of one message */
	const char *group, *group_url, *action, *message, *fate, *when, *date;
	bool moderator, found, looked;
	struct view_rule *rows;
	size_t nrows;
};

struct view_signin_link {
	const char *csrf, *token, *addr;
};

struct view_mark {
	const char *text;
};

struct view_hit {
	const char *url, *subject, *lang, *group, *author, *date, *when;
	struct html excerpt;
};

struct view_search {
	const char *q, *list, *result, *hint;
	bool asked, newest;
	const char *by_rank_url, *by_date_url;
	struct view_hit *hits;
	size_t nhits;
};

struct view_choice {
	const char *value, *text;
	bool on;
};

struct view_subscription {
	const char *action, *pause_action, *csrf; /* csrf "": the link is the proof */
	const char *from, *until;       /* of the pause, 2027-01-31, or "" */
	const char *url, *title, *addr, *name, *sentence;
	const char *digest_when;        /* "on Mondays at 07:00 (El Salvador time)" */
	bool each, digest, mentions, none, own_copy, copy_when_addressed, receipt;
	bool files_list, files_whole, files_link;
	struct view_choice *deliver_to;
	size_t ndeliver_to;             /* 0: there is no choice */
	const char *paused;             /* "" or not */
};

struct view_dead { /* an address of one's own that gets no mail */
	const char *addr, *since, *text;
};

struct view_bounce {
	const char *name, *addr, *state, *kind, *text, *facts, *at, *when;
	bool bad;
};

struct view_bounces {
	const char *url, *older;
	struct view_bounce *rows;
	size_t nrows;
};

struct view_address {                   /* one of one's own */
	const char *addr, *groups;      /* titles of the groups that send there, or "" */
	const char *waits;              /* not theirs yet: until when it can be confirmed, or "" */
	bool primary, usable, dead;
};

struct view_device {
	const char *id, *agent, *since; /* agent: "Firefox, Windows" */
	bool here;
};

struct view_security {
	const char *csrf, *done, *error;
	struct view_device *devices;
	size_t ndevices;
	bool others, has_password, needs_before, second_step;
	const char *codes;              /* "5 recovery codes are left" */
	const char *after_help;
};

struct view_second {
	const char *csrf, *sealed, *shown, *error;
};

struct view_codes {
	const char **codes;
	size_t ncodes;
};

struct view_code {
	const char *csrf, *token, *error;
};

struct view_followed {
	const char *url, *action, *subject, *group, *mode;
	bool mute;
};

struct view_digest {                    /* one digest; body is drawn by server/digest */
	const char *heading, *counts, *note, *empty, *why;
	struct html body;
	struct view_choice *feeds;
	size_t nfeeds;
};

struct view_digestkind {
	const char *value, *text, *help;
	bool on;
};

struct view_digestform {                /* when and how a person has their digests */
	const char *action, *csrf, *zone; /* csrf "": the link is the proof */
	struct view_choice *every, *weekday, *monthday, *hour;
	size_t nevery, nweekday, nmonthday, nhour;
	struct view_digestkind *form;
	size_t nform;
	bool per_group, anyway;
};

struct view_link {                      /* the delivery of one subscription, without signing in */
	struct view_subscription sub;
	struct view_digestform digest;
	const char *error, *done, *leave_url;
};

struct view_following {                 /* of one thread, by a digest's link, without signing in */
	const char *title, *group, *url, *action, *done;
	bool normal, follow, digest, mute;
};

struct view_duty {                      /* a group that one moderates */
	const char *title, *action, *from, *until;
	bool each, digest, none;
};

struct view_me {
	struct view_duty *duties;
	size_t nduties;
	struct view_followed *threads;
	size_t nthreads;
	struct view_choice *zones;
	size_t nzones;
	bool hidden;                    /* their address, from other members */
	struct view_address *addresses;
	const char *closing;            /* the day on which the account ends, or "" */
	size_t naddresses, ndeliverable; /* the first ones are theirs, the others wait */
	const char *error;
	struct view_dead *dead;
	size_t ndead;
	const char *csrf, *name, *done;
	struct view_choice *langs;
	size_t nlangs;
	bool theme_auto, theme_light, theme_dark;
	struct view_subscription *subs;
	size_t nsubs;
	struct view_digestform digest;
	struct view_choice *past;       /* digests sent: address, words */
	size_t npast;
};

struct view_edited {                    /* what a moderator changed of a post */
	const char *title, *who, *post_url, *was, *is; /* was, is: subjects, where they differ */
	struct html diff;
};

struct view_queue_tab {
	const char *url, *name, *count;
	bool here;
};

struct view_pick {                    /* one of a choice */
	const char *value, *label;
	bool on;
};

struct view_optgroup {
	const char *label;
	struct view_pick *rows;
	size_t nrows;
};

struct view_heldtext {                  /* what waits, and what is known of it */
	const char *url;
	const char *pick;               /* "18.3" for the tick box of many, or "" */
	bool picked;
	const char *author, *addr, *sender, *history, *waits;
	const char *doubt;              /* about the author's name, or "" */
	const char *group, *group_url, *date, *when;
	const char *subject, *lang, *chip, *reason, *note;
	const char *about_url, *about;  /* the post it is about or answers: "No. 1, Ana Pérez" */
	const char *about_text;
	const char *edited;             /* who changed its words, or "" */
	bool late, cut;
	struct html body;
	struct view_attachment *files;
	size_t nfiles;
};

struct view_held {                      /* one that waits, as a card of the queue */
	const char *id;                 /* "18" */
	const char *key;                /* "18.3": with its version */
	const char *claimed;            /* somebody else is at it: who; it shrinks to two lines */
	const char *mine;               /* claimed by the reader: until when */
	const char *error;              /* what was wrong with the decision on it */
	const char *told, *why;
	struct view_heldtext text;
	struct view_pick *acts;
	size_t nacts;
	struct view_optgroup *templates;
	size_t ntemplates;
	struct view_pick *policies;
	size_t npolicies;
	bool open;
};

struct view_decided {
	const char *url, *csrf, *back, *subject, *post_url;
	const char *what, *who;         /* "Approved:", "By you, a minute ago." */
	bool undo;
};

struct view_moderation {
	const char *group, *lead, *after_url, *csrf, *back;
	const char *done;               /* what became of the decisions just sent, or "" */
	struct view_line *faults;       /* and which of them were not done */
	size_t nfaults;
	const char *many;               /* "50 decisions take effect within the minute.", or "" */
	struct view_decided *undo;      /* that can be undone */
	size_t nundo;
	struct view_decided *recent;    /* that cannot any more */
	size_t nrecent;
	struct view_queue_tab *tabs;
	size_t ntabs;
	struct view_held *held;
	size_t nheld;
	struct view_pick *all;        /* for the ticked ones */
	size_t nall;
	struct view_line *away;         /* who is away until when */
	size_t naway;
	const char *away_action, *away_from, *away_until, *away_error; /* away_action "": no form */
	const char *templates_url;      /* or "" */
};

struct view_holding {                   /* one that waits, whole */
	const char *title, *error, *csrf;
	bool waiting, decided;
	struct view_held held;
	struct view_decided state;
	const char *envelope, *recipient, *msgid, *rule, *trace, *raw_url, *delivery_url;
	bool message;
	const char *edit_subject, *edit_text; /* its words as they would be posted */
	struct html diff;
	bool edited, edit_open;
	const char *note;
};

struct view_failure {
	const char *addr, *answer;
};

struct view_step {
	const char *fate, *group, *when, *date, *recipient, *reason, *rule, *decision, *counts;
	const char *url, *link;
	struct view_failure *failures;
	size_t nfailures;
};

struct view_sent {
	const char *url, *subject, *fate, *group, *when, *date;
};

struct view_delivery {
	const char *asked;
	bool nothing, alone;
	struct view_step *steps;
	size_t nsteps;
	struct view_sent *mine;
	size_t nmine;
};

struct view_message {                   /* errors and short answers */
	const char *title, *what, *todo, *code, *reference;
	const char *text;               /* what the person had written, given back */
};

struct view_command {
	const char *word, *what;
};

struct view_help {
	const char *domain;
	struct view_command *commands;
	size_t ncommands;
};

struct view_member {
	int64_t id;
	const char *name, *addr, *role, *place, *since, *state; /* addr, role, place, state may be "" */
};

struct view_members {
	const char *csrf, *done, *error, *q, *group, *lead, *seen;
	const char *url, *csv_url, *file_url, *show_url, *more;
	const char *invite_url; /* or "" */
	bool manages, for_members;
	struct view_member *rows;
	size_t nrows;
	struct view_choice *whats;
	size_t nwhats;
};

struct view_plan_row {
	const char *kind, *line, *addr, *name, *text;
	bool bad;
};

struct view_plan {                      /* what a file of members would change */
	const char *csrf, *action, *back_url, *error, *lead, *csv, *digest;
	bool asked, faulty, idle, sync;
	struct view_plan_row *rows;
	size_t nrows;
};

void view_subscription(struct out *o, const struct view_subscription *v);
void view_digest(struct out *o, const struct view_digest *v);
void view_digestform(struct out *o, const struct view_digestform *v);
void view_following(struct out *o, const struct view_following *v);
void view_link(struct out *o, const struct view_link *v);
void view_members(struct out *o, const struct view_members *v);
void view_plan(struct out *o, const struct view_plan *v);
void view_shell(struct out *o, const struct view_shell *v);
void view_tools(struct out *o, const struct view_tools *v);
void view_thread(struct out *o, const struct view_thread *v);
void view_post(struct out *o, const struct view_post *v);
void view_reading(struct out *o, const struct view_reading *v);
void view_row(struct out *o, const struct view_row *v);
void view_group(struct out *o, const struct view_group *v);
void view_home(struct out *o, const struct view_home *v);
void view_compose(struct out *o, const struct view_compose *v);
void view_signin(struct out *o, const struct view_signin *v);
void view_signin_link(struct out *o, const struct view_signin_link *v);
void view_ask(struct out *o, const struct view_ask *v);
void view_bounces(struct out *o, const struct view_bounces *v);
void view_rules(struct out *o, const struct view_rules *v);
void view_search(struct out *o, const struct view_search *v);
void view_mark(struct out *o, const struct view_mark *v);
void view_security(struct out *o, const struct view_security *v);
void view_second(struct out *o, const struct view_second *v);
void view_codes(struct out *o, const struct view_codes *v);
void view_code(struct out *o, const struct view_code *v);
void view_me(struct out *o, const struct view_me *v);
void view_heldtext(struct out *o, const struct view_heldtext *v);
void view_held(struct out *o, const struct view_held *v);
void view_decided(struct out *o, const struct view_decided *v);
void view_moderation(struct out *o, const struct view_moderation *v);
void view_edited(struct out *o, const struct view_edited *v);
void view_holding(struct out *o, const struct view_holding *v);
void view_delivery(struct out *o, const struct view_delivery *v);
void view_message(struct out *o, const struct view_message *v);
void view_help(struct out *o, const struct view_help *v);

#endif
