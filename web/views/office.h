/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages show on which groups and the site are run; see views.h. */
#ifndef CABILDO_WEB_VIEWS_OFFICE_H
#define CABILDO_WEB_VIEWS_OFFICE_H

#include "server/text/html.h"
#include "server/text/view.h"

struct view_tab {
	const char *url, *name;
	bool here;
};

struct view_office {                    /* above each of these pages: where one can go */
	const char *label;              /* "The group Agenda", "The site" */
	struct view_tab *tabs;
	size_t ntabs;
};

struct view_option {
	const char *value, *label;
	bool on;
};

struct view_setting {
	const char *name, *label, *help, *error, *value;
	bool tick, area, choose, on, small;
	struct view_option *options;
	size_t noptions;
};

struct view_section {
	const char *title;
	struct view_setting *rows;
	size_t nrows;
};

struct view_settings {
	struct view_office office;
	const char *title, *action, *csrf, *seen, *done, *error;
	struct view_section *sections;
	size_t nsections;
};

struct view_entry {
	int64_t id;
	const char *who, *what, *whom, *place, *url, *door, *when, *date, *before, *after, *why;
	bool open, erased, details;
};

struct view_audit {
	struct view_office office;
	const char *title, *action, *csv_url, *who, *from, *until, *error, *older_url;
	struct view_option *acts, *doors;
	size_t nacts, ndoors;
	struct view_entry *rows;
	size_t nrows;
};

struct view_filter {
	int64_t id;
	const char *field, *pattern, *action, *sentence;
	bool site, off, ours, first, last;
};

struct view_tried {
	const char *url, *subject, *author, *when, *date;
	bool held;
};

struct view_filters {
	struct view_office office;
	const char *title, *action, *try_url, *csrf, *done, *error, *mark, *rules_url;
	const char *header, *pattern, *sentence;
	bool site;
	struct view_option *fields, *actions;
	size_t nfields, nactions;
	struct view_filter *rows;
	size_t nrows;
	const char *tried, *tried_help; /* "7 of the last 100 messages", or "" */
	struct view_tried *hits;
	size_t nhits;
};

struct view_ban {
	int64_t id;
	const char *addr, *facts, *reason, *when, *date;
	bool site, ours;
};

struct view_bans {
	struct view_office office;
	const char *title, *action, *csrf, *done, *error, *addr, *days, *reason, *older_url;
	struct view_ban *rows;
	size_t nrows;
};

struct view_tag_row {
	const char *tag, *url, *threads;
	bool renamed, joined, into; /* chosen in the forms */
};

struct view_tag_act {
	const char *text, *state, *date, *when;
	int64_t undo;
};

struct view_tags {
	struct view_office office;
	const char *title, *action, *csrf, *done, *error, *name;
	struct view_tag_row *rows;
	size_t nrows;
	bool two; /* there is another to join one to */
	struct view_tag_act *acts;
	size_t nacts;
};

struct view_own_text {
	int64_t id;
	const char *kind, *name, *lang, *language, *body, *url;
	bool site, ours;
};

struct view_texts {
	struct view_office office;
	const char *title, *action, *csrf, *done, *error, *name, *body, *previewed, *lang;
	struct view_option *kinds, *locales;
	size_t nkinds, nlocales;
	struct view_own_text *rows;
	size_t nrows;
};

void view_filters(struct out *o, const struct view_filters *v);
void view_bans(struct out *o, const struct view_bans *v);
void view_tags(struct out *o, const struct view_tags *v);
void view_texts(struct out *o, const struct view_texts *v);

struct view_people_row {
	const char *url, *name, *addr, *when, *date;
	bool admin, locked;
};

struct view_people {
	struct view_office office;
	const char *title, *action, *part, *older_url;
	struct view_people_row *rows;
	size_t nrows;
};

struct view_fact {
	const char *what, *more, *url;
};

struct view_person {
	struct view_office office;
	const char *name, *action, *csrf, *done, *error, *since;
	bool admin, locked;
	struct view_fact *addrs, *groups, *sessions;
	size_t naddrs, ngroups, nsessions;
};

struct view_kind {
	const char *value, *label, *help;
	bool on;
};

struct view_newgroup {
	struct view_office office;
	const char *title, *action, *csrf, *error, *domain;
	const char *name, *group_title, *description, *parent, *owner;
	bool bad_name, bad_title, bad_description, bad_parent, bad_owner;
	struct view_kind *kinds;
	size_t nkinds;
	struct view_option *langs;
	size_t nlangs;
};

void view_people(struct out *o, const struct view_people *v);
void view_person(struct out *o, const struct view_person *v);
void view_newgroup(struct out *o, const struct view_newgroup *v);

struct view_handing {
	int64_t id;
	const char *what, *who, *note, *state, *chip, *by, *act, *button;
};

struct view_handover {
	struct view_office office;
	const char *title, *action, *csrf, *done, *failed, *error, *pending, *pending_url;
	const char *owners, *moderators, *day, *note;
	struct view_option *froms;
	size_t nfroms;
	struct view_handing *rows;
	size_t nrows;
};

void view_handover(struct out *o, const struct view_handover *v);

struct view_bar {
	int64_t x, mail_y, mail_h, web_h;
	const char *web_d, *label, *week;
	int64_t mail, web, threads, authors;
};

struct view_grid {
	const char *d;
	int64_t y, n;
};

struct view_decision {
	const char *what, *within;
	int64_t n;
};

struct view_domain {
	const char *domain, *copies, *taken, *state, *chip;
};

struct view_stats {
	struct view_office office;
	const char *title, *lead, *chart, *moderation, *bounces_url;
	bool runs;
	const char **facts;
	size_t nfacts;
	struct view_grid *grid;
	size_t ngrid;
	struct view_bar *bars;
	size_t nbars;
	struct view_decision *decisions;
	size_t ndecisions;
	struct view_domain *domains;
	size_t ndomains;
};

void view_stats(struct out *o, const struct view_stats *v);

void view_audit(struct out *o, const struct view_audit *v);
void view_office(struct out *o, const struct view_office *v);
void view_settings(struct out *o, const struct view_settings *v);

struct view_invited {
	int64_t id;
	const char *addr, *name, *state, *chip, *facts, *failure;
	bool open, again, acts;
};

struct view_fault {
	const char *addr, *why;
};

struct view_invitations {
	struct view_office office;
	const char *title, *action, *csrf, *done, *error, *lead, *who, *note, *older_url;
	struct view_fault *faults;
	size_t nfaults;
	struct view_option *langs;
	size_t nlangs;
	struct view_invited *rows;
	size_t nrows;
	bool shut;
};

struct view_paragraph {
	const char *text;
};

struct view_invitation { /* of who is invited */
	const char *title, *action, *csrf, *error, *lead, *description, *writes, *seen, *name, *note;
	struct view_paragraph *lines;
	size_t nnote;
	bool ask_name;
};

void view_invitations(struct out *o, const struct view_invitations *v);
void view_invitation(struct out *o, const struct view_invitation *v);

#endif
