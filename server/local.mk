# SPDX-License-Identifier: Apache-2.0

# level 0
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	server/base/arena.c server/base/arena.h \
	server/base/attr.h server/base/banned.h server/base/base.h \
	server/base/clock.c server/base/clock.h \
	server/base/codec.c server/base/codec.h \
	server/base/conf.c server/base/conf.h \
	server/base/log.c server/base/log.h \
	server/base/prog.c server/base/prog.h \
	server/base/rc.c server/base/rc.h \
	server/base/rnd.c server/base/rnd.h \
	server/base/str.c server/base/str.h \
	server/base/line.c server/base/line.h server/base/utf8.c server/base/utf8.h
libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
BASE_LIBS = libbase.a $(SODIUM_LIBS)

# level 1: the database
noinst_LIBRARIES += libdb.a
STMT_SQL = \
	server/db/sql/account.sql \
	server/db/sql/admin.sql \
	server/db/sql/ban.sql \
	server/db/sql/bounce.sql \
	server/db/sql/bulk.sql \
	server/db/sql/digest.sql \
	server/db/sql/erase.sql \
	server/db/sql/export.sql \
	server/db/sql/forum.sql \
	server/db/sql/handover.sql \
	server/db/sql/people.sql \
	server/db/sql/house.sql \
	server/db/sql/identity.sql \
	server/db/sql/intake.sql \
	server/db/sql/invite.sql \
	server/db/sql/mailbox.sql \
	server/db/sql/member.sql \
	server/db/sql/notice.sql \
	server/db/sql/moderate.sql \
	server/db/sql/modmail.sql \
	server/db/sql/owner_mail.sql \
	server/db/sql/pattern.sql \
	server/db/sql/person.sql \
	server/db/sql/post.sql \
	server/db/sql/queue.sql \
	server/db/sql/thread.sql \
	server/db/sql/record.sql \
	server/db/sql/roster.sql \
	server/db/sql/search.sql \
	server/db/sql/setting.sql \
	server/db/sql/stats.sql \
	server/db/sql/tag.sql \
	server/db/sql/template.sql \
	server/db/sql/trace.sql
libdb_a_SOURCES = server/db/conn.h server/db/db.c server/db/db.h server/db/notify.c server/db/rows.c server/db/rows.h \
	server/db/version.c \
	server/db/column.c \
	server/db/migrate.c server/db/migrate.h server/db/version.h
nodist_libdb_a_SOURCES = server/db/stmt.c server/db/stmt.h
libdb_a_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
BUILT_SOURCES += server/db/stmt.h
CLEANFILES += server/db/stmt.h server/db/stmt.c
EXTRA_DIST += $(STMT_SQL) server/db/stmtgen.awk schema.sql
STMT_IN = for f in $(STMT_SQL); do echo "$(top_srcdir)/$$f"; done
server/db/stmt.h: $(STMT_SQL) server/db/stmtgen.awk
	@$(MKDIR_P) server/db
	$(AM_V_GEN)$(AWK) -v out=h -f $(top_srcdir)/server/db/stmtgen.awk `$(STMT_IN)` > $@.tmp && mv $@.tmp $@
server/db/stmt.c: $(STMT_SQL) server/db/stmtgen.awk server/db/stmt.h
	$(AM_V_GEN)$(AWK) -v out=c -f $(top_srcdir)/server/db/stmtgen.awk `$(STMT_IN)` > $@.tmp && mv $@.tmp $@
DB_LIBS = libdb.a $(BASE_LIBS) $(PQ_LIBS)
$(libdb_a_OBJECTS): server/db/stmt.h
# a Cabildo of the next schema, to upgrade from under this one
check_PROGRAMS += tests/lib/upgrade
tests_lib_upgrade_SOURCES = tests/lib/upgrade.c server/db/db.c server/db/migrate.c
tests_lib_upgrade_CPPFLAGS = $(libdb_a_CPPFLAGS) -DDB_SCHEMA_AHEAD=1
tests_lib_upgrade_LDADD = $(DB_LIBS)
$(tests_lib_upgrade_OBJECTS): server/db/stmt.h

