# SPDX-License-Identifier: Apache-2.0
# The targets around the tests; the tests themselves are in the folders' own
# local.mk (unit tests) or scripts that tests/run finds.

RUN_TESTS = $(top_srcdir)/tests/run --build $(abs_top_builddir)

# What tests/run is to run of this build: every check program that is a test.
.PHONY : test-programs test-build check-quick check-long check-bare
test-programs :
	@for t in $(UNIT_TESTS) $(DB_TESTS); do echo $$t; done

# What they need built. One after the other: both make the same libraries.
test-build : all
	$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) fuzz-replays

# Every target of tests/fuzz linked with everything of ours: a new one needs no
# line here. fuzz-replays has a plain driver, fuzz-programs libFuzzer's.
FUZZ_CC = $(CC) -D_GNU_SOURCE -I$(top_srcdir) -I$(top_builddir) $(HARDEN_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS)
FUZZ_LD = $(AM_LDFLAGS) $(LDFLAGS) -Wl,--start-group $(noinst_LIBRARIES) -Wl,--end-group \
	$(foreach v,$(filter %_LIBS,$(.VARIABLES)),$(filter -l% -L%,$($(v)))) $(LIBS)
.PHONY : fuzz fuzz-replays fuzz-programs
fuzz-replays : $(noinst_LIBRARIES)
	@CC="$(FUZZ_CC)" LD="$(FUZZ_LD)" $(top_srcdir)/tests/fuzz/link replay
fuzz-programs : $(noinst_LIBRARIES)
	@CC="$(FUZZ_CC)" LD="$(FUZZ_LD)" $(top_srcdir)/tests/fuzz/link fuzz

# FUZZ='NAME...' for some, MINUTES=N each; needs clang.
fuzz :
	@$(if $(MINUTES),MINUTES=$(MINUTES)) $(top_srcdir)/tests/fuzz/run $(FUZZ)

# CHECK_ONLY=unit (what distcheck sets): the unit tests alone.
check-local :
	$(RUN_TESTS) $(if $(filter unit,$(CHECK_ONLY)),$(addprefix $(abs_top_builddir)/,$(UNIT_TESTS)))

# Under two minutes: lint, unit, db and the few journeys marked quick.
check-quick : test-build
	$(RUN_TESTS) --quick

# With the tests that take minutes each: about an hour.
check-long : test-build
	$(RUN_TESTS) --long

# Both of the README's commands in an empty Debian 12; needs root.
check-bare :
	$(top_srcdir)/tests/check-bare

# Blows on every program for MINUTES (10), then the three books; see tests/fault.
.PHONY : fault
fault : test-build
	@BUILD=$(abs_top_builddir) $(if $(MINUTES),MINUTES=$(MINUTES)) $(if $(KILLS),KILLS=$(KILLS)) $(top_srcdir)/tests/fault

# The figures of docs/performance.md; BENCH='NAME...' for some of them.
noinst_PROGRAMS += tests/load/ref_page tests/load/archive
tests_load_archive_SOURCES = tests/load/archive.c
tests_load_archive_LDADD = $(BASE_LIBS) -lm
tests_load_ref_page_SOURCES = tests/load/ref_page.c
tests_load_ref_page_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_load_ref_page_LDADD = $(PQ_LIBS) $(FCGI_LIBS)
noinst_PROGRAMS += tests/load/visible
tests_load_visible_SOURCES = tests/load/visible.c
tests_load_visible_LDADD = $(BASE_LIBS)
.PHONY : bench
bench : all tests/lib/lmtpsend$(EXEEXT)
	BUILD=$(abs_top_builddir) $(top_srcdir)/tests/load/run $(BENCH)

# Real mail of others through the real intake, held against what its sources
# state: design section 10. CORPORA=DIR; CHECK_CORPORA='--set NAME --facts'.
check_PROGRAMS += tests/corpora/probe
tests_corpora_probe_SOURCES = tests/corpora/probe.c
tests_corpora_probe_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_corpora_probe_LDADD = $(PARSE_LIBS) $(BASE_LIBS)
.PHONY : check-corpora
check-corpora : all tests/corpora/probe$(EXEEXT)
	BUILD=$(abs_top_builddir) $(top_srcdir)/tests/corpora/run $(CHECK_CORPORA) $(CORPORA)
