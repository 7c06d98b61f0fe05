# SPDX-License-Identifier: MIT
# Static analysis and valgrind: 'make analyze' runs all of these targets. Every finding is an error.

analyze: check-analyzer check-tidy check-cppcheck check-valgrind
.PHONY: analyze check-analyzer check-tidy check-cppcheck check-valgrind

EXTRA_DIST += \
	.clang-tidy tests/.clang-tidy \
	tests/analysis/cppcheck.h tests/analysis/cppcheck.suppressions \
	tests/analysis/valgrind.suppressions \
	tests/analysis/pidfd.c
dist_check_SCRIPTS += tests/analysis/valgrind.sh

# Rules of the source tree: part of make check.
HOUSE_TESTS = tests/analysis/house.sh
TESTS += $(HOUSE_TESTS)
dist_check_SCRIPTS += $(HOUSE_TESTS)

# The files of tests/proof are for Frama-C, and no compiler reads them.
list_analyzed = ls $(srcdir)/src/*.c $(srcdir)/src/*/*.c $(srcdir)/tests/*/*.c \
	$(srcdir)/tests/doctor/programs/*.c | \
	grep -v '/tests/proof/'
analyze_each = $(list_analyzed) | xargs -P "$$(nproc)" -I {}
ANALYSIS_FLAGS = -std=gnu11 $(DEFS) $(AM_CPPFLAGS) -I$(srcdir)/tests/unit -DCORPUS='""' \
	$(LIBBSD_CFLAGS) $(SYSTEMD_CFLAGS) $(CHECK_CFLAGS)

check-analyzer:
	$(AM_V_at)$(analyze_each) gcc $(ANALYSIS_FLAGS) -O2 -fanalyzer -Werror -c -o /dev/null {}

check-tidy:
	$(AM_V_at)$(analyze_each) clang-tidy --quiet {} -- $(ANALYSIS_FLAGS)

check-cppcheck:
	$(AM_V_at)$(list_analyzed) | cppcheck --quiet --file-list=- --std=c11 --library=posix,gnu \
		--enable=warning,style,performance,portability --inline-suppr --error-exitcode=1 \
		--suppressions-list=$(srcdir)/tests/analysis/cppcheck.suppressions \
		--include=config.h --include=$(srcdir)/tests/analysis/cppcheck.h \
		-I$(srcdir)/src -I$(srcdir)/tests/unit -D_GNU_SOURCE -D__linux__ \
		-DPKGLIBEXECDIR='"$(pkglibexecdir)"' \
		-DRUNSTATEDIR='"$(runstatedir)"' -DSERVICE_USER='"$(SERVICE_USER)"' -DCORPUS='""'

check-valgrind: all
	$(AM_V_at)$(AM_TESTS_ENVIRONMENT) CC='$(CC)' $(srcdir)/tests/analysis/valgrind.sh