# level 2
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	server/store/account.c server/store/account.h \
	server/store/security.c server/store/security.h \
	server/store/admin.c server/store/admin.h \
	server/store/ban.c server/store/ban.h \
	server/store/export.c server/store/export.h \
	server/store/invite.c server/store/invite.h \
	server/store/bounce.c server/store/bounce.h \
	server/store/bulk.c server/store/bulk.h \
	server/store/digest.c server/store/digest.h \
	server/store/erase.c server/store/erase.h \
	server/store/forum.c server/store/forum.h server/store/raw.c \
	server/store/handover.c server/store/handover.h \
	server/store/people.c server/store/people.h \
	server/store/house.c server/store/house.h \
	server/store/identity.c server/store/identity.h \
	server/store/intake.c server/store/intake.h \
	server/store/mailbox.c server/store/mailbox.h \
	server/store/member.c server/store/member.h \
	server/store/modmail.c server/store/modmail.h \
	server/store/owner_mail.c server/store/owner_mail.h \
	server/store/notice.c server/store/notice.h \
	server/store/moderate.c server/store/moderate.h \
	server/store/pattern.c server/store/pattern.h \
	server/store/person.c server/store/person.h \
	server/store/roster.c server/store/roster.h \
	server/store/search.c server/store/search.h \
	server/store/record.c server/store/record.h \
	server/store/stats.c server/store/stats.h \
	server/store/setting.c server/store/setting.h \
	server/store/template.c server/store/template.h \
	server/store/post.c server/store/post.h \
	server/store/thread.c server/store/thread.h \
	server/store/tag.c server/store/tag.h \
	server/store/trace.c server/store/trace.h
$(libstore_a_OBJECTS): server/db/stmt.h

# level 3
noinst_LIBRARIES += libfanout.a
libfanout_a_SOURCES = server/fanout/queue.c server/fanout/queue.h
$(libfanout_a_OBJECTS): server/db/stmt.h

