# SPDX-License-Identifier: Apache-2.0

# levels 3 and 4: pages and their templates
noinst_LIBRARIES += libpages.a
# where a group and the site are run
OFFICE_HT = \
	web/views/office.ht web/views/settings.ht web/views/audit.ht \
	web/views/filters.ht web/views/bans.ht web/views/texts.ht \
	web/views/invitations.ht web/views/invitation.ht \
	web/views/people.ht web/views/person.ht web/views/newgroup.ht web/views/handover.ht web/views/stats.ht
OFFICE_C = \
	web/pages/office.c web/pages/office.h web/views/office.h \
	web/pages/settings.c web/pages/audit.c \
	web/pages/filters.c web/pages/bans.c web/pages/texts.c \
	web/pages/invite.c web/pages/people.c web/pages/handover.c web/pages/stats.c
# what moderators do to threads, and people to their own posts
THREAD_HT = \
	web/views/tools.ht web/views/tags.ht web/views/edit.ht web/views/report.ht web/views/revisions.ht
THREAD_C = \
	web/pages/tools.c web/pages/tags.c web/pages/own.c web/views/own.h
MEMBERS_HT = web/views/members.ht web/views/plan.ht web/views/link.ht web/views/following.ht web/views/digest.ht web/views/digestform.ht web/views/subscription.ht
MEMBERS_C = web/pages/export.c web/pages/members.c web/pages/prefs.c web/pages/maillink.c web/pages/digest.c
PAGES_HT = \
	$(THREAD_HT) \
	web/views/ask.ht web/views/bounces.ht web/views/compose.ht web/views/decided.ht web/views/delivery.ht web/views/group.ht web/views/held.ht web/views/help.ht web/views/holding.ht web/views/home.ht web/views/mark.ht \
	web/views/edited.ht web/views/heldtext.ht \
	web/views/security.ht web/views/second.ht web/views/codes.ht web/views/code.ht \
	$(OFFICE_HT) \
	$(MEMBERS_HT) \
	web/views/me.ht web/views/message.ht web/views/reading.ht web/views/moderation.ht web/views/post.ht web/views/row.ht web/views/rules.ht web/views/search.ht \
	web/views/shell.ht web/views/signin.ht web/views/signin_link.ht web/views/thread.ht
libpages_a_SOURCES = $(PAGES_HT) \
	web/pages/account.c web/pages/delivery.c web/pages/belong.c web/pages/bounces.c web/pages/compose.c web/pages/feed.c web/pages/moderate.c web/pages/pages.h web/pages/person.c web/pages/read.c web/pages/reading.c \
	web/pages/card.c web/pages/card.h web/pages/holding.c web/pages/security.c \
	$(OFFICE_C) \
	$(THREAD_C) \
	$(MEMBERS_C) \
	web/pages/routes.c web/pages/rules.c web/pages/site.c web/pages/site.h web/pages/thread.c \
	web/views/views.h
$(PAGES_HT:.ht=.c): $(HTC)
CLEANFILES += $(PAGES_HT:.ht=.c)
TEMPLATES += $(PAGES_HT)

pkglibexec_PROGRAMS += cabildo-web
cabildo_web_SOURCES = web/cabildo-web.c
cabildo_web_LDADD = libpages.a $(SERVE_LIBS) $(CORE_LIBS)

staticdir = $(pkgdatadir)/static
dist_static_DATA = web/static/cabildo.css web/static/mark.svg

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_look
UNIT_TESTS += tests/unit/test_look
tests_unit_test_look_SOURCES = tests/unit/test_look.c
tests_unit_test_look_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DTEST_SRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_look_LDADD = $(TEXT_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
endif

# Pictures of each page, PAGE-LANG-WIDTH-THEME.png, in SCREENS: of the demo and,
# with CORPORA=DIR, of a real archive; the browser's packages for them.
SCREENS = $(abs_top_builddir)/screens
CABILDO_NODE = $(abs_top_srcdir)/build/node
.PHONY : screens web-tools
screens : all
	CABILDO_NODE=$(CABILDO_NODE) CABILDO_SCREENS=$(SCREENS) CORPORA=$(CORPORA) $(RUN_TESTS) \
		$(top_srcdir)/tests/web/look.sh $(top_srcdir)/tests/web/archive.sh
web-tools :
	$(MKDIR_P) $(CABILDO_NODE)
	cd $(CABILDO_NODE) && npm install --no-fund --no-audit playwright-core@1 axe-core@4 html-validate@8
