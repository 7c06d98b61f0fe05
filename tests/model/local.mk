# SPDX-License-Identifier: MIT
# A model of the protocol, searched with spin(1). minitalk.pml lists its simplifications.

MODEL_TESTS = tests/model/check-model.sh

TESTS += $(MODEL_TESTS)
dist_check_SCRIPTS += $(MODEL_TESTS)
EXTRA_DIST += \
	tests/model/daemon.pml \
	tests/model/kernel.pml \
	tests/model/minitalk.pml \
	tests/model/processes.pml \
	tests/model/sender.pml

# Searches within wider bounds than make check. Takes minutes, and 2 GB of memory.
.PHONY: check-model
check-model:
	srcdir='$(srcdir)' $(srcdir)/tests/model/check-model.sh --full