# level 4: what a person may do
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	server/core/account.c server/core/account.h \
	server/core/security.c server/core/security.h \
	server/core/address.c server/core/address.h \
	server/core/admin.c server/core/admin.h \
	server/core/audit.c server/core/audit.h \
	server/core/command.c server/core/command.h \
	server/core/command_say.c server/core/command_say.h \
	server/core/command_table.c \
	server/core/away.c \
	server/core/bounce.c server/core/bounce.h \
	server/core/bounce_watch.c \
	server/core/erase.c server/core/erase.h \
	server/core/export.c server/core/export.h \
	server/core/forum.c server/core/forum.h \
	server/core/fold.c server/core/fold.h \
	server/core/hold_edit.c server/core/hold_edit.h \
	server/core/hold_house.c \
	server/core/receipt.c server/core/receipt.h \
	server/core/hold_join.c server/core/hold_join.h \
	server/core/hold_kind.c server/core/hold_kind.h \
	server/core/handover.c server/core/handover.h \
	server/core/people.c server/core/people.h \
	server/core/group_kind.c server/core/group_kind.h \
	server/core/house.c server/core/house.h \
	server/core/mailbox.c server/core/mailbox.h \
	server/core/identity.c server/core/identity.h \
	server/core/lang.c server/core/lang.h \
	server/core/listref.c \
	server/core/match.c server/core/match.h \
	server/core/patterns.c server/core/patterns.h server/core/patterns_try.c \
	server/core/ban.c server/core/ban.h \
	server/core/invite.c server/core/invite.h server/core/invite_addr.c \
	server/core/invite_say.c server/core/invite_say.h \
	server/core/place.c server/core/place.h \
	server/core/rules.c server/core/rules.h \
	server/core/modmail.c server/core/modmail.h server/core/modmail_tell.c \
	server/core/modmail_say.c server/core/modmail_say.h \
	server/core/owner_mail.c server/core/owner_mail.h \
	server/core/modword.c server/core/modword.h \
	server/core/notice.c server/core/notice.h \
	server/core/moderate.c server/core/moderate.h \
	server/core/claim.c server/core/claim.h \
	server/core/person.c server/core/person.h \
	server/core/owner.c server/core/owner.h \
	server/core/plan.c server/core/plan.h \
	server/core/prefs.c server/core/prefs.h \
	server/core/roster.c server/core/roster.h \
	server/core/bulk.c server/core/bulk.h server/core/bulk_window.h \
	server/core/bulk_place.c server/core/bulk_write.c \
	server/core/submit.c server/core/submit.h \
	server/core/hold_report.c server/core/hold_report.h \
	server/core/post_edit.c server/core/post_edit.h \
	server/core/suggest.c server/core/suggest.h \
	server/core/subscribe.c server/core/subscribe.h \
	server/core/tell.c server/core/tell.h \
	server/core/tag.c server/core/tag.h \
	server/core/token.c server/core/token.h \
	server/core/thread.c server/core/thread_notice.c server/core/thread_undo.c server/core/thread.h \
	server/core/trace.c server/core/trace.h \
	server/core/office.c server/core/office.h \
	server/core/record.c server/core/record.h \
	server/core/seal.c server/core/seal.h \
	server/core/stats.c server/core/stats.h \
	server/core/settings.c server/core/settings.h server/core/settings_table.c \
	server/core/template.c server/core/template.h \
	server/core/unit.c server/core/unit.h \
	server/core/link.c server/core/link.h \
	server/core/maillink.c server/core/maillink.h \
	server/core/reading.c server/core/reading.h \
	server/core/webmail.c server/core/webmail.h \
	server/core/webpost.c
$(libcore_a_OBJECTS): server/db/stmt.h

# level 5: digests
noinst_LIBRARIES += libdigest.a
libdigest_a_SOURCES = \
	server/digest/choice.c server/digest/choice.h \
	server/digest/issue.c server/digest/issue.h \
	server/digest/own.c server/digest/own.h \
	server/digest/preview.c \
	server/digest/schedule.c server/digest/schedule.h \
	server/digest/words.c server/digest/words.h
$(libdigest_a_OBJECTS): server/db/stmt.h

# scheduled work
sbin_PROGRAMS += cabildod
cabildod_SOURCES = server/cabildod.c
cabildod_LDADD = libdigest.a libdraw.a libcore.a libfanout.a libstore.a libtext.a libdb.a $(BASE_LIBS) $(PQ_LIBS) $(MD4C_LIBS) $(ZLIB_LIBS)
$(cabildod_OBJECTS): server/db/stmt.h

# the administrator's command
bin_PROGRAMS += cabildo
cabildo_SOURCES = \
	server/cli/admin.c \
	server/cli/bounce.c \
	server/cli/cabildo.c \
	server/cli/cli.h \
	server/cli/digest.c \
	server/cli/hold.c \
	server/cli/import.c \
	server/cli/invite.c \
	server/cli/list.c \
	server/cli/mailbox.c \
	server/cli/member.c \
	server/cli/rule.c \
	server/cli/audit.c \
	server/cli/setting.c \
	server/cli/template.c \
	server/cli/thread.c \
	server/cli/trace.c
cabildo_LDADD = libdigest.a libdraw.a libcore.a libfanout.a libstore.a libtext.a libdb.a $(BASE_LIBS) $(PQ_LIBS) $(MD4C_LIBS) $(ZLIB_LIBS) $(PCRE2_LIBS) $(OATH_LIBS)
$(cabildo_OBJECTS): server/db/stmt.h
dist_pkgdata_DATA += schema.sql
