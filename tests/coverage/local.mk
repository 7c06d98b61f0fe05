# SPDX-License-Identifier: MIT
# 'make check-coverage', in a build with --enable-coverage, measures the coverage of src/ by the
# unit and integration tests and by those of examinations, and fails below the limits. Simulation
# and fuzzing are left out: they would hide code that no named test covers.

if COVERAGE
# In percent.
COVERED_LINES = 95
COVERED_BRANCHES = 85

# The programs run as several users, and each user must be able to write the counts.
check-coverage: all
	$(AM_V_at)find . -name '*.gcda' -exec rm -f {} +
	$(AM_V_at)./minitalkd --version > /dev/null && ./minitalk-send --version > /dev/null
	$(AM_V_at)chmod a+rwx src src/* && chmod a+rw src/*.gcda src/*/*.gcda
	$(MAKE) check VERBOSE=1 'TESTS=$(UNIT_TESTS) $(INTEGRATION_TESTS) tests/doctor/examination.sh'
	gcovr --root $(srcdir) --filter $(srcdir)/src/ --object-directory . --print-summary \
		--exclude-throw-branches --exclude-unreachable-branches \
		--fail-under-line $(COVERED_LINES) --fail-under-branch $(COVERED_BRANCHES) .

check_LIBRARIES += libcoverage.a
libcoverage_a_SOURCES = tests/coverage/exit.c
libcoverage_a_CFLAGS = -std=gnu11
minitalkd_LDADD += libcoverage.a
minitalkd_LDFLAGS = -Wl,--wrap=_exit
minitalk_doctor_LDADD += libcoverage.a
minitalk_doctor_LDFLAGS = -Wl,--wrap=_exit
else
check-coverage:
	@echo "this build has no coverage; configure one with --enable-coverage CFLAGS='-g -O0'" >&2; exit 1
EXTRA_DIST += tests/coverage/exit.c
endif
.PHONY: check-coverage

clean-local: clean-coverage
.PHONY: clean-coverage
clean-coverage:
	find . -name '*.gc??' -exec rm -f {} +
