# SPDX-License-Identifier: MIT
# A deductive proof of functions of the protocol, with Frama-C. README.md tells how to read it.

dist_check_SCRIPTS += tests/proof/check-proof.sh
EXTRA_DIST += tests/proof/README.md

.PHONY: check-proof
check-proof:
	srcdir='$(srcdir)' $(srcdir)/tests/proof/check-proof.sh
