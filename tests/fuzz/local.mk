# SPDX-License-Identifier: MIT
# Fuzz targets. Each target is a function (fuzz.h). In every build, the test replay-TARGET runs it
# on its corpus. A build with --enable-fuzzers, which needs clang, also runs it with libFuzzer:
#
#   make check-fuzz FUZZ_SECONDS=60     fuzzes all targets at once for so long
#   make grow-corpus                    minimizes each corpus, with the new inputs that were found

FUZZ_TARGETS = frame exchange conversation entry learner
FUZZ_TESTS = tests/fuzz/replay-frame tests/fuzz/replay-exchange \
	tests/fuzz/replay-conversation tests/fuzz/replay-entry tests/fuzz/replay-learner
FUZZ_SECONDS = 60

check_PROGRAMS += $(FUZZ_TESTS)
TESTS += $(FUZZ_TESTS)
dist_check_SCRIPTS += tests/fuzz/run.sh
EXTRA_DIST += tests/fuzz/corpus

FUZZ_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit
fuzz_frame_sources = \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-frame.c \
	tests/fuzz/reference.c tests/fuzz/reference.h
fuzz_entry_sources = \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-entry.c
fuzz_learner_sources = \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-learner.c
fuzz_exchange_sources = \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-exchange.c \
	tests/fuzz/agreement.c tests/fuzz/agreement.h \
	tests/fuzz/book.c tests/fuzz/book.h \
	tests/fuzz/debts.c tests/fuzz/debts.h \
	tests/fuzz/fairness.c tests/fuzz/fairness.h \
	tests/fuzz/owner.c tests/fuzz/owner.h \
	tests/fuzz/reference.c tests/fuzz/reference.h \
	tests/fuzz/witness.c tests/fuzz/witness.h \
	tests/fuzz/words.c tests/fuzz/words.h \
	tests/unit/scarce.c tests/unit/scarce.h
fuzz_conversation_sources = \
	tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
	tests/fuzz/fuzz-conversation.c \
	tests/fuzz/channel.c tests/fuzz/channel.h \
	tests/fuzz/company.c tests/fuzz/company.h \
	tests/fuzz/ledger.c tests/fuzz/ledger.h \
	tests/fuzz/listener.c tests/fuzz/listener.h \
	tests/fuzz/reference.c tests/fuzz/reference.h \
	tests/fuzz/stranger.c tests/fuzz/stranger.h \
	tests/fuzz/talker.c tests/fuzz/talker.h

tests_fuzz_replay_frame_SOURCES = $(fuzz_frame_sources) tests/fuzz/replay.c
tests_fuzz_replay_frame_CPPFLAGS = $(FUZZ_CPPFLAGS) -DCORPUS='"frame"'
tests_fuzz_replay_frame_LDADD = libprotocol.a

tests_fuzz_replay_exchange_SOURCES = $(fuzz_exchange_sources) tests/fuzz/replay.c
tests_fuzz_replay_exchange_CPPFLAGS = $(FUZZ_CPPFLAGS) -DCORPUS='"exchange"'
tests_fuzz_replay_exchange_LDFLAGS = $(WRAP_ALLOCATORS)
tests_fuzz_replay_exchange_LDADD = libprotocol.a

tests_fuzz_replay_conversation_SOURCES = $(fuzz_conversation_sources) tests/fuzz/replay.c
tests_fuzz_replay_conversation_CPPFLAGS = $(FUZZ_CPPFLAGS) -DCORPUS='"conversation"'
tests_fuzz_replay_conversation_LDADD = libprotocol.a libhost.a

tests_fuzz_replay_entry_SOURCES = $(fuzz_entry_sources) tests/fuzz/replay.c
tests_fuzz_replay_entry_CPPFLAGS = $(FUZZ_CPPFLAGS) -DCORPUS='"entry"'
tests_fuzz_replay_entry_LDADD = $(fuzz_entry_libraries)
fuzz_entry_libraries = libdaemon.a libhost.a libprotocol.a $(SYSTEMD_LIBS) $(LIBBSD_LIBS)

tests_fuzz_replay_learner_SOURCES = $(fuzz_learner_sources) tests/fuzz/replay.c
tests_fuzz_replay_learner_CPPFLAGS = $(FUZZ_CPPFLAGS) -DCORPUS='"learner"'
tests_fuzz_replay_learner_LDADD = libdoctor.a libprotocol.a

if FUZZERS
FUZZERS = tests/fuzz/fuzz-frame tests/fuzz/fuzz-exchange tests/fuzz/fuzz-conversation \
	tests/fuzz/fuzz-entry tests/fuzz/fuzz-learner
EXTRA_PROGRAMS = $(FUZZERS)

# The sources of these targets are not instrumented. libFuzzer does not need their coverage: the
# target of the frame is twice as fast without, and that of the conversation reaches more of the code
# with fewer inputs.
tests_fuzz_fuzz_frame_SOURCES = $(fuzz_frame_sources)
tests_fuzz_fuzz_frame_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_frame_CFLAGS = $(AM_CFLAGS) -fno-sanitize=fuzzer-no-link
tests_fuzz_fuzz_frame_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_frame_LDADD = libprotocol.a

tests_fuzz_fuzz_exchange_SOURCES = $(fuzz_exchange_sources)
tests_fuzz_fuzz_exchange_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_exchange_LDFLAGS = -fsanitize=fuzzer $(WRAP_ALLOCATORS)
tests_fuzz_fuzz_exchange_LDADD = libprotocol.a

tests_fuzz_fuzz_conversation_SOURCES = $(fuzz_conversation_sources)
tests_fuzz_fuzz_conversation_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_conversation_CFLAGS = $(AM_CFLAGS) -fno-sanitize=fuzzer-no-link
tests_fuzz_fuzz_conversation_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_conversation_LDADD = libprotocol.a libhost.a

tests_fuzz_fuzz_entry_SOURCES = $(fuzz_entry_sources)
tests_fuzz_fuzz_entry_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_entry_CFLAGS = $(AM_CFLAGS) -fno-sanitize=fuzzer-no-link
tests_fuzz_fuzz_entry_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_entry_LDADD = $(fuzz_entry_libraries)

tests_fuzz_fuzz_learner_SOURCES = $(fuzz_learner_sources)
tests_fuzz_fuzz_learner_CPPFLAGS = $(FUZZ_CPPFLAGS)
tests_fuzz_fuzz_learner_CFLAGS = $(AM_CFLAGS) -fno-sanitize=fuzzer-no-link
tests_fuzz_fuzz_learner_LDFLAGS = -fsanitize=fuzzer
tests_fuzz_fuzz_learner_LDADD = libdoctor.a libprotocol.a

check-fuzz: $(FUZZERS) $(FUZZ_TESTS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/fuzz/run.sh fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)
grow-corpus: $(FUZZERS)
	$(AM_TESTS_ENVIRONMENT) $(srcdir)/tests/fuzz/run.sh grow $(FUZZ_TARGETS)
else
check-fuzz grow-corpus:
	@echo "this build has no fuzzers; configure one with CC=clang --enable-fuzzers" >&2; exit 1
endif
.PHONY: check-fuzz grow-corpus

clean-local: clean-fuzz
.PHONY: clean-fuzz
clean-fuzz:
	rm -rf tests/fuzz/found $(FUZZERS)
