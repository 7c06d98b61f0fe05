# SPDX-License-Identifier: MIT
# 'make bench' measures the speed of minitalk and prints a table.

check_PROGRAMS += tests/bench/stopwatch
tests_bench_stopwatch_CPPFLAGS = $(AM_CPPFLAGS) $(LIBBSD_CFLAGS)
tests_bench_stopwatch_LDADD = libhost.a $(LIBBSD_LIBS)

EXTRA_DIST += tests/bench/bench.sh tests/bench/plot.gp

bench: all $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/bench/bench.sh
.PHONY: bench

CLEANFILES += bench.csv bench.svg
