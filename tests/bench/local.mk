# SPDX-License-Identifier: MIT
# 'make bench' measures the speed of minitalk and prints a table.

check_PROGRAMS += tests/bench/cacheline tests/bench/stopwatch
tests_bench_cacheline_LDADD = libhost.a
tests_bench_stopwatch_CPPFLAGS = $(AM_CPPFLAGS) $(LIBBSD_CFLAGS)
tests_bench_stopwatch_LDADD = libhost.a $(LIBBSD_LIBS)

EXTRA_DIST += \
	tests/bench/bench.py \
	tests/bench/figures.py \
	tests/bench/plot.gp \
	tests/bench/table.py

# The source folder may be one that this user cannot write.
without_cache = PYTHONDONTWRITEBYTECODE=1

bench: all $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) $(without_cache) $(srcdir)/tests/bench/bench.py
	$(without_cache) $(srcdir)/tests/bench/table.py bench.csv bench-table.svg
	if command -v gnuplot > /dev/null; then gnuplot $(srcdir)/tests/bench/plot.gp; fi
.PHONY: bench

CLEANFILES += bench.csv bench.svg bench-table.svg
