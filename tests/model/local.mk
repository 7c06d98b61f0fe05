# SPDX-License-Identifier: MIT
# The protocol as a model, searched with spin(1): minitalk.pml tells what it leaves out, and why.

MODEL_TESTS = tests/model/check-model.sh

TESTS += $(MODEL_TESTS)
dist_check_SCRIPTS += $(MODEL_TESTS)
EXTRA_DIST += \
	tests/model/daemon.pml \
	tests/model/kernel.pml \
	tests/model/minitalk.pml \
	tests/model/processes.pml \
	tests/model/sender.pml

# Within wider bounds than make check: takes minutes, and 2 GB.
.PHONY: check-model
check-model:
	srcdir='$(srcdir)' $(srcdir)/tests/model/check-model.sh --full
