# SPDX-License-Identifier: MIT
# Deductive proofs of the protocol's code, with Frama-C. README.md tells how to read them.

# The longest come first, so that no script runs alone at the end.
PROOF_TESTS = \
	tests/proof/check-frame.sh \
	tests/proof/check-contracts.sh \
	tests/proof/check-exchange.sh \
	tests/proof/check-theorem.sh \
	tests/proof/check-conversation.sh \
	tests/proof/check-eva.sh \
	tests/proof/check-session.sh \
	tests/proof/check-lemmas.sh

dist_check_SCRIPTS += $(PROOF_TESTS)
EXTRA_DIST += \
	tests/proof/README.md \
	tests/proof/arq.c \
	tests/proof/barrier.c \
	tests/proof/bits.h \
	tests/proof/bits.smt2 \
	tests/proof/blocks.h \
	tests/proof/blocks.smt2 \
	tests/proof/buffer.h \
	tests/proof/characters.h \
	tests/proof/characters.smt2 \
	tests/proof/conversation-contracts.h \
	tests/proof/conversation.c \
	tests/proof/digits.h \
	tests/proof/digits.smt2 \
	tests/proof/eva-exchange.c \
	tests/proof/eva-frame.c \
	tests/proof/eva-memory.h \
	tests/proof/exchange-contracts.h \
	tests/proof/exchange.c \
	tests/proof/exchange.sed \
	tests/proof/fields.c \
	tests/proof/frama-c.sh \
	tests/proof/frame.c \
	tests/proof/heap.h \
	tests/proof/integers.gen \
	tests/proof/inverse.c \
	tests/proof/libc.h \
	tests/proof/memory.h \
	tests/proof/octets.h \
	tests/proof/octets.smt2 \
	tests/proof/parts.h \
	tests/proof/polynomial.h \
	tests/proof/polynomial.smt2 \
	tests/proof/prove.sh \
	tests/proof/quotients.h \
	tests/proof/quotients.smt2 \
	tests/proof/received.c \
	tests/proof/received.h \
	tests/proof/received.smt2 \
	tests/proof/release-words.loop \
	tests/proof/seen.c \
	tests/proof/session-contracts.h \
	tests/proof/session.c \
	tests/proof/session.sed \
	tests/proof/strings.h \
	tests/proof/symbols.h \
	tests/proof/symbols.smt2 \
	tests/proof/text.c \
	tests/proof/theorem.c

# Runs two scripts at a time: while one waits for its last proof, the other has work for the CPUs.
# check-proof-faults also shows that changes of the code are found. 'make check' has no proof: only
# a change of src/protocol or of a contract can break one.
.PHONY: check-proof check-proof-faults
check-proof check-proof-faults:
	case $@ in *-faults) export PROOF_FAULTS=yes;; esac; \
	$(MAKE) $(AM_MAKEFLAGS) --jobs=2 VERBOSE=1 'TESTS=$(PROOF_TESTS)' check-TESTS
