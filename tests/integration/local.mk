# Integration tests: scripts that run the two programs as a user would.

INTEGRATION_TESTS = \
	tests/integration/daemon.sh \
	tests/integration/refusals.sh \
	tests/integration/talk.sh

TESTS += $(INTEGRATION_TESTS)
dist_check_SCRIPTS += $(INTEGRATION_TESTS)
EXTRA_DIST += tests/integration/lib.sh
