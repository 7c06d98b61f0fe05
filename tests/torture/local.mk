# Torture on the real kernel: TORTURE_SECONDS for each disturbance.

TORTURE_TESTS = tests/torture/torture.sh
TESTS += $(TORTURE_TESTS)
dist_check_SCRIPTS += $(TORTURE_TESTS)
EXTRA_DIST += tests/torture/lib.sh
