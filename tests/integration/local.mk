# SPDX-License-Identifier: MIT
# Integration tests: scripts that run the programs as a user would.

INTEGRATION_TESTS = \
	tests/integration/confirm.sh \
	tests/integration/container.sh \
	tests/integration/daemon.sh \
	tests/integration/display.sh \
	tests/integration/doctor.sh \
	tests/integration/examples.sh \
	tests/integration/export.sh \
	tests/integration/file.sh \
	tests/integration/helper.sh \
	tests/integration/journal.sh \
	tests/integration/json.sh \
	tests/integration/noise.sh \
	tests/integration/options.sh \
	tests/integration/refusals.sh \
	tests/integration/reuse.sh \
	tests/integration/setuid.sh \
	tests/integration/speed.sh \
	tests/integration/talk.sh \
	tests/integration/trace.sh \
	tests/integration/trouble.sh \
	tests/integration/users.sh \
	tests/integration/wide.sh \
	tests/integration/wire.sh

TESTS += $(INTEGRATION_TESTS)
dist_check_SCRIPTS += $(INTEGRATION_TESTS)
EXTRA_DIST += tests/integration/entries.sh tests/integration/innocent.sh tests/integration/lib.sh \
	tests/integration/system-daemon.sh
