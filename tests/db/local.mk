# SPDX-License-Identifier: Apache-2.0

# the catalogue against the schema and its grants; tests/db/statements.sh runs it
check_PROGRAMS += tests/db/statements
tests_db_statements_SOURCES = tests/db/statements.c
tests_db_statements_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_db_statements_LDADD = $(DB_LIBS)
$(tests_db_statements_OBJECTS): server/db/stmt.h

# who is called while they ask; tests/db/wake.sh runs it
check_PROGRAMS += tests/db/wake
tests_db_wake_SOURCES = tests/db/wake.c
tests_db_wake_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_db_wake_LDADD = $(DB_LIBS)
$(tests_db_wake_OBJECTS): server/db/stmt.h

# what goes out before the answer to what went before; tests/db/ahead.sh runs it
check_PROGRAMS += tests/db/ahead
tests_db_ahead_SOURCES = tests/db/ahead.c
tests_db_ahead_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_db_ahead_LDADD = $(DB_LIBS)
$(tests_db_ahead_OBJECTS): server/db/stmt.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_base tests/unit/test_core_pure tests/unit/test_plan
UNIT_TESTS += tests/unit/test_base tests/unit/test_core_pure tests/unit/test_plan
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_core_pure_SOURCES = tests/unit/test_core_pure.c
tests_unit_test_core_pure_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_core_pure_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
$(tests_unit_test_core_pure_OBJECTS): server/db/stmt.h
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c
tests_unit_test_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
# what asks the database is the test's own
tests_unit_test_plan_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=roster_manage -Wl,--wrap=plan_people_read \
	-Wl,--wrap=plan_members_read -Wl,--wrap=member_create -Wl,--wrap=membership_by_addr \
	-Wl,--wrap=command_welcome -Wl,--wrap=roster_remove -Wl,--wrap=roster_change
$(tests_unit_test_plan_OBJECTS): server/db/stmt.h
endif
