# SPDX-License-Identifier: MIT
# Torture on the real kernel: TORTURE_SECONDS for each disturbance, PIPE_SECONDS for the pipe, or a
# fixed number of rounds.

TORTURE_TESTS = \
	tests/torture/hostile.sh \
	tests/torture/pipe.sh \
	tests/torture/torture.sh
TESTS += $(TORTURE_TESTS)
dist_check_SCRIPTS += $(TORTURE_TESTS)
EXTRA_DIST += tests/torture/lib.sh
