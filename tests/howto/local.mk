# SPDX-License-Identifier: MIT
# The C code of minitalk-howto(7): the script compiles it and runs it.

HOWTO_TESTS = tests/howto/howto.sh
TESTS += $(HOWTO_TESTS)
dist_check_SCRIPTS += $(HOWTO_TESTS)
EXTRA_DIST += tests/howto/examples.c tests/howto/examples.h
